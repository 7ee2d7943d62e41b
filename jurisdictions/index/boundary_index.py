"""The index: the boundaries of one day in memory, and the decisions that routing has made about them so far."""

from collections.abc import Sequence
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo.covering import NOBODY, Covering
from geo.edges import EdgeRuler
from jurisdictions.index.answers import RouteBatch
from jurisdictions.index.asking import Decisions
from jurisdictions.index.beyond import Beyond
from jurisdictions.index.covered import Covered
from jurisdictions.index.ground import Ground, read_ground, version
from jurisdictions.index.reach import Reach

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]

UNKNOWN = -1


class BoundaryIndex:
    """Routes points by the million for one day, each as `find_routes` would.

    Which boundaries cover a point is found here. Who decides among them is asked of routing, once for each set of
    boundaries and category that occurs: there is no second telling of its order. Where the answer depends on more
    than what covers (near an edge of a city, in a gap between districts), routing is asked for the point itself.
    An index holds for what the database held when it was made: see `is_current`.
    """

    def __init__(self, ground: Ground, *, on: date, version: str) -> None:
        self.levels = ground.levels
        self._version = version
        self._decisions = Decisions(ground, on=on)
        self._category_numbers = {code: number for number, code in enumerate(self._decisions.categories)}
        self._covering = Covering(ground.shapes, arbiter=self._decisions.covers)
        self._reach = Reach(ground, decisions=self._decisions, measure=self._measure)
        self._covered = Covered(ground, self._decisions)
        self._shapes = ground.shapes
        self._rulers: dict[int, EdgeRuler] = {}
        self._beyond = Beyond(ground, covering=self._covering, decisions=self._decisions, measure=self._measure)

    @classmethod
    def for_day(cls, *, on: date) -> Self:
        """The index of a day: all cities' boundaries in force, and the rules of that day without time or way in."""
        read = version()
        return cls(read_ground(on=on), on=on, version=read)

    def is_current(self) -> bool:
        """Whether the database still holds what it held when the index was made."""
        return version() == self._version

    def categories(self, codes: Sequence[str]) -> Numbers:
        """What `route_many` calls these categories; "" is no category, and a code that nobody knows is -1."""
        known = self._category_numbers
        return np.array([known.get(code, UNKNOWN) for code in codes], dtype=np.intp)

    def route_many(self, lon: Floats, lat: Floats, category: Numbers) -> RouteBatch:
        """Who answers for each point (degrees, WGS 84) and category (as `categories` numbers them).

        Raises ValueError for coordinates that are no longitude and latitude, and for categories nobody knows.
        """
        if not ((np.abs(lon) <= 180).all() and (np.abs(lat) <= 90).all() and (category >= 0).all()):
            raise ValueError("Not all of these are a longitude, a latitude and a known category.")
        sets = self._covering.at(lon, lat)
        which, told_m = np.empty(len(lon), dtype=np.intp), np.full(len(lon), np.nan)
        near = self._reach.near(self._covering.sets, sets, lon, lat)
        points = np.fromiter(near, dtype=np.intp)
        which[points], told_m[points] = self._reach.decide(near, sets, lon, lat, category)
        left = np.ones(len(lon), dtype=np.bool_)
        left[points] = False
        points = np.flatnonzero(left & (sets != NOBODY))
        which[points] = self._covered.decide(
            self._covering.sets, sets[points], lon[points], lat[points], category[points]
        )
        points = np.flatnonzero(left & (sets == NOBODY))
        which[points], told_m[points] = self._beyond.decide(lon[points], lat[points], category[points])
        return RouteBatch(
            levels=self.levels,
            decisions=self._decisions.all,
            which=which,
            lon=lon,
            lat=lat,
            told_m=told_m,
            measure=self._measure,
        )

    def _measure(self, boundary: int, lon: Floats, lat: Floats) -> Floats:
        if boundary not in self._rulers:
            self._rulers[boundary] = EdgeRuler(self._shapes[boundary])
        return self._rulers[boundary].measure(lon, lat)
