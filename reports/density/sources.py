"""Where counts come from: the pyramid's cells, changes that it has not folded yet, and the reports themselves.

Each source is SQL that gives rows of `sql.COLUMNS`: what it adds to one category and status in one cell of the view's
level.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.gis.geos import Polygon
from django.core.exceptions import EmptyResultSet
from django.db.models import FloatField, Func, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from geo.crs import WGS84
from geo.world import WORLD, WorldBox, shift
from people.access import PUBLIC, Viewer
from reports.density.sql import UNFOLDED
from reports.density.views import Edges, Pieces, View
from reports.filters import ReportFilter
from reports.models import Report
from reports.models.density import DEEPEST
from reports.models.report import ReportQuerySet

MOST_COLUMNS: Final = 4096  # of cells that are looked up one by one; beyond, by the ranges they make


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters in their order."""

    text: str
    params: list[Any] = field(default_factory=list)


def union(parts: Sequence[Statement]) -> Statement:
    """The rows of all of them."""
    return Statement(" UNION ALL ".join(part.text for part in parts), [each for part in parts for each in part.params])


def counted_in(pieces: Pieces) -> Statement:
    """The pieces, joined to `cell`: the rows of the table that the caller puts in the place of {table}."""
    boxes = pieces.cells
    if sum(box.x1 - box.x0 + 1 for _, box in boxes) <= MOST_COLUMNS:
        boxes = [(level, WorldBox(x, box.y0, x, box.y1)) for level, box in boxes for x in range(box.x0, box.x1 + 1)]
        within = "cell.x = piece.x0"
    else:
        within = "cell.x BETWEEN piece.x0 AND piece.x1"
    columns = [
        [level for level, _ in boxes],
        *([getattr(box, side) for _, box in boxes] for side in WorldBox.__slots__),
    ]
    return Statement(
        f"""unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[]) AS piece(level, x0, y0, x1, y1)
        JOIN {{table}} AS cell
          ON cell.level = piece.level AND {within} AND cell.y BETWEEN piece.y0 AND piece.y1""",
        columns,
    )


def from_cells(pieces: Pieces, *, level: int, narrowing: ReportFilter) -> Statement:
    """Kept counts by category and status, of cells of the level and of smaller ones at the rim."""
    chosen, values = chosen_kinds(narrowing)
    source = counted_in(pieces)
    return Statement(
        f"""SELECT cell.x >> (cell.level - %s), cell.y >> (cell.level - %s), category_id, status, n, sum_x, sum_y,
                   west, north, east, south, NULL::text
            FROM {source.text.format(table="reports_densitycell")} WHERE {chosen}""",  # noqa: S608 - our own text
        [level, level, *source.params, *values],
    )


def from_changes(covered: WorldBox, *, level: int, narrowing: ReportFilter) -> Statement:
    """What unfolded changes took from the covered ground, and what they brought."""
    chosen, values = chosen_kinds(narrowing)
    bits = shift(level)
    bounds = [covered.x0, covered.x1, covered.y0, covered.y1]
    side = "x BETWEEN %s AND %s AND y BETWEEN %s AND %s"
    came = f"""SELECT x >> %s, y >> %s, category_id, status, 1, x::bigint, y::bigint, x, y, x, y, NULL::text
               FROM reports_change WHERE {UNFOLDED} AND {side} AND {chosen}"""  # noqa: S608
    went = f"""SELECT x >> %s, y >> %s, category_id, status, -1, -x::bigint, -y::bigint,
                      NULL::int, NULL::int, NULL::int, NULL::int, NULL::text
               FROM (SELECT was_x AS x, was_y AS y, was_category_id AS category_id, was_status AS status
                     FROM reports_change WHERE {UNFOLDED}) AS was
               WHERE {side} AND {chosen}"""  # noqa: S608
    params = [bits, bits, *bounds, *values]
    return Statement(f"{came} UNION ALL {went}", [*params, *params])


def from_reports(view: View, pieces: Pieces, *, level: int, viewer: Viewer, narrowing: ReportFilter) -> list[Statement]:
    """The reports themselves: the public's at the rim, and everywhere those that only this viewer knows of."""
    rows = narrowing.narrow(Report.objects.visible_to(viewer))
    found: list[Statement] = []
    if pieces.rim and narrowing.is_counted and WORLD not in pieces.rim:
        found.append(_at_the_rim(view, pieces, level=level, narrowing=narrowing))
    elif pieces.rim:
        found += _one_by_one(rows.filter(_inside(pieces.rim, view.edges), is_public=True), level)
    if viewer != PUBLIC:
        found += _one_by_one(rows.filter(_inside([view.box], view.edges), is_public=False), level)
    return found


def _at_the_rim(view: View, pieces: Pieces, *, level: int, narrowing: ReportFilter) -> Statement:
    """The public's reports in the strips that whole cells leave.

    Over the same text the ORM takes longer than the database.
    """
    chosen, values = chosen_kinds(narrowing)
    strip = """(public_location && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
                AND public_x BETWEEN %s AND %s AND public_y BETWEEN %s AND %s)"""
    edges = view.edges
    inside = "true"
    within: list[float] = []
    if edges:
        inside = "ST_X(public_location) >= %s AND ST_X(public_location) < %s"
        inside += " AND ST_Y(public_location) >= %s AND ST_Y(public_location) < %s"
        # The world's own last edges belong to it.
        east = edges.east if edges.east < 180 else math.inf
        within = [edges.west, east, edges.south, edges.north if edges.north < 90 else math.inf]
    bounds = [number for box in pieces.rim for number in (*box.degrees, box.x0, box.x1, box.y0, box.y1)]
    source = f"""SELECT public_x, public_y, category_id, status, reference FROM reports_report
                 WHERE is_public AND ({" OR ".join([strip] * len(pieces.rim))}) AND {inside} AND {chosen}"""  # noqa: S608
    return _grouped(source, [*bounds, *within, *values], level)


def crowded(view: View, *, level: int, viewer: Viewer, narrowing: ReportFilter, most: int) -> Statement | None:
    """Whether the first of the view's reports that the database comes upon fall into more cells than `most`."""
    rows = narrowing.narrow(Report.objects.visible_to(viewer)).filter(_inside([view.box], view.edges))
    try:
        text, params = rows.order_by().values_list("public_x", "public_y")[: 5 * most].query.sql_with_params()
    except EmptyResultSet:
        return None
    return Statement(
        f"SELECT count(*) > %s FROM (SELECT DISTINCT x >> %s, y >> %s FROM ({text}) AS point(x, y)) AS cell",  # noqa: S608
        [most, shift(level), shift(level), *params],
    )


def _one_by_one(rows: ReportQuerySet, level: int) -> Iterator[Statement]:
    columns = ["public_x", "public_y", "category_id", "status", "reference"]
    try:
        text, params = rows.order_by().values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return
    yield _grouped(text, params, level)


def _grouped(text: str, params: Sequence[Any], level: int) -> Statement:
    """Rows of x, y, category, status and reference, in the cells of a level."""
    reference = 'min(reference COLLATE "C")' if level > DEEPEST else "NULL::text"
    return Statement(
        f"""SELECT x >> %s, y >> %s, category_id, status, count(*)::int, sum(x), sum(y),
                   min(x), min(y), max(x), max(y), {reference}
            FROM ({text}) AS point(x, y, category_id, status, reference) GROUP BY 1, 2, 3, 4""",  # noqa: S608 - of the ORM
        [shift(level), shift(level), *params],
    )


def chosen_kinds(narrowing: ReportFilter) -> tuple[str, list[Any]]:
    """The filter's categories and statuses as a condition."""
    conditions = ["true"]
    values: list[Any] = []
    if narrowing.categories is not None:
        conditions.append("category_id = ANY(%s::bigint[])")
        values.append(list(narrowing.categories))
    if narrowing.statuses is not None:
        conditions.append("status = ANY(%s::text[])")
        values.append([str(status) for status in narrowing.statuses])
    return " AND ".join(conditions), values


def _inside(boxes: Sequence[WorldBox], edges: Edges | None) -> Q:
    """Within one of the boxes of units and, where there are edges in degrees, within these."""
    if WORLD in boxes:
        return Q()
    found = Q(pk__in=[])
    for box in boxes:
        units = Q(public_x__range=(box.x0, box.x1), public_y__range=(box.y0, box.y1))
        found |= Q(public_location__bboverlaps=_in_degrees(box)) & units
    return found & _between(edges) if edges else found


def _in_degrees(box: WorldBox) -> Polygon:
    shape: Polygon = Polygon.from_bbox(box.degrees)
    shape.srid = WGS84
    return shape


def _between(edges: Edges) -> Q:
    lon, lat = (Func("public_location", function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))
    within = Q(GreaterThanOrEqual(lon, edges.west)) & Q(GreaterThanOrEqual(lat, edges.south))
    if edges.east < 180:
        within &= Q(LessThan(lon, edges.east))
    if edges.north < 90:
        within &= Q(LessThan(lat, edges.north))
    return within
