"""Where a level that closes gaps does not cover a point although its ground is near: who has it then."""

from collections import defaultdict

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray

from jurisdictions.index.answers import Measure, by_boundary
from jurisdictions.index.asking import Decisions, Remembered
from jurisdictions.index.ground import Ground
from jurisdictions.routing_statement import METRES_PER_DEGREE

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]

IN_DOUBT = -1
_DOUBT_M = 0.01  # this close to the limit, routing measures itself


class Reach:
    """Finds the points whose answer is not a matter of what covers them alone, and decides for them.

    Where one boundary of a rank lies within the tolerance, the answer depends on it, on what covers the point and on
    the category. Where two do, their distances matter: there routing is asked for each point.
    """

    def __init__(self, ground: Ground, *, decisions: Decisions, measure: Measure) -> None:
        self._limit_m = float(settings.NEAREST_WITHIN_M)
        self._groups = ground.gap_closers
        self._members = [frozenset(group.members) for group in self._groups]
        members = [(place, number) for number, group in enumerate(self._groups) for place in group.members]
        self._boundaries, self._group_of = np.array(members, dtype=np.intp).reshape(-1, 2).T
        self._ranks = {place: self._groups[number].rank for place, number in members}
        self._edges = np.array([shapely.boundary(ground.shapes[place]) for place in self._boundaries], dtype=object)
        shapely.prepare(self._edges)
        self._grown = _grown(shapely.bounds(ground.shapes).reshape(-1, 4), self._limit_m)
        self._around = [shapely.box(*shapely.total_bounds(self._grown[list(group.members)])) for group in self._groups]
        self._tree = shapely.STRtree(self._grown[self._boundaries])
        self._lacks = np.empty((0, len(self._groups)), dtype=np.bool_)
        self._decisions, self._measure = decisions, measure
        self._remembered = Remembered(decisions)
        self._situations: dict[tuple[int, ...], int] = {}

    def near(self, sets: list[tuple[int, ...]], number: Numbers, lon: Floats, lat: Floats) -> dict[int, list[int]]:
        """The boundaries within the tolerance of each point that has any, of levels that do not cover the point.

        `number` says for each point which of the `sets` of boundaries cover it. What lies as far as the
        tolerance is IN_DOUBT.
        """
        self._learn(sets)
        left = np.flatnonzero(np.asarray(self._lacks.any(axis=1))[number])
        places = np.asarray(shapely.points(lon[left], lat[left]))
        point, member = self._tree.query(places)
        lacking = self._lacks[number[left[point]], self._group_of[member]]
        point, member = point[lacking], member[lacking]
        reach = float(degrees(self._limit_m, lat[left[point]]).max(initial=0))
        within = np.asarray(shapely.dwithin(self._edges[member], places[point], reach))
        return self._measured(left[point[within]], self._boundaries[member[within]], lon, lat)

    def decide(
        self, near: dict[int, list[int]], number: Numbers, lon: Floats, lat: Floats, category: Numbers
    ) -> tuple[Numbers, Floats]:
        """The number of the decision for each point of `near`, and metres where routing has measured them itself."""
        points = np.fromiter(near, dtype=np.intp)
        situations = np.array([self._situation(int(number[each]), near[each]) for each in near], dtype=np.intp)
        numbers, metres = np.empty(len(points), dtype=np.intp), np.full(len(points), np.nan)
        known, ask = np.flatnonzero(situations != IN_DOUBT), np.flatnonzero(situations == IN_DOUBT)
        there = points[known]
        numbers[known] = self._remembered.numbers(situations[known], lon[there], lat[there], category[there])
        there = points[ask]
        numbers[ask], metres[ask] = self._decisions.ask(lon[there], lat[there], category[there])
        return numbers, metres

    def _learn(self, sets: list[tuple[int, ...]]) -> None:
        groups = range(len(self._groups))
        new = [[self._may_lack(each, group) for group in groups] for each in sets[len(self._lacks) :]]
        self._lacks = np.concatenate([self._lacks, np.array(new, dtype=np.bool_).reshape(len(new), len(self._groups))])

    def _may_lack(self, covering: tuple[int, ...], group: int) -> bool:
        """Whether none of these boundaries is of the group, while its ground may lie near where they cover."""
        if not covering:
            return True
        there = self._grown[covering[0]]
        return self._members[group].isdisjoint(covering) and bool(shapely.intersects(self._around[group], there))

    def _measured(self, point: Numbers, boundary: Numbers, lon: Floats, lat: Floats) -> dict[int, list[int]]:
        near = defaultdict(list)
        metres = by_boundary(boundary, lon[point], lat[point], self._measure)
        for each, place, away_m in zip(point.tolist(), boundary.tolist(), metres.tolist(), strict=True):
            if away_m < self._limit_m + _DOUBT_M:
                near[each].append(place if away_m < self._limit_m - _DOUBT_M else IN_DOUBT)
        return near

    def _situation(self, covering: int, near: list[int]) -> int:
        """A number for what covers a point and what is near it, the same for ever."""
        if IN_DOUBT in near or len({self._ranks[place] for place in near}) < len(near):
            return IN_DOUBT
        return self._situations.setdefault((covering, *sorted(near)), len(self._situations))


def degrees(metres: float, lat: Floats) -> Floats:
    """So many degrees are at least so many metres, in every direction; as in the routing query."""
    return np.asarray(metres / (METRES_PER_DEGREE * np.maximum(np.cos(np.radians(lat)), 0.001)))


def _grown(boxes: Floats, metres: float) -> NDArray[np.object_]:
    """Boxes (west, south, east, north) with at least so many metres around each."""
    west, south, east, north = boxes.T
    up = metres / METRES_PER_DEGREE
    right = degrees(metres, np.minimum(np.maximum(np.abs(south), np.abs(north)) + up, 90))
    return np.asarray(shapely.box(west - right, south - up, east + right, north + up), dtype=object)
