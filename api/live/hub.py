"""Who listens: each client's interest and what waits to be sent to it, which is never much."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from api.live.events import Event, heartbeat, reset
from api.live.interest import Interest
from api.live.positions import Position
from api.live.reading import Change

MOST_WAITING: Final = 256  # events for one client
HEARTBEAT_S: Final = 15.0
AT_A_STRETCH: Final = 16  # changes handed out before those who send them get their turn


class Full(Exception):
    """All places are taken."""


class TooMany(Exception):
    """The address has all the places that one may have."""


class Client:
    """One listener: what waits for it, or that it was too slow and must load its map again."""

    def __init__(self, hub: "Hub", interest: Interest) -> None:
        self.since, self.since_at = hub.position, hub.at
        self._hub, self._interest = hub, interest
        self._waiting: deque[bytes] = deque()
        self._is_behind = False
        self._is_open = True
        self._something = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Keep the event for the client if it concerns it and the client is not behind."""
        kind = self._interest.kind_of(event.change)
        if kind is None or self._is_behind:
            return
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(event.text(kind))
            self._something.set()
        else:
            self.start_over()

    def start_over(self) -> None:
        """Drop what waits: the client is told to load its map again."""
        self._waiting.clear()
        self._is_behind = True
        self._something.set()

    def close(self) -> None:
        """No more is sent."""
        self._is_open = False
        self._something.set()

    async def next(self) -> bytes | None:
        """What to send next: all that waits, or a heartbeat where nothing comes for a while; None at the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                await self._something.wait()
        return self._take() if self._is_open else None

    def _take(self) -> bytes:
        self._something.clear()
        if self._is_behind:
            self._is_behind = False
            return reset(self._hub.position, at=self._hub.at)
        text = b"".join(self._waiting) or heartbeat(self._hub.position, at=self._hub.at)
        self._waiting.clear()
        return text


class Hub:
    """All clients of this process, and how far they have been told."""

    def __init__(self, *, most: int, most_of_one: int, at: datetime) -> None:
        self.position, self.at = Position(0, 0), at
        self.is_open = True
        self._most, self._most_of_one = most, most_of_one
        self._taken = 0
        self._addresses: Counter[str] = Counter()
        self._clients: set[Client] = set()

    @contextmanager
    def place(self, address: str) -> Iterator[None]:
        """A place for a client from that address; raises Full or TooMany."""
        if not self.is_open or self._taken >= self._most:
            raise Full
        if self._addresses[address] >= self._most_of_one:
            raise TooMany
        self._taken += 1
        self._addresses[address] += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    @contextmanager
    def listening(self, interest: Interest) -> Iterator[Client]:
        """A client that is offered whatever comes after its position."""
        client = Client(self, interest)
        self._clients.add(client)
        if not self.is_open:
            client.close()
        try:
            yield client
        finally:
            self._clients.discard(client)

    async def tell(self, changes: Sequence[Change]) -> None:
        """Offer the changes to all, giving those who send a turn in between."""
        for count, change in enumerate(changes, start=1):
            event = Event(change)
            self.position, self.at = change.position, change.at
            for client in self._clients:
                client.offer(event)
            if count % AT_A_STRETCH == 0:
                await asyncio.sleep(0)

    def arrive(self, *, at: datetime) -> None:
        """All that there was at that moment has been told."""
        self.at = at

    def start_over(self, position: Position, *, at: datetime) -> None:
        """Go on from another position: what lies between is not known, so all load their maps again."""
        self.position, self.at = position, at
        for client in self._clients:
            client.start_over()

    def close(self) -> None:
        """End all streams, and begin no more."""
        self.is_open = False
        for client in self._clients:
            client.close()
