"""What the pyramid should hold by the reports' table: in temporary tables, for its check and its rebuild.

All of it is of one snapshot, taken by a transaction in REPEATABLE READ. The table is ahead of the pyramid by the
changes that are not folded: these are taken back, so that what is compared is what the pyramid says without them. Only
extents cannot be taken back: where a change is `pending`, they are the table's, or nowhere.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from geo.world import SIZE, shift
from reports.density.sql import UNFOLDED
from reports.models.density import COARSEST, DEEPEST

_DEEPEST: Final = f"""
CREATE TEMP TABLE density_truth ON COMMIT DROP AS
SELECT {DEEPEST} AS level, x >> {shift(DEEPEST)} AS x, y >> {shift(DEEPEST)} AS y, category_id, status,
       sum(n)::int AS n, sum(n * x::bigint)::bigint AS sum_x, sum(n * y::bigint)::bigint AS sum_y,
       coalesce(min(x) FILTER (WHERE is_there), {SIZE}) AS west,
       coalesce(min(y) FILTER (WHERE is_there), {SIZE}) AS north,
       coalesce(max(x) FILTER (WHERE is_there), -1) AS east,
       coalesce(max(y) FILTER (WHERE is_there), -1) AS south, NOT bool_and(is_there) AS pending
FROM (
    SELECT public_x AS x, public_y AS y, category_id, status, 1 AS n, true AS is_there
    FROM reports_report WHERE is_public
    UNION ALL
    SELECT x, y, category_id, status, -1, false FROM reports_change WHERE {UNFOLDED} AND x IS NOT NULL
    UNION ALL
    SELECT was_x, was_y, was_category_id, was_status, 1, false
    FROM reports_change WHERE {UNFOLDED} AND was_x IS NOT NULL
) AS point
GROUP BY 2, 3, 4, 5 HAVING (sum(n), sum(n * x::bigint), sum(n * y::bigint)) <> (0, 0, 0)
"""  # noqa: S608 - our own text

_ABOVE: Final = """
INSERT INTO density_truth
SELECT level - 1, x >> 1, y >> 1, category_id, status, sum(n), sum(sum_x), sum(sum_y),
       min(west), min(north), max(east), max(south), bool_or(pending)
FROM density_truth WHERE level = %s GROUP BY 1, 2, 3, 4, 5 HAVING (sum(n), sum(sum_x), sum(sum_y)) <> (0, 0, 0)
"""

_SUMMARIES: Final = """
CREATE TEMP TABLE density_true_summary ON COMMIT DROP AS
WITH by_status AS (
    SELECT level, x, y, jsonb_object_agg(status, n) AS statuses
    FROM (SELECT level, x, y, status, sum(n) AS n FROM density_truth GROUP BY 1, 2, 3, 4) AS each GROUP BY 1, 2, 3
), by_category AS (
    SELECT level, x, y, jsonb_object_agg(category_id, n) AS categories,
           to_jsonb((array_agg(jsonb_build_array(category_id, n) ORDER BY n DESC, category_id))[1:3]) AS top
    FROM (SELECT level, x, y, category_id, sum(n) AS n FROM density_truth GROUP BY 1, 2, 3, 4) AS each
    GROUP BY 1, 2, 3
)
SELECT level, x, y, n, sum_x, sum_y, west, north, east, south, pending, statuses, categories, top
FROM by_status JOIN by_category USING (level, x, y) JOIN (
    SELECT level, x, y, sum(n) AS n, sum(sum_x) AS sum_x, sum(sum_y) AS sum_y,
           min(west) AS west, min(north) AS north, max(east) AS east, max(south) AS south,
           bool_or(pending) AS pending
    FROM density_truth GROUP BY 1, 2, 3
) AS whole USING (level, x, y)
"""

_GROUNDS: Final = f"""
CREATE TEMP TABLE density_true_ground ON COMMIT DROP AS
SELECT place.key AS level, root_id, place.value AS code, category_id, status, sum(sign)::int AS n
FROM (
    SELECT root_id, public_jurisdictions AS grounds, category_id, status, 1 AS sign FROM reports_report WHERE is_public
    UNION ALL
    SELECT root_id, grounds, category_id, status, -1 FROM reports_change WHERE {UNFOLDED} AND grounds IS NOT NULL
    UNION ALL
    SELECT was_root_id, was_grounds, was_category_id, was_status, 1
    FROM reports_change WHERE {UNFOLDED} AND was_grounds IS NOT NULL
) AS side, jsonb_each_text(grounds) AS place
GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign) <> 0
"""  # noqa: S608

_WRONG: Final = """
CREATE TEMP TABLE density_wrong_kind ON COMMIT DROP AS
SELECT level, x, y, category_id, status, kept.n, should.n AS should
FROM density_truth AS should FULL JOIN reports_densitycell AS kept USING (level, x, y, category_id, status)
WHERE (kept.n, kept.sum_x, kept.sum_y) IS DISTINCT FROM (should.n, should.sum_x, should.sum_y)
   OR (%(repair)s OR NOT pending) AND (kept.west, kept.north, kept.east, kept.south)
                                      IS DISTINCT FROM (should.west, should.north, should.east, should.south);

CREATE TEMP TABLE density_wrong_summary ON COMMIT DROP AS
SELECT level, x, y, kept.n, should.n AS should
FROM density_true_summary AS should FULL JOIN (
    SELECT * FROM reports_densitysummary WHERE (n, sum_x, sum_y) <> (0, 0, 0) OR statuses <> '{}'
) AS kept USING (level, x, y)
WHERE (kept.n, kept.sum_x, kept.sum_y, kept.statuses, kept.categories, kept.top) IS DISTINCT FROM (
          should.n, should.sum_x, should.sum_y, should.statuses, should.categories, should.top)
   OR (%(repair)s OR NOT pending) AND (kept.west, kept.north, kept.east, kept.south)
                                      IS DISTINCT FROM (should.west, should.north, should.east, should.south);

CREATE TEMP TABLE density_wrong_ground ON COMMIT DROP AS
SELECT level, root_id, code, category_id, status, kept.n, should.n AS should
FROM density_true_ground AS should
FULL JOIN reports_densityground AS kept USING (level, root_id, code, category_id, status)
WHERE kept.n IS DISTINCT FROM should.n
"""


def make_truth(cursor: CursorWrapper) -> None:
    """Make the tables of what should be, in the transaction under way, which is in REPEATABLE READ."""
    cursor.execute(_DEEPEST)
    for level in range(DEEPEST, COARSEST, -1):
        cursor.execute(_ABOVE, [level])
    cursor.execute("ANALYZE density_truth")
    # Level and place depend on each other, which the planner does not know: it takes the groups for a few, and would
    # group anew for each row of a loop. That takes minutes for some thousand cells.
    cursor.execute("SET LOCAL enable_nestloop TO off")
    cursor.execute(_SUMMARIES)
    cursor.execute("RESET enable_nestloop")
    cursor.execute(_GROUNDS)


def make_wrong(cursor: CursorWrapper, *, repair: bool) -> None:
    """Make the tables of what differs from it, for a repair also extents where a change is pending."""
    cursor.execute(_WRONG, {"repair": repair})
