"""Changes out of the database, in an order into which nothing is put afterwards.

A lower number of a transaction can become visible after a higher one. Changes of transactions below the oldest that
still runs are complete; those above it wait. Transactions of other databases on the same server are no concern of ours,
though they share the numbers: an import there must not hold up the map here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from api.live.positions import Position
from reports.density.sql import HORIZON

BATCH: Final = 500  # changes read at once


class Connection(Protocol):
    """What is asked of a connection, psycopg2's or Django's; each statement is a transaction of its own."""

    def cursor(self) -> Any:
        """A cursor, which `with` closes."""


_COLUMNS: Final = """
    changed.transaction::text, changed.id, changed.report_id, changed.reference, changed.at,
    was_x, was_y, was_category_id, NULL, was_status, was_grounds::text,
    x, y, category_id, category.code, status, grounds::text
"""
_TABLES: Final = "reports_change AS changed LEFT JOIN jurisdictions_category AS category ON category.id = category_id"

# A transaction that has ended since the snapshot, and so is not found among the sessions, is taken for one of ours:
# that only makes us wait for the next look.
_HORIZON: Final = f"SELECT {HORIZON} AS first_open"
_NEXT: Final = f"""
WITH horizon AS MATERIALIZED ({_HORIZON})
SELECT changed.transaction < (SELECT first_open FROM horizon), {_COLUMNS} FROM {_TABLES}
WHERE (changed.transaction, changed.id) > (%s::xid8, %s)
ORDER BY changed.transaction, changed.id LIMIT {BATCH}
"""  # noqa: S608 - our own text; the values are bound
_MISSED: Final = f"""
SELECT {_COLUMNS} FROM {_TABLES}
WHERE (changed.transaction, changed.id) > (%s::xid8, %s)
ORDER BY changed.transaction, changed.id LIMIT %s
"""  # noqa: S608 - as above
_ENDS: Final = f"SELECT first_open::text, pg_snapshot_xmax(pg_current_snapshot())::text FROM ({_HORIZON}) AS horizon"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Face:
    """What the public saw or sees of a report. Places are `geo.world`'s; the code `category` is there for now alone."""

    x: int
    y: int
    category_id: int
    category: str | None
    status: str
    grounds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of what the public sees: `was` is None for a report that came, `now` for one that went.

    Or several changes of one report, joined: `was` is from before the first of them.
    """

    position: Position
    report_id: int
    reference: str
    at: datetime
    was: Face | None
    now: Face | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes in order. `is_full`: there may be more at once; `is_held_up`: more wait for a transaction to end."""

    changes: Sequence[Change]
    is_full: bool
    is_held_up: bool


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the order ends at present: all before `complete` can be read; no transaction has come to `last` yet."""

    complete: Position
    last: int


def listen(connection: Connection) -> None:
    """From now on the connection hears of each change."""
    with connection.cursor() as cursor:
        cursor.execute("LISTEN reports_changes")


def read_ends(connection: Connection) -> Ends:
    """Where the order ends."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS)
        complete, last = cursor.fetchone() or ("0", "0")
    return Ends(complete=Position(int(complete), 0), last=int(last))


def read_next(connection: Connection, *, after: Position) -> Batch:
    """The next changes that are complete, those of one report joined."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [str(after.transaction), after.change])
        rows = cursor.fetchall()
    complete = [_change(row[1:]) for row in rows if row[0]]
    later = [_change(row[1:]) for row in rows if not row[0]]
    return Batch(_joined(complete, later), is_full=len(rows) == BATCH and not later, is_held_up=bool(later))


def read_missed(connection: Connection, *, after: Position, upto: Position, most: int) -> list[Change] | None:
    """What has changed between two positions, those of one report joined; None where it is more than `most` changes."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, [str(after.transaction), after.change, most + 1])
        changes = [_change(row) for row in cursor.fetchall()]
    complete = [each for each in changes if each.position <= upto]
    return None if len(changes) > most else _joined(complete, changes[len(complete) :])


def _joined(complete: Sequence[Change], later: Sequence[Change]) -> list[Change]:
    """Each report once: as it was before its first change, and as it is after its last, even one of the later.

    What a report was meanwhile is not told: it may not be public any more, or not in that place.
    """
    first = {each.report_id: each for each in reversed(complete)}
    last = {each.report_id: each for each in complete}
    now = {each.report_id: each.now for each in (*complete, *later)}
    joined = (replace(each, was=first[number].was, now=now[number]) for number, each in last.items())
    return sorted(joined, key=lambda each: each.position)


def _change(row: Sequence[Any]) -> Change:
    transaction, number, report_id, reference, at = row[:5]
    return Change(Position(int(transaction), number), report_id, reference, at, _face(row[5:11]), _face(row[11:]))


def _face(row: Sequence[Any]) -> Face | None:
    x, y, category_id, category, status, grounds = row
    return None if x is None else Face(x, y, category_id, category, status, json.loads(grounds))
