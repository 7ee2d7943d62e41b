"""A polygon in a query string: GeoJSON, checked before the database sees it."""

import json
from itertools import chain
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _
from shapely import LinearRing, MultiPolygon, Polygon, is_valid_reason
from shapely.errors import ShapelyError

from api.params import Params, bad
from geo.crs import WGS84

MOST_CORNERS = 1000
HOLDS = {"Polygon": 1, "MultiPolygon": 2}  # how deep the rings lie


def polygon_of(params: Params, name: str) -> GEOSGeometry | None:
    """The Polygon or MultiPolygon that a parameter holds (WGS 84, lon/lat), or None where it is absent.

    Raises Problem for what is neither, has more than 1,000 corners or crosses itself.
    """
    text = params.text(name)
    if text is None:
        return None
    polygons = _polygons(name, text)
    corners = sum(len(ring) for ring in chain.from_iterable(polygons))
    if corners > MOST_CORNERS:
        detail = _("A polygon has at most %(most)d corners here: simplify it.") % {"most": MOST_CORNERS}
        raise bad(name, "too_many_corners", detail)
    return _checked(name, [[_ring(name, ring) for ring in polygon] for polygon in polygons])


def _polygons(name: str, text: str) -> list[list[list[Any]]]:
    """The rings of each polygon, as far as their nesting goes."""
    try:
        found = json.loads(text)
        depth = HOLDS[found["type"]]
        polygons = found["coordinates"] if depth == 2 else [found["coordinates"]]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise _not_a_polygon(name) from error
    if not _nested(polygons, 3):
        raise _not_a_polygon(name)
    return list(polygons)


def _nested(value: Any, depth: int) -> bool:
    """Whether these are lists in lists, none of them empty."""
    if depth == 0:
        return True
    return isinstance(value, list) and bool(value) and all(_nested(each, depth - 1) for each in value)


def _ring(name: str, corners: list[Any]) -> list[tuple[float, float]]:
    if len(corners) < 4 or corners[0] != corners[-1] or not all(_is_place(corner) for corner in corners):
        raise _not_a_polygon(name)
    return [(float(lon), float(lat)) for lon, lat in corners]


def _is_place(corner: Any) -> bool:
    """Two numbers that are a longitude and a latitude (NaN lies between none)."""
    if not isinstance(corner, list) or len(corner) != 2:
        return False
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in corner):
        return False
    return bool(-180 <= corner[0] <= 180 and -90 <= corner[1] <= 90)


def _checked(name: str, polygons: list[list[list[tuple[float, float]]]]) -> GEOSGeometry:
    try:
        parts = [Polygon(LinearRing(rings[0]), rings[1:]) for rings in polygons]
    except (ShapelyError, ValueError) as error:
        raise _not_a_polygon(name) from error
    shape = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    if not shape.is_valid:
        detail = _("The polygon crosses or touches itself: %(where)s.") % {"where": is_valid_reason(shape)}
        raise bad(name, "invalid_polygon", detail)
    return GEOSGeometry(memoryview(shape.wkb), srid=WGS84)


def _not_a_polygon(name: str) -> Exception:
    detail = _("Write a GeoJSON Polygon or MultiPolygon: rings of [lon, lat], each ending where it began.")
    return bad(name, "invalid_polygon", detail)
