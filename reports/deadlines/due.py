"""The reports of a viewer whose date is over, near, or not known."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from jurisdictions.calendars import plan_of
from jurisdictions.models import Jurisdiction
from people.access import Viewer

UNKNOWN = Q(
    deadline__running_since__isnull=False, deadline__resolve_seconds__isnull=False, deadline__due_at__isnull=True
)


class Due(StrEnum):
    """Which reports a list is about."""

    OVERDUE = "overdue"  # past the date by which they were to be resolved
    SOON = "soon"  # not past it, but within one working day of their city
    UNACCEPTED = "unaccepted"  # not accepted by the date for that
    UNKNOWN = "unknown"  # their date would lie where nobody knows the holidays yet


def condition(viewer: Viewer, due: Due, *, at: datetime) -> Q:
    """What a list is about, as a condition on reports; in the cities of the viewer."""
    is_open = Q(deadline__ended_at__isnull=True)
    if due == Due.OVERDUE:
        return is_open & Q(deadline__due_at__lt=at)
    if due == Due.UNACCEPTED:
        return is_open & Q(deadline__accepted_at__isnull=True, deadline__accept_by__lt=at)
    return is_open & (UNKNOWN if due == Due.UNKNOWN else _soon(viewer, at))


def _soon(viewer: Viewer, at: datetime) -> Q:
    """Until one working day from now, on each city's own calendar; a day of the clock where that is not known."""
    found = Q(pk__in=[])
    for city in _cities(viewer):
        plan = plan_of(city)
        until = plan.timetable and plan.timetable.due_at(at, timedelta(seconds=plan.day_seconds))
        found |= Q(root=city, deadline__due_at__gte=at, deadline__due_at__lte=until or at + timedelta(days=1))
    return found


def _cities(viewer: Viewer) -> list[int]:
    if viewer.sees_everything:
        return list(Jurisdiction.objects.cities().order_by("pk").values_list("pk", flat=True))
    return sorted({each.ground.city.pk for each in viewer.memberships})
