"""Proving that the pyramid says what the reports' table says, and putting it right where it does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from reports.density.folding import LOCK, fold_next
from reports.density.statements import SUMMARIZE
from reports.density.truth import make_truth, make_wrong

SHOWN: Final = 5

_COUNTS: Final = """
SELECT (SELECT count(*) FROM reports_report WHERE is_public),
       (SELECT count(*) FROM density_wrong_kind) + (SELECT count(*) FROM density_wrong_summary)
       + (SELECT count(*) FROM density_wrong_ground)
"""

_FIRST: Final = """
(SELECT format('%%s/%%s/%%s: %%s reports, should be %%s', level, x, y, coalesce(n, 0), coalesce(should, 0))
 FROM density_wrong_summary ORDER BY level, x, y LIMIT %(shown)s)
UNION ALL
(SELECT format('%%s/%%s/%%s, category %%s, %%s: %%s reports, should be %%s',
               level, x, y, category_id, status, coalesce(n, 0), coalesce(should, 0))
 FROM density_wrong_kind ORDER BY level, x, y, category_id, status LIMIT %(shown)s)
UNION ALL
(SELECT format('%%s %%s, category %%s, %%s: %%s reports, should be %%s',
               level, code, category_id, status, coalesce(n, 0), coalesce(should, 0))
 FROM density_wrong_ground ORDER BY level, code, category_id, status LIMIT %(shown)s)
"""

# Where a row is missing, its number of changes begins beyond all that it can have been.
_REPAIR: Final = f"""
DELETE FROM reports_densitycell AS cell USING density_wrong_kind AS wrong
WHERE (cell.level, cell.x, cell.y, cell.category_id, cell.status)
    = (wrong.level, wrong.x, wrong.y, wrong.category_id, wrong.status);
INSERT INTO reports_densitycell
SELECT level, x, y, category_id, status, true_kind.n, sum_x, sum_y, west, north, east, south
FROM density_truth AS true_kind JOIN density_wrong_kind USING (level, x, y, category_id, status);

CREATE TEMP TABLE density_repaired ON COMMIT DROP AS
SELECT level, x, y,
       CASE WHEN old.changes IS NULL THEN (SELECT last_value FROM reports_change_id_seq) ELSE 0 END AS changes
FROM (SELECT level, x, y FROM density_wrong_summary UNION SELECT level, x, y FROM density_wrong_kind) AS wrong
LEFT JOIN reports_densitysummary AS old USING (level, x, y);
{SUMMARIZE.format(cells="density_repaired")};

DELETE FROM reports_densityground AS ground USING density_wrong_ground AS wrong
WHERE (ground.level, ground.root_id, ground.code, ground.category_id, ground.status)
    = (wrong.level, wrong.root_id, wrong.code, wrong.category_id, wrong.status);
INSERT INTO reports_densityground (level, root_id, code, category_id, status, n)
SELECT level, root_id, code, category_id, status, should FROM density_wrong_ground WHERE should IS NOT NULL
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many public reports there are, how many rows of the pyramid are wrong, and the first of these in words."""

    reports: int
    wrong: int
    first: list[str]


def compare() -> Comparison:
    """Compare the pyramid, with what it has not folded, to the reports' table; both of one moment. Changes nothing."""
    with _one_moment() as cursor:
        make_truth(cursor)
        make_wrong(cursor, repair=False)
        return _compared(cursor)


def rebuild() -> Comparison:
    """Make the pyramid anew from the reports' table while writers and readers go on; what was wrong is returned.

    What is complete is folded first, so that the number of changes under a cell never falls. Rows that are right stay
    untouched. Folding waits meanwhile. Extents about to change are written anew as well, and counted as wrong.
    """
    with _alone(), _one_moment() as cursor:
        while fold_next(cursor):
            pass
        make_truth(cursor)
        make_wrong(cursor, repair=True)
        found = _compared(cursor)
        cursor.execute(_REPAIR)
        cursor.execute("UPDATE reports_densitysummary SET changes = changes + 1")  # what was told wrong is told again
        return found


def _compared(cursor: CursorWrapper) -> Comparison:
    cursor.execute(_COUNTS)
    reports, wrong = cursor.fetchone()
    cursor.execute(_FIRST, {"shown": SHOWN})
    return Comparison(reports=reports, wrong=wrong, first=[line for (line,) in cursor.fetchall()])


@contextmanager
def _one_moment() -> Iterator[CursorWrapper]:
    """A transaction whose statements all see the moment of its first."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield cursor


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else folds: the lock comes before the moment, or what a fold wrote meanwhile could not be touched."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
