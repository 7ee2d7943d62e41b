"""A small map for paper, drawn from our own streets and boundaries as SVG."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from django.contrib.gis.geos import Point, Polygon

from jurisdictions.models import Boundary, Jurisdiction, Street

WIDTH, HEIGHT = 1800, 500  # of the drawing, in its own units
METRES: Final = 1500.0  # from the left edge to the right one
METRES_IN_DEGREE: Final = 111_320.0
WIDTHS: Final = {"motorway": 26, "trunk": 22, "primary": 18, "secondary": 14}
OTHER_WIDTH: Final = 9
MOST_LABELS: Final = 8  # names of streets on one map
FEWEST_FOR_A_LABEL: Final = 260.0  # units that a street must run within the map to be named


@dataclass(frozen=True, kw_only=True)
class Label:
    """A name on the map, its middle in hundredths of the drawing's width and height."""

    name: str
    left: float
    top: float


@dataclass(frozen=True, kw_only=True)
class SmallMap:
    """A drawing, and the names that stand on it: the page sets them, for drawings do not join Persian letters."""

    svg: str
    labels: Sequence[Label]


def small_map(place: Point, *, city: Jurisdiction, on: date, language: str) -> SmallMap:
    """The surroundings of a place (WGS 84, lon/lat) with the boundaries of that day; two queries."""
    frame = _Frame(place)
    boundaries = Boundary.objects.in_force(on=on).filter(jurisdiction__root=city, shape__bboverlaps=frame.box)
    streets = Street.objects.filter(root=city, line__bboverlaps=frame.box).order_by("pk")
    lines = [(frame.clip(each.line.wkb), each) for each in streets]
    roads = [(line, each) for line, each in lines if not line.is_empty]
    edges = [frame.clip(each.shape.boundary.wkb) for each in boundaries]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f4f2ec"/>',
        *(_path(line, "#a9a496", _width(each) + 4) for line, each in roads),
        *(_path(line, "#ffffff", _width(each)) for line, each in roads),
        *(_path(edge, "#6b3fa0", 3, dashes="16 12") for edge in edges),
        _marker(),
        "</svg>",
    ]
    return SmallMap(svg="".join(parts), labels=_labels(roads, language))


class _Frame:
    """The box around a place, and the way from degrees to the drawing's units; north is up."""

    def __init__(self, place: Point) -> None:
        self.place = place
        self.across = METRES_IN_DEGREE * math.cos(math.radians(place.y))
        self.scale = WIDTH / METRES
        half_x, half_y = METRES / 2 / self.across, METRES * HEIGHT / WIDTH / 2 / METRES_IN_DEGREE
        self.bounds = (place.x - half_x, place.y - half_y, place.x + half_x, place.y + half_y)
        self.box = Polygon.from_bbox(self.bounds)

    def clip(self, wkb: Any) -> Any:
        """The part of a shape within the box, in the drawing's units."""
        inside = shapely.clip_by_rect(shapely.from_wkb(bytes(wkb)), *self.bounds)
        return shapely.transform(inside, self._flat)

    def _flat(self, points: Any) -> Any:
        west, _south, _east, north = self.bounds
        scale = np.array([self.across, -METRES_IN_DEGREE]) * self.scale
        return (points - [west, north]) * scale


def _width(street: Street) -> int:
    return WIDTHS.get(street.road_class, OTHER_WIDTH)


def _path(shape: shapely.Geometry, color: str, width: int, *, dashes: str = "") -> str:
    look = f'fill="none" stroke="{color}" stroke-width="{width}" stroke-linejoin="round" stroke-linecap="round"'
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return "".join(f'<polyline points="{_points(part)}" {look}{dashed}/>' for part in shapely.get_parts(shape))


def _points(line: shapely.Geometry) -> str:
    return " ".join(f"{x:.0f},{y:.0f}" for x, y in shapely.get_coordinates(line))


def _labels(roads: Iterable[tuple[Any, Street]], language: str) -> list[Label]:
    """Names on the streets that run furthest, each once, none on the place itself or on another name."""
    labels: list[Label] = []
    for line, street in sorted(roads, key=lambda each: -each[0].length):
        name = (language == "en" and street.name_en) or street.name_fa
        longest = max(shapely.get_parts(line), key=lambda part: part.length)
        if len(labels) == MOST_LABELS or longest.length < FEWEST_FOR_A_LABEL:
            break
        if name and all(each.name != name for each in labels):
            labels += _first_free(name, longest, labels)
    return labels


def _first_free(name: str, line: Any, others: Sequence[Label]) -> list[Label]:
    """The name at the first of some points along the street where it stands free."""
    taken = [(50.0, 50.0), *((each.left, each.top) for each in others)]
    for share in (0.3, 0.7, 0.5, 0.2, 0.8):
        at = shapely.line_interpolate_point(line, share, normalized=True)
        left, top = at.x / WIDTH * 100, at.y / HEIGHT * 100
        is_inside = 10 <= left <= 90 and 6 <= top <= 94
        if is_inside and all(abs(left - x) > 16 or abs(top - y) > 9 for x, y in taken):
            return [Label(name=name, left=round(left, 1), top=round(top, 1))]
    return []


def _marker() -> str:
    x, y = WIDTH / 2, HEIGHT / 2
    return (
        f'<circle cx="{x}" cy="{y}" r="34" fill="#c81e1e" fill-opacity="0.18"/>'
        f'<circle cx="{x}" cy="{y}" r="15" fill="#c81e1e" stroke="#ffffff" stroke-width="5"/>'
    )
