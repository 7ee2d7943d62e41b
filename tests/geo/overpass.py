"""Overpass JSON made from shapes: each ring in two ways, the second one running backwards."""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

import shapely
from shapely import Polygon

from tests.shapes import lonlat


def relation(
    number: int,
    ground: shapely.Geometry,
    *,
    inner: Polygon | None = None,
    subareas: Iterable[int] = (),
    **tags: str,
) -> dict[str, Any]:
    """A boundary relation of that ground, less `inner`; its ways are numbered from a hundred times its own number."""
    rings = [("outer", part.exterior.coords) for part in shapely.get_parts(ground)]
    rings += [("inner", hole.coords) for part in shapely.get_parts(ground) for hole in part.interiors]
    rings += [("inner", inner.exterior.coords)] if inner else []
    numbers = count(number * 100)
    ways = [_member(next(numbers), role, points) for role, ring in rings for points in _halves(list(ring))]
    parts = [{"type": "relation", "ref": part, "role": "subarea"} for part in subareas]
    return {
        "type": "relation",
        "id": number,
        "tags": tags or {"type": "boundary"},
        "members": [*ways[::-1], *parts],
    }


def way(number: int, corners: Sequence[tuple[float, float]], **tags: str) -> dict[str, Any]:
    """A way through corners in metres."""
    points = _points([lonlat(*corner) for corner in corners])
    return {"type": "way", "id": number, "tags": tags, "geometry": points}


def _halves(ring: list[tuple[float, float]]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    middle = len(ring) // 2
    return ring[: middle + 1], ring[middle:][::-1]


def _member(number: int, role: str, points: list[tuple[float, float]]) -> dict[str, Any]:
    return {"type": "way", "ref": number, "role": role, "geometry": _points(points)}


def _points(points: Iterable[tuple[float, float]]) -> list[dict[str, float] | None]:
    return [{"lat": lat, "lon": lon} for lon, lat in points]
