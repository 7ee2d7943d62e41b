"""What the holder of a tracking link reads about the report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jurisdictions.models import Level
from jurisdictions.routing import Route, route_from_json
from people.access import Viewer
from reports.deadlines import deadline_of, outlook
from reports.explaining import reasons_of
from reports.models import Assignment, Report, StatusUpdate
from reports.references import opens
from web.moments import moment_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the timeline; `note` is empty where nothing was said."""

    status: str
    name: str
    when: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The page's content, all of it in one language. `places` are pairs of level and name, largest ground first.

    `outlook` is one of reports.deadlines.Outlook, `expected` its moment in words where there is one.
    """

    reference: str
    category: str
    status: str
    status_name: str
    received: str
    outlook: str
    expected: str
    description: str
    lon: float
    lat: float
    places: Sequence[tuple[str, str]]
    department: str
    reasons: Sequence[str]
    steps: Sequence[Step]


def find_tracked(*, reference: str, token: str, language: str, at: datetime) -> Tracked | None:
    """The report that the token opens, in `language` (`fa` or `en`); None for a wrong token as for no report."""
    if not opens(reference=reference, token=token):
        return None
    holder = Viewer(tracked=frozenset({reference}))
    found = Report.objects.visible_to(holder).filter(reference=reference)
    report = found.select_related("category", "department", "root", "deadline").first()
    return None if report is None else _tracked(report, language, at)


def _tracked(report: Report, language: str, at: datetime) -> Tracked:
    current = _current(report)
    route = route_from_json(current.route) if current else None
    return Tracked(
        reference=report.reference,
        category=report.category.name(language),
        status=report.status,
        status_name=report.get_status_display(),
        received=moment_in_words(report.received_at, time_zone=report.root.time_zone, language=language),
        outlook=outlook(report, at=at),
        expected=_expected(report, language),
        description=report.description,
        lon=report.location.x,
        lat=report.location.y,
        places=_places(route, language) if route else (),
        department=report.department.name(language) if report.department else "",
        reasons=reasons_of(current, language=language) if current else (),
        steps=[_step(each, report, language) for each in _public_steps(report)],
    )


def _expected(report: Report, language: str) -> str:
    """By when it is, or was, to be resolved; empty where no date is known."""
    deadline = deadline_of(report)
    if deadline is None or deadline.due_at is None:
        return ""
    return moment_in_words(deadline.due_at, time_zone=report.root.time_zone, language=language)


def _current(report: Report) -> Assignment | None:
    assignments = Assignment.objects.select_related("department", "declined_by")
    return assignments.filter(report=report, ended_at__isnull=True).first()


def _places(route: Route, language: str) -> list[tuple[str, str]]:
    levels = Level.objects.filter(code__in=route.places).order_by("rank", "code")
    found = ((level, route.places[level.code]) for level in levels)
    return [(level.name(language), (language == "en" and place.name_en) or place.name_fa) for level, place in found]


def _public_steps(report: Report) -> Iterable[StatusUpdate]:
    return StatusUpdate.objects.filter(report=report, is_public=True).order_by("at", "id")


def _step(update: StatusUpdate, report: Report, language: str) -> Step:
    return Step(
        status=update.status,
        name=update.get_status_display(),
        when=moment_in_words(update.at, time_zone=report.root.time_zone, language=language),
        note=update.note,
    )
