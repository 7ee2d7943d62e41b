"""Meters between places in longitude and latitude, and how far a set of them reaches; no database, no projection."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import TypeAlias

Place: TypeAlias = tuple[float, float]  # longitude, latitude (WGS 84)
_SLACK = 1.01  # by which the corners of an extent may mislead over the width of a city


def meters(one: Place, other: Place) -> float:
    """The distance on the ellipsoid, to the millimeter over a few kilometers; the same from either end."""
    latitude = radians((one[1] + other[1]) / 2)
    east = (one[0] - other[0] + 180) % 360 - 180
    per_lon = 111_412.84 * cos(latitude) - 93.5 * cos(3 * latitude) + 0.118 * cos(5 * latitude)
    per_lat = 111_132.92 - 559.82 * cos(2 * latitude) + 1.175 * cos(4 * latitude)
    return hypot(east * per_lon, (one[1] - other[1]) * per_lat)


@dataclass(frozen=True, slots=True)
class Reach:
    """The corners of a set of places (convex, in longitude and latitude) and the extent around them."""

    corners: tuple[Place, ...]
    low: Place
    high: Place

    @classmethod
    def of(cls, place: Place) -> "Reach":
        """That of one place."""
        return cls((place,), place, place)

    def with_(self, other: "Reach") -> "Reach":
        """That of both sets together."""
        low = (min(self.low[0], other.low[0]), min(self.low[1], other.low[1]))
        high = (max(self.high[0], other.high[0]), max(self.high[1], other.high[1]))
        return Reach(_hull({*self.corners, *other.corners}), low, high)

    def widest(self, other: "Reach") -> float:
        """Meters between the two places, one of each set, that are furthest apart."""
        return max(meters(one, two) for one in self.corners for two in other.corners)

    def within(self, other: "Reach", limit_m: float) -> bool:
        """Whether no place of the one is further than the limit from any of the other."""
        low = (min(self.low[0], other.low[0]), min(self.low[1], other.low[1]))
        high = (max(self.high[0], other.high[0]), max(self.high[1], other.high[1]))
        if meters(low, high) * _SLACK <= limit_m:
            return True
        return self.widest(other) <= limit_m


def _hull(places: Iterable[Place]) -> tuple[Place, ...]:
    """The convex hull; stretching the axes does not change which places are its corners."""
    ordered = sorted(places)
    if len(ordered) < 3:
        return tuple(ordered)
    return tuple(dict.fromkeys([*_half(ordered), *_half(ordered[::-1])]))


def _half(ordered: Sequence[Place]) -> list[Place]:
    kept: list[Place] = []
    for place in ordered:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], place) <= 0:
            kept.pop()
        kept.append(place)
    return kept


def _turn(one: Place, two: Place, three: Place) -> float:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])
