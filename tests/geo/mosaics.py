"""Made-up cities: a lattice of cells with winding edges, joined to neighborhoods, zones and districts."""

from random import Random

import numpy as np
import shapely
from shapely import Polygon

from geo.shapes import NamedShape, as_multipolygon
from tests.shapes import lonlat

SIDE = 200.0  # metres of a cell
COLUMNS, ROWS = 4, 4
_STEPS = 12  # vertices of an edge


def city(*, seed: int, bend: float = 15.0, blur: float = 0.0) -> list[NamedShape]:
    """Four districts of 2 x 2 cells, zones of 1 x 2, neighborhoods of one; some of the small ones missing.

    Edges wind up to `bend` metres off the straight line. Each level is drawn anew, up to `blur` metres off.
    """
    random = Random(seed)
    lattice = _cells(random, bend)
    shapes = []
    for level, width, height in (("district", 2, 2), ("zone", 1, 2), ("neighborhood", 1, 1)):
        drawn = _blurred(lattice, random, blur)
        for column in range(0, COLUMNS, width):
            for row in range(0, ROWS, height):
                cells = [drawn[column + x, row + y] for x in range(width) for y in range(height)]
                shapes.append(_shape(level, column, row, cells))
    missing = {shape.key for shape in shapes if shape.level != "district" and random.random() < 0.2}
    present = {shape.key for shape in shapes} - missing
    return [_under_nearest(shape, present) for shape in shapes if shape.key in present]


def two_districts(*, seed: int = 0, bend: float = 15.0) -> list[NamedShape]:
    """The two districts in the south of such a city, west and east of one winding edge."""
    return [shape for shape in city(seed=seed, bend=bend) if shape.key in {("district", "0-0"), ("district", "2-0")}]


def vertices(geometry: shapely.Geometry) -> set[tuple[float, float]]:
    """All vertices of a shape."""
    return set(map(tuple, shapely.get_coordinates(geometry).tolist()))


def _shape(level: str, column: int, row: int, cells: list[Polygon]) -> NamedShape:
    ground = shapely.coverage_union_all(cells)
    return NamedShape(level=level, code=f"{column}-{row}", geometry=as_multipolygon(ground))


def _under_nearest(shape: NamedShape, present: set[tuple[str, str]]) -> NamedShape:
    column, row = map(int, shape.code.split("-"))
    zone, district = f"{column}-{row // 2 * 2}", f"{column // 2 * 2}-{row // 2 * 2}"
    above = {
        "district": [],
        "zone": [("district", district)],
        "neighborhood": [("zone", zone), ("district", district)],
    }
    parent = next((key for key in above[shape.level] if key in present), None)
    return NamedShape(level=shape.level, code=shape.code, geometry=shape.geometry, parent=parent)


def _cells(random: Random, bend: float) -> dict[tuple[int, int], Polygon]:
    """Cell (column, row) -> polygon in lon/lat; neighbors share their edge vertex for vertex."""
    east = {(x, y): _edge(random, bend, (x, y), (x + 1, y)) for x in range(COLUMNS) for y in range(ROWS + 1)}
    north = {(x, y): _edge(random, bend, (x, y), (x, y + 1)) for x in range(COLUMNS + 1) for y in range(ROWS)}
    cells = {}
    for x in range(COLUMNS):
        for y in range(ROWS):
            ring = [*east[x, y], *north[x + 1, y], *reversed(east[x, y + 1]), *reversed(north[x, y])]
            cells[x, y] = shapely.remove_repeated_points(Polygon(ring))
    return cells


def _edge(random: Random, bend: float, start: tuple[int, int], end: tuple[int, int]) -> list[tuple[float, float]]:
    """A line between two corners that winds most in its middle, where it cannot meet another edge."""
    points = []
    for step in range(_STEPS + 1):
        share = step / _STEPS
        off = random.uniform(-bend, bend) * np.sin(np.pi * share) if 0 < step < _STEPS else 0.0
        along = [SIDE * (one + share * (other - one)) for one, other in zip(start, end, strict=True)]
        points.append(lonlat(along[0] + off, along[1]) if start[0] == end[0] else lonlat(along[0], along[1] + off))
    return points


def _blurred(lattice: dict[tuple[int, int], Polygon], random: Random, blur: float) -> dict[tuple[int, int], Polygon]:
    """The same cells with every vertex moved, shared ones together."""
    moved: dict[tuple[float, float], tuple[float, float]] = {}

    off = blur / 111_320  # metres of latitude; less of longitude

    def elsewhere(lon: float, lat: float) -> tuple[float, float]:
        return lon + random.uniform(-off, off), lat + random.uniform(-off, off)

    def move(points: np.ndarray) -> np.ndarray:
        return np.array([moved.setdefault((lon, lat), elsewhere(lon, lat)) for lon, lat in points.tolist()])

    return {key: shapely.transform(cell, move) for key, cell in lattice.items()} if blur else lattice
