"""Points outside every city: kept for the dispatcher within a limit, refused beyond it or with their axes exchanged."""

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray

from geo.covering import NOBODY, Covering
from geo.edges import NearestShapes
from jurisdictions.index.answers import NOWHERE, REFUSED, Decision, Measure, by_boundary
from jurisdictions.index.asking import Decisions, Remembered
from jurisdictions.index.ground import GapClosers, Ground
from jurisdictions.index.reach import degrees
from jurisdictions.routing import Method

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Truths = NDArray[np.bool_]

_DOUBT_M = 1.0  # this close to the limit, routing measures itself
_SAME_M = 0.001


class Beyond:
    """Decides for points that nothing covers and that no ground is near enough to have.

    Nobody has them; the metres to the ground that would decide are told. Where the levels that close gaps lie
    equally far, as a city and its districts do, it does not matter which would. Else it depends on the category, the
    nearest boundary of each level, and which of these is nearer.
    """

    def __init__(self, ground: Ground, *, covering: Covering, decisions: Decisions, measure: Measure) -> None:
        self._levels = [_Level(group, ground, measure) for group in ground.gap_closers]
        self._covering, self._decisions = covering, decisions
        self._remembered = Remembered(decisions)
        self._situations: dict[bytes, int] = {}
        self._nobody = ("",) * len(ground.levels)

    def decide(self, lon: Floats, lat: Floats, category: Numbers) -> tuple[Numbers, Floats]:
        """The number of the decision for each point, and the metres where they are known already."""
        exchanged = (np.abs(lon) <= 90) & (self._covering.at(lat, lon) != NOBODY)
        nearest = np.full((len(lon), len(self._levels)), NOWHERE)
        metres = np.full(nearest.shape, np.inf)
        for column, level in enumerate(self._levels):
            points = np.flatnonzero(level.box_within(_limit_m(), lon, lat))
            nearest[points, column], metres[points, column] = level.nearest(lon[points], lat[points])
        doubtful = np.asarray((np.abs(metres - _limit_m()) < _DOUBT_M).any(axis=1)) & ~exchanged
        nearest[metres > _limit_m()] = NOWHERE
        kept = np.asarray((nearest != NOWHERE).any(axis=1)) & ~exchanged
        numbers = np.where(kept, self._number(Method.OUTSIDE), self._number(REFUSED))
        numbers[exchanged] = self._number(REFUSED, exchanged=True)
        told_m = np.where(kept, metres.min(axis=1, initial=np.inf), np.nan)
        apart = np.flatnonzero(kept & ~doubtful & (_spread(metres) > _SAME_M))
        order = np.argsort(metres[apart], axis=1, kind="stable")
        situation = self._numbered(np.concatenate([nearest[apart], order], axis=1))
        numbers[apart] = self._remembered.numbers(situation, lon[apart], lat[apart], category[apart])
        told_m[apart] = np.nan
        ask = np.flatnonzero(doubtful)
        numbers[ask], told_m[ask] = self._decisions.ask(lon[ask], lat[ask], category[ask])
        return numbers, told_m

    def _numbered(self, situations: Numbers) -> Numbers:
        """A number for each different row, the same one always the same."""
        rows, which = np.unique(situations, axis=0, return_inverse=True)
        numbers = [self._situations.setdefault(row.tobytes(), len(self._situations)) for row in rows]
        return np.array(numbers, dtype=np.intp)[which.reshape(-1)]

    def _number(self, method: str, *, exchanged: bool = False) -> int:
        return self._decisions.number_of(Decision(method=str(method), codes=self._nobody, exchanged=exchanged))


class _Level:
    """The boundaries of one level of one city."""

    def __init__(self, group: GapClosers, ground: Ground, measure: Measure) -> None:
        shapes = [ground.shapes[place] for place in group.members]
        self._members = np.array(group.members, dtype=np.intp)
        self._box = shapely.total_bounds(shapes)
        self._shapes = NearestShapes(shapes)
        self._measure = measure

    def box_within(self, metres: float, lon: Floats, lat: Floats) -> Truths:
        """Whether the level's ground may lie within so many metres of each point."""
        west, south, east, north = self._box
        reach = degrees(metres, lat)
        right = (lon >= west - reach) & (lon <= east + reach)
        return np.asarray(right & (lat >= south - reach) & (lat <= north + reach))

    def nearest(self, lon: Floats, lat: Floats) -> tuple[Numbers, Floats]:
        """The nearest boundary of the level to each point, and the metres to it."""
        point, shape = self._shapes.candidates(lon, lat)
        boundary = self._members[shape]
        metres = by_boundary(boundary, lon[point], lat[point], self._measure)
        order = np.lexsort((metres, point))
        first = order[np.diff(point[order], prepend=-1) > 0]
        return boundary[first], metres[first]


def _spread(metres: Floats) -> Floats:
    """By how much the distances within the limit differ, point by point."""
    within = metres <= _limit_m()
    least = np.min(metres, axis=1, initial=np.inf, where=within)
    return np.asarray(np.max(metres, axis=1, initial=0, where=within) - least)


def _limit_m() -> float:
    return float(settings.OUTSIDE_WITHIN_M)
