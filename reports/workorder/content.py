"""What a work order says, in one language; who told the report is none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from jurisdictions.models import Jurisdiction
from persian.display import digits, moment_text
from reports.deadlines import deadline_of
from reports.models import ChecklistItem, Delegation, Photo, PhotoKind, PhotoState, Report
from reports.photos import StorageAway
from reports.photos.files import names_of, read
from reports.workorder.map import SmallMap, small_map

MOST_PHOTOS = 4


@dataclass(frozen=True, kw_only=True)
class WorkOrder:
    """Texts ready to be printed. `facts` are pairs of a name and a text; `photos` JPEG bytes; `map` an SVG drawing."""

    language: str
    city: str
    reference: str
    category: str
    facts: Sequence[tuple[str, str]]
    ground: str
    address: str
    description: str
    note: str
    checklist: Sequence[tuple[str, bool]]  # what, and whether it is done
    photos: Sequence[bytes]
    map: SmallMap
    place: str
    staff_page: str
    printed: str


def work_order_of(report: Report, *, at: datetime, language: str) -> WorkOrder:
    """The work order of a report in `language` (`fa` or `en`), as things stand at that moment."""
    hands = report.delegations.select_related("user", "crew", "contractor").filter(ended_at__isnull=True).first()
    with override(language):
        zone = report.root.time_zone
        return WorkOrder(
            language=language,
            city=report.root.name(language),
            reference=report.reference,
            category=report.category.name(language),
            facts=_facts(report, hands, language),
            ground=_ground(report, language),
            address=report.address,
            description=report.description,
            note=hands.note if hands else "",
            checklist=_checklist(report),
            photos=_photos(report),
            map=small_map(report.location, city=report.root, on=report.root.day_at(at), language=language),
            place=f"{report.location.y:.6f}, {report.location.x:.6f}",
            staff_page=settings.PUBLIC_URL + reverse("admin:reports_report_change", args=[report.pk]),
            printed=moment_text(at, time_zone=zone),
        )


def _facts(report: Report, hands: Delegation | None, language: str) -> list[tuple[str, str]]:
    zone = report.root.time_zone
    deadline = deadline_of(report)
    due_at = deadline.due_at if deadline else None
    facts = [
        (_("Department"), report.department.name(language) if report.department else ""),
        (_("In the hands of"), _name(hands, language)),
        (_("Their reference"), hands.external_reference if hands else ""),
        (_("To be done by"), moment_text(due_at, time_zone=zone) if due_at else ""),
        (_("Received"), moment_text(report.received_at, time_zone=zone)),
        (_("Status"), str(report.get_status_display())),
    ]
    return [(name, text) for name, text in facts if text]


def _ground(report: Report, language: str) -> str:
    """The jurisdictions below the city, the largest ground first."""
    codes = report.jurisdictions
    rows = Jurisdiction.objects.filter(root=report.root_id, code__in=codes.values()).select_related("level")
    found = [each for each in rows if codes.get(each.level.code) == each.code]
    return " · ".join(each.name(language) for each in sorted(found, key=lambda each: each.level.rank))


def _name(hands: Delegation | None, language: str) -> str:
    if hands is None:
        return ""
    if hands.user:
        return hands.user.called
    firm = hands.crew or hands.contractor
    return firm.name(language) if firm else ""


def _checklist(report: Report) -> list[tuple[str, bool]]:
    done = set(report.checks.values_list("item", flat=True))
    items = ChecklistItem.objects.filter(category=report.category_id, is_active=True).order_by("rank", "code")
    return [(digits(str(item)), item.pk in done) for item in items]


def _photos(report: Report) -> list[bytes]:
    """The first photos of before, as the staff see them; one whose file is away is left out."""
    rows = Photo.objects.filter(report=report, state=PhotoState.READY, kind=PhotoKind.BEFORE).exclude(rendition="")
    found = []
    for photo in rows.order_by("number")[:MOST_PHOTOS]:
        try:
            found.append(read(names_of(photo.rendition, public=False)[0]))
        except StorageAway:
            continue
    return found
