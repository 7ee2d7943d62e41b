"""What the page of a report shows to one member of the staff."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from geo.widgets import MapLayer, feature_of, map_html
from jurisdictions.admin.ground import ground_around, streets_near
from jurisdictions.models import Level
from jurisdictions.routing import Method, Route, route_from_json
from people.access import Right, Viewer
from people.models import User
from persian.display import in_persian, moment_text
from reports.admin.dates import Dates, dates_of
from reports.admin.photo_page import ReportsPhotos, photos_of
from reports.admin.scope import has_right
from reports.admin.work_forms import StepForm
from reports.admin.work_page import WorkPage, work_of
from reports.explaining import reasons_of
from reports.models import Assignment, Contact, Report, StatusUpdate
from reports.references import tracking_link
from reports.workflow import Actor


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a history: what happened, when, by whom, and what was said."""

    what: str
    at: str
    by: str
    note: str = ""
    is_public: bool = True
    why: str = ""  # the reason, or by which decision


@dataclass(frozen=True, kw_only=True)
class ReportPage:
    """The page: texts ready to be read, and forms for what the viewer may do. Moments are on the city's clock."""

    report: Report
    received: str
    reported: str
    status_since: str
    place_map: SafeString
    coordinates: str
    places: list[tuple[str, str]]  # the name of a level, and of the jurisdiction there
    explanation: list[str]
    assignments: list[Step]
    steps: list[Step]
    sees_contact: bool
    contact: Contact | None
    tracking_link: str
    status_form: StepForm | None
    work: WorkPage
    may_publish: bool
    dates: Dates | None
    photos: ReportsPhotos
    acts: list[tuple[str, str]]  # further actions of the list that the viewer may take, and their names


def page_of(report: Report, *, viewer: Viewer, at: datetime) -> ReportPage:
    """The page of a report at that moment, in the active language."""
    zone = report.root.time_zone
    had = report.assignments.select_related("department", "declined_by", "assigned_by")
    assignments = list(had.order_by("-pk"))
    route = route_from_json(assignments[0].route) if assignments else None
    sees_contact = has_right(viewer, Right.SEE_CONTACT, report)
    return ReportPage(
        report=report,
        received=moment_text(report.received_at, time_zone=zone),
        reported=moment_text(report.reported_at, time_zone=zone),
        status_since=moment_text(report.status_at, time_zone=zone),
        place_map=_map(report),
        coordinates=f"{report.location.y:.6f}, {report.location.x:.6f}",
        places=_places(route) if route else [],
        explanation=_explanation(assignments[0]) if assignments else [],
        assignments=[_assigned(each, zone) for each in assignments],
        steps=[
            _step(each, zone) for each in report.status_updates.select_related("by", "reason").order_by("-at", "-pk")
        ],
        sees_contact=sees_contact,
        contact=Contact.objects.filter(report=report).first() if sees_contact else None,
        tracking_link=tracking_link(report.reference) if sees_contact else "",
        status_form=StepForm(reports=[report]) if has_right(viewer, Right.HANDLE, report) else None,
        work=work_of(report, viewer=viewer),
        may_publish=has_right(viewer, Right.PUBLISH, report),
        dates=dates_of(report, at=at),
        photos=photos_of(report, viewer=viewer),
        acts=_acts(report, viewer),
    )


def _acts(report: Report, viewer: Viewer) -> list[tuple[str, str]]:
    acts = []
    if has_right(viewer, Right.HANDLE, report):
        acts.append(("correct", _("Move or change the category…")))
        if report.department and viewer.acts_for(report.department, Right.HANDLE):
            acts.append(("decline", _("Not ours…")))
    if has_right(viewer, Right.ASSIGN, report):
        acts.append(("assign", _("Give to a department…")))
    return acts


def _explanation(current: Assignment) -> list[str]:
    return reasons_of(current, language="fa" if in_persian() else "en")


def _places(route: Route) -> list[tuple[str, str]]:
    """The jurisdictions as they were called when the report was assigned, the smallest last."""
    levels = Level.objects.filter(code__in=route.places).order_by("rank", "code")
    return [(str(level), _name(route, level.code)) for level in levels]


def _name(route: Route, level: str) -> str:
    place = route.places[level]
    return place.name_fa if in_persian() else place.name_en or place.name_fa


def _assigned(assignment: Assignment, zone: str) -> Step:
    return Step(
        what=str(assignment.department or _("nobody; a dispatcher decides")),
        at=moment_text(assignment.assigned_at, time_zone=zone),
        by=_who(assignment.assigned_by),
        why=f"{assignment.get_reason_display()} · {Method(assignment.method).label}{_contest(assignment)}",
        note=assignment.note,
    )


def _contest(assignment: Assignment) -> str:
    return f" · {_('refused again and again')}" if assignment.is_contested else ""


def _step(update: StatusUpdate, zone: str) -> Step:
    return Step(
        what=update.get_status_display(),
        at=moment_text(update.at, time_zone=zone),
        by=_who(update.by) if update.by or update.actor == Actor.SYSTEM else str(Actor(update.actor).label),
        note=update.note,
        why=str(update.reason) if update.reason else "",
        is_public=update.is_public,
    )


def _who(user: User | None) -> str:
    return user.called if user else _("the system")


def _map(report: Report) -> SafeString:
    """The place among the city's jurisdictions and streets of its day; where the public sees another, that too."""
    layers = [
        ground_around(city_id=report.root_id, on=report.root.day_at(report.received_at)),
        streets_near(report.location),
    ]
    if report.public_location != report.location:
        layers.append(MapLayer(look="shade", data=feature_of(report.public_location)))
    layers.append(MapLayer(look="subject", data=feature_of(report.location)))
    return map_html(about=report.location, layers=layers, label=_("Map of the place of the report"))
