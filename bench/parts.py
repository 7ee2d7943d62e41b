"""Whole shapes or subdivided parts, in PostGIS and in shapely, city by city.

`script/bench --only parts` takes the bench's city; `python -m bench.parts --on DAY` the cities of the database in use.
"""

import argparse
import os
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import django
import numpy as np
import shapely
from numpy.typing import NDArray

from config import cluster

if TYPE_CHECKING:
    from bench.table import Sheet

Floats = NDArray[np.float64]

SIZES = (64, 256)  # corners of a part at most
SINGLE, BULK, EDGES = 2_000, 200_000, 20_000
HEAD = ("city", "", "rows", "PostGIS, a point", "shapely, a million points", "edge points answered otherwise")

Row = tuple[str, ...]

_WHOLE = """
CREATE TEMP TABLE whole AS
SELECT boundary.id, boundary.shape FROM jurisdictions_boundary AS boundary
JOIN jurisdictions_jurisdiction AS place ON place.id = boundary.jurisdiction_id
WHERE boundary.in_force @> %s::date AND coalesce(place.root_id, place.id) = %s"""

_FIND = {
    "whole": "SELECT id FROM whole WHERE shape && {here} AND ST_Covers(shape, {here})",
    "parts decide": "SELECT DISTINCT id FROM parts WHERE shape && {here} AND ST_Covers(shape, {here})",
    "parts, then whole": "SELECT id FROM whole WHERE id IN (SELECT id FROM parts WHERE shape && {here} AND"
    " ST_Intersects(shape, {here})) AND ST_Covers(shape, {here})",
}
_HERE = "ST_SetSRID(ST_MakePoint($1, $2), 4326)"


def main() -> None:
    """Print the table of all cities in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.parts", allow_abbrev=False)
    parser.add_argument("--on", type=date.fromisoformat, required=True, help="the day")
    on = parser.parse_args().on
    cluster.ensure_running()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from bench.table import markdown

    print(markdown([_sheet(on)]))


def sheets() -> list["Sheet"]:
    """The table of the bench's city."""
    from bench.ground import DAY

    return [_sheet(DAY)]


def _sheet(on: date) -> "Sheet":
    from bench.table import Sheet
    from jurisdictions.models import Jurisdiction

    cities = Jurisdiction.objects.cities().order_by("code")
    rows = [row for city in cities for row in _measure_city(city.pk, city.code, on)]
    return Sheet(title="Whole shapes or parts of them", head=HEAD, rows=rows)


def _measure_city(root: int, name: str, on: date) -> list[Row]:
    from django.db import connection, transaction

    rows = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_WHOLE, [on, root])
        cursor.execute("CREATE INDEX ON whole USING gist (shape)")
        cursor.execute("ANALYZE whole")
        whole = _shapes(cursor, "whole")
        points, edges = _points(whole[0]), _edge_points(whole[0])
        truth = _answers(cursor, "whole", edges)
        rows.append(_row(name, "whole", whole, cursor, points, 0))
        for size in SIZES:
            cursor.execute("DROP TABLE IF EXISTS parts")
            cursor.execute("CREATE TEMP TABLE parts AS SELECT id, ST_Subdivide(shape, %s) AS shape FROM whole", [size])
            cursor.execute("CREATE INDEX ON parts USING gist (shape)")
            cursor.execute("ANALYZE parts")
            parts = _shapes(cursor, "parts")
            for way in ("parts decide", "parts, then whole"):
                other = sum(one != two for one, two in zip(truth, _answers(cursor, way, edges), strict=True))
                rows.append(_row(name, way, parts, cursor, points, other, size=size))
        transaction.set_rollback(True)
    return rows


def _row(
    city: str, way: str, shapes: tuple[Any, Any], cursor: Any, points: Floats, other: int, *, size: int | None = None
) -> Row:
    title = f"{way} ({size})" if size else way
    single_ms = _single_ms(cursor, way, points[:SINGLE])
    bulk = f"{_bulk_s(shapes[0], points):.1f} s" if way != "parts, then whole" else ""
    return city, title, f"{len(shapes[0]):,}", f"{single_ms:.3f} ms", bulk, f"{other:,}"


def _shapes(cursor: Any, table: str) -> tuple[NDArray[np.object_], list[int]]:
    cursor.execute(f"SELECT ST_AsBinary(shape), id FROM {table}")
    rows = cursor.fetchall()
    return np.array(shapely.from_wkb([bytes(row[0]) for row in rows]), dtype=object), [row[1] for row in rows]


def _points(shapes: NDArray[np.object_]) -> Floats:
    west, south, east, north = shapely.total_bounds(shapes)
    random = np.random.default_rng(1)
    return np.column_stack([random.uniform(west, east, BULK), random.uniform(south, north, BULK)])


def _edge_points(shapes: NDArray[np.object_]) -> Floats:
    from geo.edges import edges_of

    random = np.random.default_rng(2)
    starts, ends = edges_of(shapes)
    edge, share = random.integers(len(starts), size=EDGES), random.uniform(size=(EDGES, 1))
    return np.asarray(starts[edge] + (ends[edge] - starts[edge]) * share)


def _answers(cursor: Any, way: str, points: Floats) -> list[list[int]]:
    """The boundaries that cover each point."""
    here = "ST_SetSRID(ST_MakePoint(lon, lat), 4326)"
    cursor.execute(
        f"SELECT ARRAY({_FIND[way].format(here=here)} ORDER BY id)"
        " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS asked (lon, lat, n) ORDER BY n",
        [points[:, 0].tolist(), points[:, 1].tolist()],
    )
    return [row[0] for row in cursor.fetchall()]


def _single_ms(cursor: Any, way: str, points: Floats) -> float:
    """Milliseconds for a point by itself, the statement prepared; the least of three rounds."""
    cursor.execute(f"PREPARE find (float8, float8) AS {_FIND[way].format(here=_HERE)}")
    took = []
    for _ in range(3):
        began = time.perf_counter()
        for lon, lat in points.tolist():
            cursor.execute("EXECUTE find (%s, %s)", [lon, lat])
        took.append(time.perf_counter() - began)
    cursor.execute("DEALLOCATE find")
    return min(took) / len(points) * 1000


def _bulk_s(shapes: NDArray[np.object_], points: Floats) -> float:
    """Seconds for a million points by boxes and prepared shapes; the least of three rounds."""
    shapely.prepare(shapes)
    tree, took = shapely.STRtree(shapes), []
    for _ in range(3):
        began = time.perf_counter()
        point, shape = tree.query(shapely.points(points))
        shapely.intersects_xy(shapes[shape], *points[point].T)
        took.append(time.perf_counter() - began)
    return min(took) * 1_000_000 / len(points)


if __name__ == "__main__":
    main()
