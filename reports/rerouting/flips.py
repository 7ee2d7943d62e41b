"""Boundary sets whose day has come, and that nobody has looked at since."""

from datetime import datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from jurisdictions.models import BoundarySet, Jurisdiction
from reports.models import Rerouting


def sets_that_came_into_force(*, at: datetime) -> list[BoundarySet]:
    """At each level of each city the set in force, where it took the place of another or was planned ahead.

    The first shapes of a city change nobody's ground. A set is left out once a rerouting of it was begun on its
    first day or later, by a person or by us; a preview made ahead knows nothing of the reports that came after it.
    """
    due: list[BoundarySet] = []
    for city in Jurisdiction.objects.cities().order_by("pk"):
        sets = BoundarySet.objects.filter(root=city, first_day__lte=city.day_at(at)).select_related("root")
        for _, of_level in groupby(sets.order_by("level_id", "first_day"), key=lambda each: each.level_id):
            *before, latest = of_level
            if before or _was_planned(latest):
                due.append(latest)
    return [each for each in due if not _is_looked_at(each)]


def _was_planned(boundary_set: BoundarySet) -> bool:
    return boundary_set.root.day_at(boundary_set.made_at) < boundary_set.first_day


def _is_looked_at(boundary_set: BoundarySet) -> bool:
    begins = datetime.combine(boundary_set.first_day, time.min, ZoneInfo(boundary_set.root.time_zone))
    return Rerouting.objects.filter(boundary_set=boundary_set, made_at__gte=begins).exists()
