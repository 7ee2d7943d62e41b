"""Pieces of SQL that the pyramid's statements share."""

from typing import Final

# Changes that are not in the pyramid yet, as the statement's own snapshot sees both.
UNFOLDED: Final = """(transaction, id) > (
    coalesce((SELECT transaction FROM reports_densityfold), '0'::xid8),
    coalesce((SELECT change FROM reports_densityfold), 0)
)"""

# The first transaction that may still write a change: those below it are complete. Transactions of other databases of
# the cluster are in the same snapshots and would hold it up; an xid that is surely one of theirs does not count.
HORIZON: Final = """least(
    (SELECT xid FROM pg_snapshot_xip(pg_current_snapshot()) AS xid
     WHERE NOT EXISTS (
         SELECT FROM pg_stat_activity WHERE backend_xid = xid::xid AND datname <> current_database()
     ) ORDER BY xid LIMIT 1),
    pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned()
)"""

# What a source of counts adds to one category and status in one cell.
COLUMNS: Final = "x, y, category_id, status, n, sum_x, sum_y, west, north, east, south, reference"

# What the sources give, a row for each cell with its counts by status and by category.
_TALLY: Final = f"""
WITH source ({COLUMNS}) AS MATERIALIZED (%s),
whole AS (
    SELECT x, y, sum(n)::bigint AS n, sum(sum_x)::bigint AS sum_x, sum(sum_y)::bigint AS sum_y,
           min(west) AS west, min(north) AS north, max(east) AS east, max(south) AS south,
           min(reference COLLATE "C") AS reference
    FROM source GROUP BY x, y
), by_status AS (
    SELECT x, y, json_object_agg(status, n) AS statuses
    FROM (SELECT x, y, status, sum(n) AS n FROM source GROUP BY x, y, status) AS each GROUP BY x, y
), by_category AS (
    SELECT x, y, json_object_agg(category_id, n) AS categories
    FROM (SELECT x, y, category_id, sum(n) AS n FROM source GROUP BY x, y, category_id) AS each GROUP BY x, y
), tally AS MATERIALIZED (
    SELECT x, y, n, sum_x, sum_y, west, north, east, south, statuses::text, categories::text, reference
    FROM whole JOIN by_status USING (x, y) JOIN by_category USING (x, y)
)
"""  # noqa: S608 - our own text


def tally(source: str) -> str:
    """The beginning of a statement that goes on with a query over `tally`; `source` gives rows of COLUMNS."""
    return _TALLY.replace("%s", source, 1)
