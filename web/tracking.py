"""What the holder of a tracking link reads about the report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import ngettext

from jurisdictions.models import Level
from jurisdictions.routing import Route, route_from_json
from people.access import Viewer
from persian.display import digits
from reports.deadlines import deadline_of, outlook
from reports.explaining import reasons_of
from reports.feedback import answer_to_closing
from reports.handling import is_in_time, may_be_reopened
from reports.models import Assignment, Feedback, Photo, Report, StatusUpdate
from reports.references import opens
from reports.workflow import CLOSED, Actor, Status
from web.moments import moment_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the timeline; `note` is empty where nothing was said, `is_own` where the reporter took the step."""

    status: str
    name: str
    when: str
    reason: str
    note: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    """A photo of the page: `says` is what there is to say of it, `why` why it was refused."""

    number: int
    is_ready: bool
    says: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The page's content, all of it in one language. `places` are pairs of level and name, largest ground first.

    `outlook` is one of reports.deadlines.Outlook, `expected` its moment in words where there is one. `others` says how
    many reports more tell of the same problem; it is empty where there is none.
    """

    reference: str
    token: str
    category: str
    status: str
    status_name: str
    received: str
    outlook: str
    expected: str
    others: str
    description: str
    lon: float
    lat: float
    places: Sequence[tuple[str, str]]
    department: str
    reasons: Sequence[str]
    steps: Sequence[Step]
    photos: Sequence[ShownPhoto]
    may_add_photos: bool
    is_asked: bool  # the staff wait for an answer
    is_closed: bool
    feedback: Feedback | None  # the answer to the last closing
    may_answer_closing: bool
    would_reopen: bool


def find_tracked(*, reference: str, token: str, language: str, at: datetime) -> Tracked | None:
    """The report that the token opens, in `language` (`fa` or `en`); None for a wrong token as for no report."""
    if not opens(reference=reference, token=token):
        return None
    holder = Viewer(tracked=frozenset({reference}))
    found = Report.objects.visible_to(holder).filter(reference=reference)
    report = found.select_related("category", "department", "root", "deadline").first()
    return None if report is None else _tracked(report, token, language, at)


def _tracked(report: Report, token: str, language: str, at: datetime) -> Tracked:
    current = _current(report)
    feedback = answer_to_closing(report)
    route = route_from_json(current.route) if current else None
    photos = [_photo(each) for each in _photos(report)]
    return Tracked(
        reference=report.reference,
        token=token,
        category=report.category.name(language),
        status=report.status,
        status_name=report.get_status_display(),
        received=moment_in_words(report.received_at, time_zone=report.root.time_zone, language=language),
        outlook=outlook(report, at=at),
        expected=_expected(report, language),
        others=_others(report),
        description=report.description,
        lon=report.location.x,
        lat=report.location.y,
        places=_places(route, language) if route else (),
        department=report.department.name(language) if report.department else "",
        reasons=reasons_of(current, language=language) if current else (),
        steps=[_step(each, report, language) for each in _shown_steps(report)],
        photos=photos,
        may_add_photos=len(photos) < settings.PHOTOS_PER_REPORT,
        is_asked=report.status == Status.WAITING,
        is_closed=report.status in CLOSED,
        feedback=feedback,
        may_answer_closing=report.status in CLOSED and feedback is None and is_in_time(report, at=at),
        would_reopen=may_be_reopened(report, at=at),
    )


def _expected(report: Report, language: str) -> str:
    """By when it is, or was, to be resolved; empty where no date is known."""
    deadline = deadline_of(report)
    if deadline is None or deadline.due_at is None:
        return ""
    return moment_in_words(deadline.due_at, time_zone=report.root.time_zone, language=language)


def _others(report: Report) -> str:
    """How many other reports are held to be of the same problem, in the active language."""
    if report.duplicate_cluster_id is None:
        return ""
    n = Report.objects.filter(duplicate_cluster=report.duplicate_cluster_id).exclude(pk=report.pk).count()
    said = ngettext(
        "%(n)d other report tells of the same problem: both are handled together.",
        "%(n)d other reports tell of the same problem: all are handled together.",
        n,
    )
    return digits(said % {"n": n})


def _current(report: Report) -> Assignment | None:
    assignments = Assignment.objects.select_related("department", "declined_by")
    return assignments.filter(report=report, ended_at__isnull=True).first()


def _places(route: Route, language: str) -> list[tuple[str, str]]:
    levels = Level.objects.filter(code__in=route.places).order_by("rank", "code")
    found = ((level, route.places[level.code]) for level in levels)
    return [(level.name(language), (language == "en" and place.name_en) or place.name_fa) for level, place in found]


def _shown_steps(report: Report) -> Iterable[StatusUpdate]:
    """The public ones, and the reporter's own."""
    shown = StatusUpdate.objects.filter(Q(is_public=True) | Q(actor=Actor.REPORTER), report=report)
    return shown.select_related("reason").order_by("at", "id")


def _step(update: StatusUpdate, report: Report, language: str) -> Step:
    return Step(
        status=update.status,
        name=update.get_status_display(),
        when=moment_in_words(update.at, time_zone=report.root.time_zone, language=language),
        reason=update.reason.name(language) if update.reason else "",
        note=update.note,
        is_own=update.actor == Actor.REPORTER,
    )


def _photos(report: Report) -> Iterable[Photo]:
    """The reporter's own, the public ones, and those of steps that the reporter reads."""
    holder = Viewer(tracked=frozenset({report.reference}))
    return Photo.objects.visible_to(holder).filter(report=report).order_by("number")


def _photo(photo: Photo) -> ShownPhoto:
    """Of one that is ready: what it shows; of another: how far it has come."""
    is_ready = bool(photo.rendition)
    return ShownPhoto(
        number=photo.number,
        is_ready=is_ready,
        says=photo.get_kind_display() if is_ready else photo.get_state_display(),
        why=photo.get_refusal_display() if photo.refusal else "",
    )
