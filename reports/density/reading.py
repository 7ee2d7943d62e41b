"""The clusters of a view: all that tells of them is read in one statement, so that it is of one moment."""

import json
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from geo.world import SIZE, shift
from people.access import PUBLIC, Viewer
from reports.density.clusters import Cluster, level_of
from reports.density.counted import counted
from reports.density.sources import (
    Statement,
    counted_in,
    crowded,
    from_cells,
    from_changes,
    from_reports,
    union,
)
from reports.density.sql import tally
from reports.density.views import Pieces, View
from reports.filters import ReportFilter
from reports.models.density import DEEPEST

EVERYTHING: Final = ReportFilter()
MOST: Final = 10_000

# A cell of the level that nothing else tells of needs but its most frequent categories; all others are summed up.
_WITH_SUMMARIES: Final = """
SELECT cell.x >> (cell.level - %s), cell.y >> (cell.level - %s), cell.n, cell.sum_x, cell.sum_y,
       cell.west, cell.north, cell.east, cell.south, cell.statuses::text,
       CASE WHEN cell.level = %s AND tally.x IS NULL THEN cell.top ELSE cell.categories END::text, NULL::text
"""


class TooManyClusters(Exception):
    """The view holds more than `MOST`."""


def clusters(*, view: View, level: int, viewer: Viewer = PUBLIC, narrowing: ReportFilter = EVERYTHING) -> list[Cluster]:
    """The reports of the view that the viewer may see and the filter lets through, in the cells of a level, by x and y.

    Their counts add up to what a list of the same reports holds, whatever has been folded. Raises TooManyClusters.
    """
    if level > DEEPEST and view.box.at(level).count > MOST:
        _look_first(view, level, viewer, narrowing)
    rows = _rows(view, level, viewer, narrowing)
    if len(rows) == _most_rows():
        raise TooManyClusters
    return _merged(rows, level)


def _rows(view: View, level: int, viewer: Viewer, narrowing: ReportFilter) -> Sequence[tuple[Any, ...]]:
    pieces = view.pieces(level) if narrowing.is_counted else Pieces([], None, [view.box])
    if viewer == PUBLIC and narrowing.is_counted:
        rows = counted(view, pieces, level=level, narrowing=narrowing, most=_most_rows())
        if rows is not None:
            return rows
    statement = _statement(view, pieces, level, viewer, narrowing)
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return found


def _look_first(view: View, level: int, viewer: Viewer, narrowing: ReportFilter) -> None:
    """Refuse what is surely too much before a million reports are counted one by one."""
    statement = crowded(view, level=level, viewer=viewer, narrowing=narrowing, most=MOST)
    if statement is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        if cursor.fetchone()[0]:
            raise TooManyClusters


def tile_clusters(z: int, x: int, y: int, viewer: Viewer, narrowing: ReportFilter) -> list[Cluster]:
    """The clusters of a tile: 8 × 8 cells at most, shared with no other tile of the zoom."""
    view = View.of_tile(z=z, x=x, y=y)
    return clusters(view=view, level=level_of(z), viewer=viewer, narrowing=narrowing)


def _statement(view: View, pieces: Pieces, level: int, viewer: Viewer, narrowing: ReportFilter) -> Statement | None:
    sources = from_reports(view, pieces, level=level, viewer=viewer, narrowing=narrowing)
    summed = narrowing == EVERYTHING and pieces.covered is not None
    if pieces.covered:
        sources.append(from_changes(pieces.covered, level=level, narrowing=narrowing))
        if not summed:
            sources.append(from_cells(pieces, level=level, narrowing=narrowing))
    if not sources:
        return None
    return _read(union(sources), [_summaries(pieces, level)] if summed else [])


def _read(sources: Statement, summaries: Sequence[Statement]) -> Statement:
    rows = union([Statement("SELECT * FROM tally"), *summaries])
    return Statement(f"{tally(sources.text)} {rows.text} LIMIT {_most_rows()}", sources.params + rows.params)


def _most_rows() -> int:
    """Clusters at the rim may come in several rows."""
    return 3 * MOST


def _summaries(pieces: Pieces, level: int) -> Statement:
    source = counted_in(pieces)
    return Statement(
        f"""{_WITH_SUMMARIES} FROM {source.text.format(table="reports_densitysummary")}
        LEFT JOIN tally ON tally.x = cell.x >> (cell.level - %s) AND tally.y = cell.y >> (cell.level - %s)
        WHERE (cell.n, cell.sum_x, cell.sum_y) <> (0, 0, 0)""",
        [level, level, level, *source.params, level, level],
    )


def _merged(rows: Sequence[tuple[Any, ...]], level: int) -> list[Cluster]:
    found: dict[tuple[int, int], Cluster] = {}
    texts = ",".join([f"{statuses},{categories}" for *_sums, statuses, categories, _reference in rows])
    counts = iter(json.loads(f"[{texts}]"))  # at once: to call it for each text takes four times as long
    for row, statuses, categories in zip(rows, counts, counts, strict=True):
        part = _cluster(level, row, statuses, categories)
        if (other := found.setdefault((part.x, part.y), part)) is not part:
            other.add(part)
    if len(found) > MOST:
        raise TooManyClusters
    return [_settled(cluster) for _, cluster in sorted(found.items()) if cluster.count > 0]


def _cluster(level: int, row: tuple[Any, ...], statuses: dict[str, int], categories: Any) -> Cluster:
    """The cluster of a row; `categories` are counts by key, or pairs of both."""
    x, y, n, sum_x, sum_y, west, north, east, south, _statuses, _categories, reference = row
    if west is None:  # of reports that have gone: nowhere
        west, north, east, south = SIZE, SIZE, -1, -1
    pairs = categories.items() if isinstance(categories, dict) else categories
    return Cluster(
        level=level, x=x, y=y, count=n, sum_x=sum_x, sum_y=sum_y, west=west, north=north, east=east, south=south,
        statuses=statuses, categories={int(key): count for key, count in pairs},
        reference=reference if n == 1 else None,
    )  # fmt: skip


def _settled(cluster: Cluster) -> Cluster:
    """Without counts of nothing; with an extent even where a change is folded before one that it follows."""
    if not all(cluster.statuses.values()) or not all(cluster.categories.values()):
        cluster.statuses = {status: count for status, count in cluster.statuses.items() if count}
        cluster.categories = {key: count for key, count in cluster.categories.items() if count}
    if cluster.west > cluster.east or cluster.north > cluster.south:
        bits = shift(cluster.level)
        cluster.west, cluster.north = cluster.x << bits, cluster.y << bits
        cluster.east, cluster.south = ((cluster.x + 1) << bits) - 1, ((cluster.y + 1) << bits) - 1
    return cluster
