"""Distances from a point in metres on the ground, and boxes that surely hold all that is near."""

import math
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, cast

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, FloatField, Func, TextField, Value

from geo.crs import WGS84
from geo.functions import Geography

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
RADIUS: Final = 6_378_137.0  # of the equator of WGS 84
SQUASHED: Final = 0.00669437999014  # the square of its eccentricity
SLACK: Final = 0.001  # by how much the length of a degree may differ a hundred kilometres on, several times over
MARGIN_M: Final = 0.001  # for rounding
TINY: Final = 1e-9  # the same in degrees
MOST_BANDS: Final = 128


class DistanceFrom(Func):
    """The metres on the ellipsoid between `place` (a column in WGS 84) and a point."""

    function = "ST_Distance"
    output_field = FloatField()

    def __init__(self, place: str, *, lon: float, lat: float) -> None:
        point = Func(Value(lon), Value(lat), function="ST_MakePoint", output_field=GeometryField(srid=WGS84))
        super().__init__(Geography(place), Geography(point))


def box_around(*, lon: float, lat: float, metres: float) -> Box:
    """`west, south, east, north` in degrees: holds all places within so many metres; all longitudes where it must."""
    return _Plane(lon, lat, metres).box


def boxes_between(*, lon: float, lat: float, inner: float, outer: float) -> list[Box]:
    """Boxes that together hold all places from `inner` to `outer` metres away, and little else.

    A ring is cut into bands of latitude, the thinner the more; what lies surely nearer than `inner` is left out.
    """
    plane = _Plane(lon, lat, outer)
    if not plane.is_simple:
        return [plane.box]
    count = max(1, min(MOST_BANDS, math.ceil(2 * outer / max(outer - inner, 1.0))))
    edges = [(2 * number / count - 1) * plane.high for number in range(count + 1)]
    return [box for low, high in pairwise(edges) for box in plane.band(low, high, inner)]


class _Plane:
    """The ground around a point in degrees, with bounds of what a degree measures there, right to all sides."""

    def __init__(self, lon: float, lat: float, metres: float) -> None:
        sine = math.sin(math.radians(lat))
        metres += MARGIN_M
        self.lon, self.lat, self.metres = lon, lat, metres
        self.upwards = math.radians(RADIUS * (1 - SQUASHED) / (1 - SQUASHED * sine**2) ** 1.5)
        self.high = metres / (self.upwards * (1 - SLACK))
        south, north = max(-90.0, lat - self.high), min(90.0, lat + self.high)
        around = math.radians(RADIUS / math.sqrt(1 - SQUASHED * sine**2))
        equatorwards = 0.0 if south < 0 < north else min(abs(south), abs(north))
        self.least = around * math.cos(math.radians(max(abs(south), abs(north)))) * (1 - SLACK)
        self.most = around * math.cos(math.radians(equatorwards)) * (1 + SLACK)
        wide = metres / self.least if self.least > metres / 180 else 360.0
        self.is_simple = south > -90 and north < 90 and lon - wide > -180 and lon + wide < 180
        self.box: Box = (lon - wide, south, lon + wide, north) if self.is_simple else (-180.0, south, 180.0, north)

    def band(self, low: float, high: float, inner: float) -> list[Box]:
        """The part of a ring between two latitudes (degrees from the middle): one box, or one on each side."""
        south, north = self.lat + low - TINY, self.lat + high + TINY
        nearest = 0.0 if low < 0 < high else min(abs(low), abs(high))
        farthest = max(abs(low), abs(high))
        wide = _leg(self.metres, nearest * self.upwards * (1 - SLACK)) / self.least + TINY
        empty = _leg(inner, farthest * self.upwards * (1 + SLACK)) / self.most - TINY
        if empty <= 0:
            return [(self.lon - wide, south, self.lon + wide, north)]
        return [(self.lon - wide, south, self.lon - empty, north), (self.lon + empty, south, self.lon + wide, north)]


def _leg(hypotenuse: float, other: float) -> float:
    return math.sqrt(max(0.0, hypotenuse**2 - other**2))


def as_polygon(box: Box) -> Polygon:
    """A box as a shape in WGS 84."""
    return cast(Polygon, GEOSGeometry(memoryview(_ewkb(box))))


def _ewkb(box: Box) -> bytes:
    """A box as PostGIS writes it: packed at once, where GEOS would be asked sixty times."""
    west, south, east, north = box
    corners = (west, south, west, north, east, north, east, south, west, south)
    return struct.pack("<BIIII10d", 1, 0x20000003, WGS84, 1, 5, *corners)


class InBoxes(Func):
    """Whether `place` (a column in WGS 84) lies in one of the boxes, more or less: by a spatial index, and no more."""

    template = "%(expressions)s"
    arg_joiner = " && ANY"
    output_field = BooleanField()

    def __init__(self, place: str, boxes: Sequence[Box]) -> None:
        shapes = [_ewkb(box).hex() for box in boxes]
        super().__init__(
            place, Func(Value(shapes, output_field=ArrayField(TextField())), template="(%(expressions)s::geometry[])")
        )
