"""Decisions by routing itself: each different one is kept once, and asked for as seldom as possible."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from jurisdictions.index.answers import Decision, decision_of
from jurisdictions.index.ground import Ground
from jurisdictions.models import Category, RoutingRule
from jurisdictions.routing import Asked, OutsideServiceArea, find_routes

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]

_AT_ONCE = 1000  # questions in a statement

_COVERS = """
SELECT ST_Covers(boundary.shape, ST_SetSRID(ST_MakePoint(asked.lon, asked.lat), 4326))
FROM unnest(%s::float8[], %s::float8[], %s::bigint[]) WITH ORDINALITY AS asked (lon, lat, boundary, n)
JOIN jurisdictions_boundary AS boundary ON boundary.id = asked.boundary
ORDER BY asked.n"""


_SAYS = ("root_id", "level_id", "function_id", "from_time", "until_time", "weekdays", "sources", "in_force")


class Decisions:
    """The decisions made so far for one day; their numbers are places in `all`."""

    def __init__(self, ground: Ground, *, on: date) -> None:
        self.all: list[Decision] = []
        self.categories, self.kinds = _categories()
        self._on = on
        self._ground = ground
        self._places = {sheet.id: place for place, sheet in enumerate(ground.sheets)}
        self._numbers: dict[Decision, int] = {}

    def number_of(self, decision: Decision) -> int:
        """The number of a decision, a new one if need be."""
        if decision not in self._numbers:
            self._numbers[decision] = len(self.all)
            self.all.append(decision)
        return self._numbers[decision]

    def ask(self, lon: Floats, lat: Floats, category: Numbers, *, with_edge: bool = True) -> tuple[Numbers, Floats]:
        """Routing's own decision for each point, and the metres it says; not a number where it refuses."""
        numbers, metres = np.empty(len(lon), dtype=np.intp), np.full(len(lon), np.nan)
        asked = [
            Asked(lon=x, lat=y, category=self.categories[kind])
            for x, y, kind in zip(_normal(lon).tolist(), _normal(lat).tolist(), category.tolist(), strict=True)
        ]
        for start in range(0, len(asked), _AT_ONCE):
            answers = find_routes(asked[start : start + _AT_ONCE], on=self._on, with_edge=with_edge)
            for place, answer in enumerate(answers, start=start):
                decision = decision_of(answer, levels=self._ground.levels, boundaries=self._places)
                numbers[place] = self.number_of(decision)
                if not isinstance(answer, OutsideServiceArea):
                    metres[place] = answer.edge_m
        return numbers, metres

    def covers(self, lon: Floats, lat: Floats, boundary: Numbers) -> NDArray[np.bool_]:
        """Whether PostGIS says that each point is covered by the boundary named beside it (its place)."""
        ids = [self._ground.sheets[place].id for place in boundary.tolist()]
        with connection.cursor() as cursor:
            cursor.execute(_COVERS, [lon.tolist(), lat.tolist(), ids])
            return np.array([row[0] for row in cursor.fetchall()], dtype=np.bool_)


def _normal(degrees: Floats) -> Floats:
    """The same degrees, but 0 for what is so small that PostgreSQL's arithmetic fails with an underflow."""
    return np.where(np.abs(degrees) < np.finfo(np.float64).tiny, 0.0, degrees)


def _categories() -> tuple[tuple[str, ...], Numbers]:
    """The codes of all categories after "", and the same number for those of which the rules say the same."""
    rules: list[Any] = list(RoutingRule.objects.order_by("id").values())
    said: dict[tuple[object, ...], int] = {}
    codes, kinds = [""], [said.setdefault(_said(rules, None, None), len(said))]
    for pk, code, group in Category.objects.order_by("code").values_list("pk", "code", "group"):
        codes.append(code)
        kinds.append(said.setdefault(_said(rules, pk, group), len(said)))
    return tuple(codes), np.array(kinds, dtype=np.intp)


def _said(rules: Sequence[Mapping[str, Any]], category: int | None, group: int | None) -> tuple[object, ...]:
    """What the rules that speak of a category say, in their order, whatever they are called."""
    return tuple(
        str([rule["category_id"] is None, rule["group_id"] is None, *(rule[name] for name in _SAYS)])
        for rule in rules
        if rule["category_id"] in (None, category) and rule["group_id"] in (None, group)
    )


class Remembered:
    """Decisions that depend on a situation and the kind of category alone: routing is asked once for each pair."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._known: dict[int, int] = {}

    def numbers(self, situation: Numbers, lon: Floats, lat: Floats, category: Numbers) -> Numbers:
        """The number of the decision for each point; the caller numbers situations, the same one always the same."""
        kinds = self._decisions.kinds
        keys, first, which = np.unique(situation * len(kinds) + kinds[category], return_index=True, return_inverse=True)
        new = [place for place, key in enumerate(keys.tolist()) if key not in self._known]
        examples = first[new]
        found, _metres = self._decisions.ask(lon[examples], lat[examples], category[examples], with_edge=False)
        self._known.update(zip(keys[new].tolist(), found.tolist(), strict=True))
        return np.array([self._known[key] for key in keys.tolist()], dtype=np.intp)[which]
