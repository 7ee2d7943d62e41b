"""The statements of a fold; `%(level)s` is a level, the batch and what follows from it stand in temporary tables."""

from typing import Final

from geo.world import SIZE
from reports.density.sql import HORIZON, UNFOLDED
from reports.models.density import COARSEST, DEEPEST

# No change can come before the batch's end any more.
END: Final = f"""
SELECT transaction::text, id, count FROM (
    SELECT transaction, id, count(*) OVER () AS count FROM (
        SELECT transaction, id FROM reports_change
        WHERE {UNFOLDED} AND transaction < {HORIZON}
        ORDER BY transaction, id LIMIT %s
    ) AS first
) AS batch ORDER BY transaction DESC, id DESC LIMIT 1
"""  # noqa: S608 - our own text

TABLES: Final = """
CREATE TEMP TABLE IF NOT EXISTS density_batch (LIKE reports_change) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS density_delta (
    x int, y int, category_id bigint, status text, n bigint, sum_x bigint, sum_y bigint,
    west int, north int, east int, south int, lost_west int, lost_north int, lost_east int, lost_south int
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS density_touched (level int, x int, y int, changes bigint) ON COMMIT DELETE ROWS;
TRUNCATE density_batch, density_delta, density_touched
"""

TAKE: Final = f"""
INSERT INTO density_batch
SELECT * FROM reports_change WHERE {UNFOLDED} AND (transaction, id) <= (%s::xid8, %s)
"""  # noqa: S608 - our own text

# What the batch adds to each kind in each of the deepest cells, and how far reached what it took away.
DELTA: Final = f"""
INSERT INTO density_delta
SELECT x >> {30 - DEEPEST}, y >> {30 - DEEPEST}, category_id, status, sum(sign), sum(sign * x::bigint),
       sum(sign * y::bigint), min(x), min(y), max(x), max(y),
       min(x) FILTER (WHERE sign < 0), min(y) FILTER (WHERE sign < 0),
       max(x) FILTER (WHERE sign < 0), max(y) FILTER (WHERE sign < 0)
FROM (
    SELECT x, y, category_id, status, 1 AS sign, was_x, was_y, was_category_id, was_status FROM density_batch
    UNION ALL
    SELECT was_x, was_y, was_category_id, was_status, -1, x, y, category_id, status FROM density_batch
) AS side
WHERE x IS NOT NULL AND (x, y, category_id, status) IS DISTINCT FROM (was_x, was_y, was_category_id, was_status)
GROUP BY 1, 2, 3, 4
"""  # noqa: S608

# A change counts once for each cell that it touches.
TOUCHED: Final = f"""
INSERT INTO density_touched
SELECT level, x, y, count(*) FROM (
    SELECT level, x >> 30 - level AS x, y >> 30 - level AS y
    FROM density_batch, generate_series({COARSEST}, {DEEPEST}) AS level WHERE x IS NOT NULL
    UNION ALL
    SELECT level, was_x >> 30 - level, was_y >> 30 - level
    FROM density_batch, generate_series({COARSEST}, {DEEPEST}) AS level
    WHERE was_x IS NOT NULL
      AND (x >> 30 - level, y >> 30 - level) IS DISTINCT FROM (was_x >> 30 - level, was_y >> 30 - level)
) AS cell GROUP BY level, x, y;
ANALYZE density_delta, density_touched
"""  # noqa: S608

ADD: Final = f"""
INSERT INTO reports_densitycell AS cell
SELECT %(level)s, x >> {DEEPEST} - %(level)s, y >> {DEEPEST} - %(level)s, category_id, status, sum(n), sum(sum_x),
       sum(sum_y), min(west), min(north), max(east), max(south)
FROM density_delta GROUP BY 2, 3, 4, 5
ON CONFLICT (level, x, y, category_id, status) DO UPDATE SET
    n = cell.n + excluded.n, sum_x = cell.sum_x + excluded.sum_x, sum_y = cell.sum_y + excluded.sum_y,
    west = least(cell.west, excluded.west), north = least(cell.north, excluded.north),
    east = greatest(cell.east, excluded.east), south = greatest(cell.south, excluded.south)
"""  # noqa: S608

# Rows without reports; n may be 0 for a moment while the sums are not, where a later change was folded first.
EMPTY: Final = f"""
DELETE FROM reports_densitycell AS cell USING (
    SELECT DISTINCT x >> {DEEPEST} - %(level)s AS x, y >> {DEEPEST} - %(level)s AS y, category_id, status
    FROM density_delta WHERE lost_west IS NOT NULL
) AS kind
WHERE cell.level = %(level)s AND cell.x = kind.x AND cell.y = kind.y AND cell.category_id = kind.category_id
  AND cell.status = kind.status AND (cell.n, cell.sum_x, cell.sum_y) = (0, 0, 0)
"""  # noqa: S608

# The kinds whose extent may have shrunk: what was taken away lay on its edge.
_LOOSE: Final = f"""
    SELECT cell.x, cell.y, cell.category_id, cell.status FROM (
        SELECT x >> {DEEPEST} - %(level)s AS x, y >> {DEEPEST} - %(level)s AS y, category_id, status,
               min(lost_west) AS west, min(lost_north) AS north, max(lost_east) AS east, max(lost_south) AS south
        FROM density_delta WHERE lost_west IS NOT NULL GROUP BY 1, 2, 3, 4
    ) AS lost JOIN reports_densitycell AS cell
      ON cell.level = %(level)s AND cell.x = lost.x AND cell.y = lost.y
     AND cell.category_id = lost.category_id AND cell.status = lost.status
    WHERE lost.west <= cell.west OR lost.north <= cell.north OR lost.east >= cell.east OR lost.south >= cell.south
"""  # noqa: S608

# The deepest cells ask the reports. These may be ahead of the batch: a place too many, until the change that took it
# away is folded and asks again; and where no report is left that the batch still counts, the extent is nowhere.
SHRINK_DEEPEST: Final = f"""
UPDATE reports_densitycell AS cell SET west = {SIZE}, north = {SIZE}, east = -1, south = -1
FROM ({_LOOSE}) AS loose
WHERE cell.level = %(level)s AND cell.x = loose.x AND cell.y = loose.y
  AND cell.category_id = loose.category_id AND cell.status = loose.status;

UPDATE reports_densitycell AS cell SET west = now.west, north = now.north, east = now.east, south = now.south
FROM (
    SELECT x, y, array_agg(DISTINCT category_id) AS categories, ST_MakeEnvelope(
               x / {2**DEEPEST}.0 * 360 - 180 - 1e-9,
               CASE WHEN y = {2**DEEPEST - 1} THEN -90
                    ELSE degrees(atan(sinh(pi() * (1 - (y + 1) / {2 ** (DEEPEST - 1)}.0)))) - 1e-9 END,
               (x + 1) / {2**DEEPEST}.0 * 360 - 180 + 1e-9,
               CASE WHEN y = 0 THEN 90
                    ELSE degrees(atan(sinh(pi() * (1 - y / {2 ** (DEEPEST - 1)}.0)))) + 1e-9 END,
               4326
           ) AS ground
    FROM ({_LOOSE}) AS loose GROUP BY x, y
) AS place, LATERAL (
    SELECT category_id, status, min(public_x) AS west, min(public_y) AS north, max(public_x) AS east,
           max(public_y) AS south
    FROM reports_report
    WHERE is_public AND public_location && place.ground
      AND public_x >> {30 - DEEPEST} = place.x AND public_y >> {30 - DEEPEST} = place.y
      AND category_id = ANY (place.categories)
    GROUP BY category_id, status
) AS now
WHERE cell.level = %(level)s AND cell.x = place.x AND cell.y = place.y
  AND cell.category_id = now.category_id AND cell.status = now.status
"""  # noqa: S608

SHRINK: Final = f"""
UPDATE reports_densitycell AS cell SET west = now.west, north = now.north, east = now.east, south = now.south
FROM ({_LOOSE}) AS kind, LATERAL (
    SELECT coalesce(min(west), {SIZE}) AS west, coalesce(min(north), {SIZE}) AS north,
           coalesce(max(east), -1) AS east, coalesce(max(south), -1) AS south
    FROM reports_densitycell AS child
    WHERE child.level = %(level)s + 1 AND child.x IN (2 * kind.x, 2 * kind.x + 1)
      AND child.y IN (2 * kind.y, 2 * kind.y + 1)
      AND child.category_id = kind.category_id AND child.status = kind.status
) AS now
WHERE cell.level = %(level)s AND cell.x = kind.x AND cell.y = kind.y AND cell.category_id = kind.category_id
  AND cell.status = kind.status
"""  # noqa: S608

SUMMARIZE: Final = """
INSERT INTO reports_densitysummary AS old (
    level, x, y, n, sum_x, sum_y, west, north, east, south, statuses, categories, top, changes
)
SELECT cell.level, cell.x, cell.y, coalesce(whole.n, 0), coalesce(whole.sum_x, 0), coalesce(whole.sum_y, 0),
       whole.west, whole.north, whole.east, whole.south, coalesce(by_status.counts, '{{}}'),
       coalesce(by_category.counts, '{{}}'), coalesce(by_category.top, '[]'), cell.changes
FROM {cells} AS cell, LATERAL (
    SELECT sum(n) AS n, sum(sum_x) AS sum_x, sum(sum_y) AS sum_y, min(west) AS west, min(north) AS north,
           max(east) AS east, max(south) AS south
    FROM reports_densitycell AS kind WHERE (kind.level, kind.x, kind.y) = (cell.level, cell.x, cell.y)
) AS whole, LATERAL (
    SELECT jsonb_object_agg(status, n) AS counts FROM (
        SELECT status, sum(n) AS n FROM reports_densitycell AS kind
        WHERE (kind.level, kind.x, kind.y) = (cell.level, cell.x, cell.y) GROUP BY status
    ) AS each
) AS by_status, LATERAL (
    SELECT jsonb_object_agg(category_id, n) AS counts,
           to_jsonb((array_agg(jsonb_build_array(category_id, n) ORDER BY n DESC, category_id))[1:3]) AS top
    FROM (
        SELECT category_id, sum(n) AS n FROM reports_densitycell AS kind
        WHERE (kind.level, kind.x, kind.y) = (cell.level, cell.x, cell.y) GROUP BY category_id
    ) AS each
) AS by_category
ON CONFLICT (level, x, y) DO UPDATE SET
    n = excluded.n, sum_x = excluded.sum_x, sum_y = excluded.sum_y, west = excluded.west, north = excluded.north,
    east = excluded.east, south = excluded.south, statuses = excluded.statuses, categories = excluded.categories,
    top = excluded.top, changes = old.changes + excluded.changes
"""

GROUNDS: Final = """
INSERT INTO reports_densityground AS ground
SELECT root_id, place.key, place.value, category_id, status, sum(sign)
FROM (
    SELECT root_id, grounds, category_id, status, 1 AS sign FROM density_batch WHERE grounds IS NOT NULL
    UNION ALL
    SELECT was_root_id, was_grounds, was_category_id, was_status, -1 FROM density_batch WHERE was_grounds IS NOT NULL
) AS side, jsonb_each_text(grounds) AS place
GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign) <> 0
ON CONFLICT (root_id, level, code, category_id, status) DO UPDATE SET n = ground.n + excluded.n;
DELETE FROM reports_densityground WHERE n = 0
"""

MOVE_ON: Final = """
INSERT INTO reports_densityfold (id, transaction, change) VALUES (1, %s::xid8, %s)
ON CONFLICT (id) DO UPDATE SET transaction = excluded.transaction, change = excluded.change
"""

# The oldest first, so that it costs nothing where none is old enough.
SWEEP: Final = """
DELETE FROM reports_change USING (
    SELECT id FROM reports_change
    WHERE (transaction, id) <= (SELECT transaction, change FROM reports_densityfold)
    ORDER BY transaction, id LIMIT %s
) AS oldest
WHERE reports_change.id = oldest.id AND at < %s
"""
