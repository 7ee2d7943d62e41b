"""A report's place or category put right: routed anew once, in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.gis.geos import Point
from django.db import transaction

from jurisdictions.models import Category, Moderation
from jurisdictions.routing import Route, find_route
from people.models import User
from reports.handling import Decision, give, lock, next_office, offices_of, who_declined
from reports.models import Assignment, Reason, Report
from reports.photos import narrow
from reports.searches import ask_for_searches
from reports.visibility import public_face


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Whether the public sees a report, and under which text."""

    is_public: bool
    text: str


@transaction.atomic
def correct(
    *,
    report: Report,
    at: datetime,
    location: Point | None = None,
    category: Category | None = None,
    by: User | None = None,
    note: str = "",
) -> Assignment | None:
    """Let the report be at `location` (WGS 84, lon/lat) and of `category`, whichever is given; None for no change.

    Both together are one decision, as routing answers at the moment `at`. Outside the city the report waits for a
    dispatcher; a department that declined it does not get it back. What the public sees follows the new place and
    category, and is never more than it was: a person decides that. Raises jurisdictions.routing.OutsideServiceArea,
    and then nothing has changed.
    """
    locked = lock(report)
    place, kind = location or locked.location, category or locked.category
    moved = not place.equals_exact(locked.location)
    if not moved and kind == locked.category:
        return None
    accuracy_m = None if moved else locked.accuracy_m  # what the phone was worth says nothing of a place set by hand
    route = find_route(location=place, category=kind, on=at, accuracy_m=accuracy_m or 0, source=locked.source)
    _write(locked, place=place, kind=kind, route=route, accuracy_m=accuracy_m)
    narrow(report=locked, moderation=kind.moderation, at=at)
    decision = Decision(
        department_id=_department_for(locked, route),
        route=route.as_json(),
        reason=Reason.MOVED if moved else Reason.CATEGORY,
        note=note.strip(),
    )
    made = give(report=locked, decision=decision, by=by, at=at)
    report.refresh_from_db()
    return made


def _department_for(report: Report, route: Route) -> int | None:
    """The department that the route names; where it has declined this report, the next, else nobody."""
    declined = who_declined([report.pk]).get(report.pk, frozenset())
    if route.department is None or route.department.id not in declined:
        return route.department.id if route.department else None
    return next_office(offices_of(route), without=declined)


def _write(report: Report, *, place: Point, kind: Category, route: Route, accuracy_m: float | None) -> None:
    shown = still_shown(report, kind)
    face = public_face(category=kind, location=place, description=report.description, route=route)
    report.location, report.category, report.accuracy_m = place, kind, accuracy_m
    report.root_id, report.jurisdictions = route.root_id, route.codes
    report.public_location, report.public_jurisdictions = face.public_location, face.public_jurisdictions
    report.is_public, report.public_text = shown.is_public, shown.text
    report.save(
        update_fields=[
            "location",
            "category",
            "accuracy_m",
            "root",
            "jurisdictions",
            "public_location",
            "public_jurisdictions",
            "is_public",
            "public_text",
        ]
    )
    ask_for_searches([report.pk])  # its neighbors are others now


def still_shown(report: Report, category: Category) -> Shown:
    """What the public may go on seeing of the report under another category, and no more than it sees now.

    What nobody has reviewed is taken away where the new category asks for a review first.
    """
    old, new = report.category.moderation, category.moderation
    is_public = report.is_public and new != Moderation.NEVER
    if new == Moderation.REVIEWED and old != Moderation.REVIEWED:
        is_public = False
    if new == Moderation.TEXT_REVIEWED and old == Moderation.AT_ONCE:
        return Shown(is_public=is_public, text="")
    return Shown(is_public=is_public, text=report.public_text if is_public else "")
