"""Changes from the database to the hub, for as long as the process lives."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, ParamSpec, TypeVar

import psycopg2
from django.db import connection as django_connection
from django.utils import timezone

from api.live.hub import Hub
from api.live.positions import KEPT_FOR
from api.live.reading import Batch, listen, read_ends, read_next

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0  # between two looks without a notification, for those that are lost
LOOK_AGAIN_S: Final = 0.1  # where changes wait for a transaction to end
BACKOFF_S: Final = (0.2, 5.0)  # before the next try to reach a database that does not answer, doubled each time
APPLICATION: Final = "city-eye live"  # as the database's list of sessions names us

P = ParamSpec("P")
R = TypeVar("R")


class Feed:
    """Reads the changes over a connection of its own, in a thread of its own, and tells them to the hub."""

    def __init__(self, hub: Hub) -> None:
        self.is_up = False
        self._hub = hub
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="feed")
        self._has_begun = False

    async def run(self) -> None:
        """Tell changes until canceled; a database that goes away is waited for, and nothing is skipped meanwhile."""
        shortest, longest = BACKOFF_S
        wait = shortest
        while True:
            try:
                await self._follow()
            except psycopg2.Error as error:
                wait = shortest if self.is_up else min(2 * wait, longest)
                self.is_up = False
                logger.warning("The database is away: %s", str(error).strip())
            await asyncio.sleep(wait)

    async def _follow(self) -> None:
        connection = await self._call(_connect)
        try:
            await self._begin(connection)
            while True:
                batch = await self._read(connection)
                if not batch.is_full:
                    await _news(connection, timeout=LOOK_AGAIN_S if batch.is_held_up else LOOK_S)
        finally:
            connection.close()

    async def _begin(self, connection: Any) -> None:
        """Go on where we were; where that is not known, from now on."""
        at = timezone.now()
        ends = await self._call(read_ends, connection)
        is_replaced = self._hub.position.transaction > ends.last
        if not self._has_begun or is_replaced or at - self._hub.at > KEPT_FOR:
            self._hub.start_over(ends.complete, at=at)
        self._has_begun = True
        self.is_up = True

    async def _read(self, connection: Any) -> Batch:
        at = timezone.now()
        batch = await self._call(read_next, connection, after=self._hub.position)
        await self._hub.tell(batch.changes)
        if not batch.is_full:
            self._hub.arrive(at=at)
        return batch

    async def _call(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **kwargs))


def _connect() -> Any:
    """A connection that hears of changes and notices within seconds that the network is gone."""
    access: dict[str, Any] = django_connection.get_connection_params()
    watched = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "application_name": APPLICATION}
    connection = psycopg2.connect(**{**access, **watched})
    connection.autocommit = True
    listen(connection)
    return connection


async def _news(connection: Any, *, timeout: float) -> None:
    """Until the database has something to say, or for so long."""
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    if not connection.notifies:  # which came with the last answer
        socket = connection.fileno()
        loop.add_reader(socket, heard.set)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await heard.wait()
        finally:
            loop.remove_reader(socket)
    connection.notifies.clear()
