"""What the rules of a city stand on, read once: its ground over the days, its departments, categories and rules."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import shapely
from django.conf import settings
from django.db.models import QuerySet
from shapely.geometry.base import BaseGeometry

from geo.crs import to_ground
from geo.periods import InForce
from geo.shapes import NOISE_M2
from jurisdictions.models import Boundary, Category, Department, Jurisdiction, Level, RoutingRule


class Days(NamedTuple):
    """Half-open days; `date.min` and `date.max` stand for a side that is open."""

    first: date
    until: date

    def overlap(self, other: "Days") -> bool:
        """Whether any day belongs to both."""
        return self.first < other.until and other.first < self.until


def days_of(row: InForce) -> Days | None:
    """The days of a row whose `in_force` the database or a form has read; None for one that holds on no day."""
    if row.in_force.isempty:
        return None
    days = Days(row.in_force.lower or date.min, row.in_force.upper or date.max)
    return days if days.first < days.until else None  # a form's range does not know yet that it is empty


class Ground(NamedTuple):
    """A jurisdiction that has a boundary on some days."""

    level_id: int
    jurisdiction_id: int
    days: Days


@dataclass(kw_only=True)
class Register:
    """A city as its rules see it. Departments have no days: they are active or not."""

    city: Jurisdiction
    rules: list[RoutingRule]
    ground: list[Ground]
    jurisdictions: dict[int, Jurisdiction]
    departments: dict[tuple[int, int], Department]
    categories: list[Category]
    _grounds: dict[tuple[int, Days], set[int]] = field(default_factory=dict)
    _served: dict[tuple[int, int, Days], set[int]] = field(default_factory=dict)
    _filled: dict[tuple[int, date], bool] = field(default_factory=dict)

    def grounds(self, *, level_id: int, days: Days) -> set[int]:
        """The jurisdictions (ids) of a level that have a boundary on any of the days."""
        if (level_id, days) not in self._grounds:
            self._grounds[level_id, days] = {
                each.jurisdiction_id for each in self.ground if each.level_id == level_id and each.days.overlap(days)
            }
        return self._grounds[level_id, days]

    def served(self, *, level_id: int, function_id: int, days: Days) -> set[int]:
        """Those of them for which there is an active department with a function."""
        if (level_id, function_id, days) not in self._served:
            self._served[level_id, function_id, days] = {
                each
                for each in self.grounds(level_id=level_id, days=days)
                if self.heir(jurisdiction_id=each, function_id=function_id)
            }
        return self._served[level_id, function_id, days]

    def heir(self, *, jurisdiction_id: int, function_id: int) -> Department | None:
        """The active department with that function in the jurisdiction, else in its nearest parent that has one."""
        here: int | None = jurisdiction_id
        while here is not None:
            department = self.departments.get((here, function_id))
            if department is not None and department.is_active:
                return department
            here = self.jurisdictions[here].parent_id
        return None

    def fills(self, level: Level, *, on: date) -> bool:
        """Whether the level leaves no place of the city further from its ground than routing reaches, on that day."""
        if level.pk == self.city.level_id:
            return True
        if not level.closes_gaps:
            return False
        if (level.pk, on) not in self._filled:
            self._filled[level.pk, on] = self._is_filled(level, on)
        return self._filled[level.pk, on]

    def _is_filled(self, level: Level, on: date) -> bool:
        in_force = Boundary.objects.in_force(on=on)
        srid = self.city.metric_srid or 0
        city = _united(in_force.filter(jurisdiction=self.city), srid)
        ground = _united(in_force.filter(jurisdiction__root=self.city, jurisdiction__level=level), srid)
        left = city.difference(ground.buffer(settings.NEAREST_WITHIN_M))
        return not city.is_empty and left.area <= NOISE_M2


def _united(boundaries: QuerySet[Boundary], srid: int) -> BaseGeometry:
    shapes = [shapely.from_wkb(bytes(shape.wkb)) for shape in boundaries.values_list("shape", flat=True)]
    united: BaseGeometry = shapely.union_all([to_ground(shape, srid) for shape in shapes])
    return united


def read_register(city: Jurisdiction) -> Register:
    """The register of a city, in six queries."""
    levels = {each.pk: each for each in Level.objects.all()}
    jurisdictions = {each.pk: each for each in Jurisdiction.objects.of_city(city)}
    boundaries = Boundary.objects.filter(jurisdiction__in=jurisdictions).defer("shape")
    ground = [(jurisdictions[each.jurisdiction_id], days) for each in boundaries if (days := days_of(each))]
    rules = city.routing_rules.filter(in_force__isempty=False).select_related("category", "group", "function")
    for each in jurisdictions.values():
        each.level = levels[each.level_id]
    return Register(
        city=city,
        rules=[_with_level(each, levels) for each in rules.order_by("pk")],
        ground=[Ground(place.level_id, place.pk, days) for place, days in ground],
        jurisdictions=jurisdictions,
        departments={
            (each.jurisdiction_id, each.function_id): each
            for each in Department.objects.filter(root=city).select_related("function").order_by("pk")
        },
        categories=list(Category.objects.select_related("group").order_by("group__rank", "rank", "code")),
    )


def _with_level(rule: RoutingRule, levels: dict[int, Level]) -> RoutingRule:
    rule.level = levels[rule.level_id]
    return rule
