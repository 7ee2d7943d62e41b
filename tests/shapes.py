"""Readable ground: shapes and points in metres east and north of an origin, turned into longitude and latitude."""

from collections.abc import Sequence

import shapely
from django.contrib.gis.geos import Point
from pyproj import Transformer
from shapely import Polygon

ORIGIN = (59.6, 36.3)
GROUND = 32640  # UTM zone 40 north

_to_ground = Transformer.from_crs(4326, GROUND, always_xy=True)
_to_lonlat = Transformer.from_crs(GROUND, 4326, always_xy=True)
_EAST, _NORTH = _to_ground.transform(*ORIGIN)


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude (7 decimals) of a place `x` metres east and `y` metres north of the origin."""
    lon, lat = _to_lonlat.transform(_EAST + x, _NORTH + y)
    return round(lon, 7), round(lat, 7)


def at(x: float, y: float) -> Point:
    """The place as a point in WGS 84."""
    return Point(*lonlat(x, y), srid=4326)


def polygon(corners: Sequence[tuple[float, float]], holes: Sequence[Sequence[tuple[float, float]]] = ()) -> Polygon:
    """A polygon through corners in metres."""
    ring = Polygon([lonlat(*corner) for corner in corners], [[lonlat(*each) for each in hole] for hole in holes])
    return shapely.orient_polygons(ring)


def rectangle(x: float, y: float, *, width: float, height: float) -> Polygon:
    """A rectangle whose south-western corner is at (x, y)."""
    return polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def square(x: float, y: float, *, side: float = 100) -> Polygon:
    """A square whose south-western corner is at (x, y)."""
    return rectangle(x, y, width=side, height=side)
