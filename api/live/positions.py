"""How far a client has got in the order of changes: the id of its last event."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

KEPT_FOR: Final = timedelta(hours=23)  # changes are swept after a day; an hour is left for transactions that last
AHEAD: Final = timedelta(minutes=5)  # by which another process's clock may be before ours

_EVENT_ID: Final = re.compile(r"(\d{1,20})-(\d{1,19})-(\d{1,12})", re.ASCII)


class Position(NamedTuple):
    """A place between changes: everything up to this transaction and this change in it has been told."""

    transaction: int
    change: int


def event_id(position: Position, *, at: datetime) -> str:
    """The id of an event; `at` is a moment at which nothing later than the position was there yet."""
    return f"{position.transaction}-{position.change}-{int(at.timestamp())}"


def read_event_id(text: str, *, at: datetime) -> Position | None:
    """The position of an event's id; None for one that we never gave, or gave too long ago to know what followed."""
    found = _EVENT_ID.fullmatch(text)
    if not found:
        return None
    transaction, change, seconds = map(int, found.groups())
    if not at - KEPT_FOR < datetime.fromtimestamp(min(seconds, 2**35), UTC) < at + AHEAD:
        return None
    return Position(transaction, change)
