"""Events as text: one of `text/event-stream` for each kind that a change can be."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from api.live.interest import Kind
from api.live.positions import Position, event_id
from api.live.reading import Change, Face
from geo.features import DECIMALS
from geo.world import lat_at, lon_at

RETRY_MS: Final = (2_000, 5_000)  # when to come back after a break, spread out: not all clients in the same moment


class Event:
    """A change on its way out; each text is written once, for however many clients."""

    __slots__ = ("_texts", "change")

    def __init__(self, change: Change) -> None:
        self.change = change
        self._texts: dict[Kind, bytes] = {}

    def text(self, kind: Kind) -> bytes:
        """The event for a client to whom the change is of that kind."""
        if kind not in self._texts:
            mark = _id(self.change.position, at=self.change.at)
            self._texts[kind] = mark + _written("report", _data(kind, self.change))
        return self._texts[kind]


def told_late(change: Change, kind: Kind) -> bytes:
    """A change that the client missed; without an id, so that a break amid such events starts them over."""
    return _written("report", _data(kind, change))


def hello(position: Position, *, at: datetime) -> bytes:
    """The first event of a new stream: what follows comes after this position."""
    return _retry() + _id(position, at=at) + _written("hello", {})


def hello_again() -> bytes:
    """The first event of a stream that is taken up again; until the client has what it missed, its last id holds."""
    return _retry() + _written("hello", {})


def reset(position: Position, *, at: datetime) -> bytes:
    """The client may have missed something and is to load its map again; what follows comes after this position."""
    return _retry() + _id(position, at=at) + _written("reset", {})


def heartbeat(position: Position, *, at: datetime) -> bytes:
    """A sign of life, which moves the client's Last-Event-ID without being an event."""
    return b": \n" + _id(position, at=at) + b"\n"


def _id(position: Position, *, at: datetime) -> bytes:
    return f"id: {event_id(position, at=at)}\n".encode()


def _retry() -> bytes:
    shortest, longest = RETRY_MS
    return f"retry: {shortest + secrets.randbelow(longest - shortest)}\n".encode()


def _written(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def _data(kind: Kind, change: Change) -> dict[str, Any]:
    """The members of an event: of a report that went, no more than that it went."""
    told: dict[str, Any] = {"kind": str(kind), "reference": change.reference}
    if kind != Kind.WENT and change.now is not None:
        told |= _shown(change.now)
    return told | {"at": change.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def _shown(face: Face) -> dict[str, Any]:
    """Properties named as in lists; the place is the middle of its unit, 2 cm from the report's at most."""
    return {
        "category": face.category,
        "status": face.status,
        "lon": round(lon_at(face.x + 0.5), DECIMALS),
        "lat": round(lat_at(face.y + 0.5), DECIMALS),
        **{f"{level}_code": code for level, code in face.grounds.items()},
    }
