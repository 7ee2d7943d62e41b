"""The clusters of what the public sees, by category and status at most: one statement that each connection plans once.

It reads few rows, but its text is long: planning it anew takes longer than running it.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

from geo.prepared import Prepared
from geo.world import WorldBox, shift
from reports.density.sql import UNFOLDED, tally
from reports.density.views import Pieces, View
from reports.filters import ReportFilter
from reports.models.public_spots import PUBLIC_CELL_LEVEL

MOST_PARTS: Final = 1024  # columns of cells that are looked up one by one

_CHOSEN: Final = """(%(categories)s IS NULL OR category_id = ANY(%(categories)s))
                AND (%(statuses)s IS NULL OR status = ANY(%(statuses)s))"""

# The reports in the strips that whole cells leave, from the index of their cells alone; only what lies so close to an
# edge that units cannot tell is asked for its place.
_RIM: Final = f"""
SELECT public_x >> %(shift)s AS x, public_y >> %(shift)s AS y, category_id, status, count(*)::int AS n,
       sum(public_x) AS sum_x, sum(public_y) AS sum_y, min(public_x) AS west, min(public_y) AS north,
       max(public_x) AS east, max(public_y) AS south, NULL::text AS reference
FROM unnest(%(strip_cells)s, %(strip_x0)s, %(strip_y0)s, %(strip_x1)s, %(strip_y1)s) AS strip(cell, x0, y0, x1, y1)
JOIN reports_report AS report ON is_public
     AND (public_x >> {shift(PUBLIC_CELL_LEVEL)}) = strip.cell
     AND (public_y >> {shift(PUBLIC_CELL_LEVEL)}) BETWEEN strip.y0 >> {shift(PUBLIC_CELL_LEVEL)}
                                                     AND strip.y1 >> {shift(PUBLIC_CELL_LEVEL)}
     AND public_x BETWEEN strip.x0 AND strip.x1 AND public_y BETWEEN strip.y0 AND strip.y1
WHERE {_CHOSEN} AND (
    public_x BETWEEN %(sure_x0)s AND %(sure_x1)s AND public_y BETWEEN %(sure_y0)s AND %(sure_y1)s
    OR (SELECT ST_X(public_location) >= %(west)s AND ST_X(public_location) < %(east)s
               AND ST_Y(public_location) >= %(south)s AND ST_Y(public_location) < %(north)s
        FROM reports_report AS place WHERE place.id = report.id)
)
GROUP BY 1, 2, 3, 4"""  # noqa: S608 - our own text; the values are bound

_INSIDE: Final = "x BETWEEN %(x0)s AND %(x1)s AND y BETWEEN %(y0)s AND %(y1)s"
_CAME: Final = f"""
SELECT x >> %(shift)s, y >> %(shift)s, category_id, status, 1, x::bigint, y::bigint, x, y, x, y, NULL::text
FROM reports_change WHERE {UNFOLDED} AND {_INSIDE} AND {_CHOSEN}"""  # noqa: S608
_WENT: Final = f"""
SELECT x >> %(shift)s, y >> %(shift)s, category_id, status, -1, -x::bigint, -y::bigint,
       NULL::int, NULL::int, NULL::int, NULL::int, NULL::text
FROM (SELECT was_x AS x, was_y AS y, was_category_id AS category_id, was_status AS status
      FROM reports_change WHERE {UNFOLDED}) AS was
WHERE {_INSIDE} AND {_CHOSEN}"""  # noqa: S608

_LIVE: Final = f"{_RIM} UNION ALL {_CAME} UNION ALL {_WENT}"

_PIECES: Final = """unnest(%(levels)s, %(columns)s, %(from_rows)s, %(to_rows)s) AS piece(level, x, y0, y1)
JOIN reports_densitysummary AS cell
  ON cell.level = piece.level AND cell.x = piece.x AND cell.y BETWEEN piece.y0 AND piece.y1"""

# A cell of the level that nothing else tells of needs but its most frequent categories; all others are summed up.
_SUMMED: Final = f"""{tally(_LIVE)}
SELECT * FROM tally UNION ALL
SELECT cell.x >> (cell.level - %(level)s), cell.y >> (cell.level - %(level)s), cell.n, cell.sum_x, cell.sum_y,
       cell.west, cell.north, cell.east, cell.south, cell.statuses::text,
       CASE WHEN cell.level = %(level)s AND tally.x IS NULL THEN cell.top ELSE cell.categories END::text, NULL::text
FROM {_PIECES}
LEFT JOIN tally ON tally.x = cell.x >> (cell.level - %(level)s) AND tally.y = cell.y >> (cell.level - %(level)s)
WHERE (cell.n, cell.sum_x, cell.sum_y) <> (0, 0, 0) LIMIT %(most)s"""  # noqa: S608

# Of some categories: the summaries say where there is anything, and each category of a cell is looked up by itself.
_KINDS: Final = """
SELECT kind.x >> (kind.level - %(level)s), kind.y >> (kind.level - %(level)s), kind.category_id, kind.status,
       kind.n, kind.sum_x, kind.sum_y, kind.west, kind.north, kind.east, kind.south, NULL::text"""
_OF_CATEGORIES: Final = f"""{_KINDS}
FROM {_PIECES}
JOIN reports_densitycell AS kind ON kind.level = cell.level AND kind.x = cell.x AND kind.y = cell.y
     AND kind.category_id = ANY(%(categories)s)
WHERE (%(statuses)s IS NULL OR kind.status = ANY(%(statuses)s))"""
_OF_STATUSES: Final = f"""{_KINDS}
FROM {_PIECES.replace("reports_densitysummary AS cell", "reports_densitycell AS kind").replace("cell.", "kind.")}
WHERE kind.status = ANY(%(statuses)s)"""


_ARRAYS: Final = (
    *("strip_cells", "strip_x0", "strip_y0", "strip_x1", "strip_y1"),
    *("levels", "columns", "from_rows", "to_rows"),
)
_NUMBERS: Final = ("level", "shift", "sure_x0", "sure_y0", "sure_x1", "sure_y1", "x0", "y0", "x1", "y1", "most")
_KINDS_OF: Final = {
    **dict.fromkeys(_NUMBERS, "int"),
    **dict.fromkeys(_ARRAYS, "int[]"),
    **dict.fromkeys(("west", "south", "east", "north"), "float8"),
    "categories": "bigint[]",
    "statuses": "text[]",
}


def _counted(name: str, text: str) -> Prepared:
    return Prepared(name, {each: kind for each, kind in _KINDS_OF.items() if f"%({each})s" in text}, text)


def _told(source: str) -> str:
    return f"{tally(f'{_LIVE} UNION ALL {source}')} SELECT * FROM tally LIMIT %(most)s"  # noqa: S608 - our own text


_ALL: Final = _counted("city_eye_clusters", _SUMMED)
_SOME_CATEGORIES: Final = _counted("city_eye_clusters_by_category", _told(_OF_CATEGORIES))
_SOME_STATUSES: Final = _counted("city_eye_clusters_by_status", _told(_OF_STATUSES))


def counted(
    view: View, pieces: Pieces, *, level: int, narrowing: ReportFilter, most: int
) -> list[tuple[Any, ...]] | None:
    """Rows that together tell of the clusters of a view, at most so many; None where it is too wide to be asked so."""
    cells = [(depth, x, box.y0, box.y1) for depth, box in pieces.cells for x in _range(box.x0, box.x1)]
    strips = [part for box in pieces.rim for part in _parts(box)]
    sure = view.certain()
    if pieces.covered is None or sure is None or max(len(cells), len(strips)) >= MOST_PARTS:
        return None
    values = {
        "level": level,
        "shift": shift(level),
        "most": most,
        **dict(zip(("levels", "columns", "from_rows", "to_rows"), _columns(cells, 4), strict=True)),
        **{f"strip_{name}": column for name, column in zip(("cells", *_SIDES), _columns(strips, 5), strict=True)},
        **{f"sure_{side}": getattr(sure, side) for side in _SIDES},
        **{side: getattr(pieces.covered, side) for side in _SIDES},
        **_edges(view),
        "categories": None if narrowing.categories is None else list(narrowing.categories),
        "statuses": None if narrowing.statuses is None else [str(status) for status in narrowing.statuses],
    }
    return _statement(narrowing).rows(values)


_SIDES: Final = ("x0", "y0", "x1", "y1")


def _statement(narrowing: ReportFilter) -> Prepared:
    if narrowing.categories is not None:
        return _SOME_CATEGORIES
    return _ALL if narrowing.statuses is None else _SOME_STATUSES


def _range(first: int, last: int) -> range:
    """The numbers from the first to the last; no more than it takes to be too many."""
    return range(first, min(last, first + MOST_PARTS) + 1)


def _parts(strip: WorldBox) -> list[tuple[int, int, int, int, int]]:
    """A strip, column by column of the cells by which reports are found."""
    cells = strip.at(PUBLIC_CELL_LEVEL)
    return [(x, strip.x0, strip.y0, strip.x1, strip.y1) for x in _range(cells.x0, cells.x1)]


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> list[str]:
    """The columns as arrays in PostgreSQL's own notation, which the driver need not write number by number."""
    columns = list(zip(*rows, strict=True)) or [()] * count
    return [f"{{{','.join(map(str, column))}}}" for column in columns]


def _edges(view: View) -> dict[str, float]:
    """The half-open edges in degrees; the world's own last edges belong to it."""
    edges = view.edges
    if edges is None:
        return {"west": -math.inf, "south": -math.inf, "east": math.inf, "north": math.inf}
    return {
        "west": edges.west,
        "south": edges.south,
        "east": edges.east if edges.east < 180 else math.inf,
        "north": edges.north if edges.north < 90 else math.inf,
    }
