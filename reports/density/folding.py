"""Folding changes into the pyramid: a batch at a time, one process at a time, in the order in which they are complete.

Writers never wait for it: they append to reports_change and are done. How far it has come moves in the transaction that
adds a batch up, and a reader takes the pyramid and what is not in it from one snapshot.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from reports.density import statements
from reports.models.density import COARSEST, DEEPEST

BATCH: Final = 5_000  # far from the time that a job has, even at ten million reports
KEPT: Final = timedelta(days=1)  # folded changes stay this long, for those who were away
LOCK: Final = 0x0C17_DE45  # of advisory locks: held by whoever writes the pyramid


def fold(*, go_on: Callable[[], bool] = lambda: True) -> int:
    """Fold what is complete while `go_on` says so, a transaction for each batch; how many changes were folded.

    Where another process is at it, that one does it. Changes of a transaction that is under way wait, and with them
    all that began later.
    """
    done = 0
    while go_on() and (batch := _fold_batch()):
        done += batch
        if batch < BATCH:
            break
    return done


def sweep(*, at: datetime) -> int:
    """Delete folded changes that are older than a day; how many, at most a batch of them."""
    with connection.cursor() as cursor:
        cursor.execute(statements.SWEEP, [BATCH, at - KEPT])
        return int(cursor.rowcount)


@transaction.atomic
def _fold_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return fold_next(cursor) if cursor.fetchone()[0] else 0


def fold_next(cursor: CursorWrapper, *, most: int = BATCH) -> int:
    """Fold one batch in the transaction under way, which holds LOCK; how many changes it had."""
    cursor.execute(statements.END, [most])
    if (end := cursor.fetchone()) is None:
        return 0
    last, change, count = end
    cursor.execute(statements.TABLES)
    cursor.execute(statements.TAKE, [last, change])
    cursor.execute(statements.DELTA)
    cursor.execute(statements.TOUCHED)
    for level in range(DEEPEST, COARSEST - 1, -1):
        _fold_level(cursor, level)
    cursor.execute(statements.SUMMARIZE.format(cells="density_touched"))
    cursor.execute(statements.GROUNDS)
    cursor.execute(statements.MOVE_ON, [last, change])
    return int(count)


def _fold_level(cursor: CursorWrapper, level: int) -> None:
    """Counts of a level; extents follow from the level below, of the deepest from the reports."""
    shrink = statements.SHRINK_DEEPEST if level == DEEPEST else statements.SHRINK
    for statement in (statements.ADD, statements.EMPTY, shrink):
        cursor.execute(statement, {"level": level})
