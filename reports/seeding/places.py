"""Where made-up reports lie: along the main streets of a city, many of them around a few hot spots."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random

import numpy as np
import numpy.typing as npt
import shapely
from django.contrib.gis.geos import Point
from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84, to_ground, to_lonlat
from jurisdictions.models import Boundary, Jurisdiction, Street

STEP_M = 15.0
HOT_SPOTS = 40
HOT_RADIUS_M = 600.0
HOT_SPREAD_M = 220.0

Points = npt.NDArray[np.float64]
"""Metric x and y, a row each."""


@dataclass(frozen=True, kw_only=True)
class HotSpot:
    """Places near a center, by their index, the nearer the more likely; `mood` picks what is wrong there."""

    near: list[int]
    weights: list[float]
    mood: int


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The places along a city's streets, every few metres, with the street of each."""

    srid: int
    area: BaseGeometry
    points: Points
    street_of: list[Street]
    weights: list[float]
    hot_spots: list[HotSpot]

    def hot_spot(self, random: Random) -> HotSpot:
        """One of the hot spots, some of them hotter than others."""
        weights = [rank**-0.5 for rank in range(1, len(self.hot_spots) + 1)]
        return random.choices(self.hot_spots, weights=weights)[0]

    def place(self, random: Random, near: HotSpot | None) -> tuple[Street, Point]:
        """A street, and a point (WGS 84) a few metres beside it, now and then in a side street."""
        if near:
            index = random.choices(near.near, cum_weights=near.weights)[0]
        else:
            index = random.choices(range(len(self.points)), cum_weights=self.weights)[0]
        x, y = (float(each) for each in self.points[index])
        spread = 45 if random.random() < 0.2 else 6
        moved = shapely.Point(x + random.gauss(0, spread), y + random.gauss(0, spread))
        inside = moved if self.area.contains(moved) else shapely.Point(x, y)
        lonlat = to_lonlat(inside, self.srid)
        return self.street_of[index], Point(round(lonlat.x, 6), round(lonlat.y, 6), srid=WGS84)


def read_ground(city: Jurisdiction, *, on: date, road_classes: Mapping[str, float], seed: int) -> Ground | None:
    """The streets of a city inside its boundary of that day; None where there are none."""
    srid = city.metric_srid or WGS84
    area = _area(city, on, srid)
    streets = list(city.streets.order_by("pk"))
    found = [(street, _along(street, area, srid)) for street in streets]
    points = np.concatenate([np.empty((0, 2)), *(points for _, points in found)])
    if area.is_empty or not len(points):
        return None
    street_of = [street for street, points in found for _ in points]
    weights = [road_classes.get(street.road_class, 1.0) for street in street_of]
    return Ground(
        srid=srid,
        area=area,
        points=points,
        street_of=street_of,
        weights=list(accumulate(weights)),
        hot_spots=_hot_spots(points, weights, seed),
    )


def _area(city: Jurisdiction, on: date, srid: int) -> BaseGeometry:
    """The city's ground in metres, ready for many questions."""
    shapes = Boundary.objects.in_force(on=on).filter(jurisdiction=city).values_list("shape", flat=True)
    area = to_ground(shapely.union_all([shapely.from_wkb(bytes(shape.wkb)) for shape in shapes]), srid)
    shapely.prepare(area)
    return area


def _along(street: Street, area: BaseGeometry, srid: int) -> Points:
    """Points of a street every few metres, those inside the city."""
    parts = shapely.get_parts(to_ground(shapely.from_wkb(bytes(street.line.wkb)), srid))
    along = [shapely.line_interpolate_point(part, np.arange(0, part.length, STEP_M)) for part in parts]
    points = shapely.get_coordinates(np.concatenate(along))
    return points[shapely.contains_xy(area, points[:, 0], points[:, 1])]


def _hot_spots(points: Points, weights: list[float], seed: int) -> list[HotSpot]:
    random = Random(f"{seed}:hot spots")  # noqa: S311  # made-up data must come out the same for the same seed
    spots = []
    for center in random.choices(range(len(points)), weights=weights, k=HOT_SPOTS):
        away = np.hypot(*(points - points[center]).T)
        near = np.flatnonzero(away <= HOT_RADIUS_M)
        nearness = np.exp(-((away[near] / HOT_SPREAD_M) ** 2) / 2)
        spots.append(HotSpot(near=near.tolist(), weights=np.cumsum(nearness).tolist(), mood=random.randrange(2**31)))
    return spots
