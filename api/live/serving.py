"""The process: HTTP, the feed, and an end in good order.

uvicorn serves it, not granian: granian tells an application that it ends only when all its answers have ended, and a
stream never does by itself. uvicorn lets us end the streams first.
"""

import asyncio
import resource
import socket
from asyncio import AbstractEventLoop, Transport
from contextlib import suppress
from types import FrameType
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.live.app import Application
from api.live.feed import Feed
from api.live.hub import Hub

PATIENCE_S: Final = 10  # for a connection's request, and for the streams at the end
SENT_AHEAD: Final = (
    65_536  # bytes that the system keeps for one client; left to itself it keeps megabytes for a slow one
)
SPARE: Final = 256  # connections beyond the clients: those that are to be told that there is no place


class HastyProtocol(H11Protocol):
    """uvicorn's, which waits for a request for ever, takes any number of connections, and any amount for a slow one."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Let the connection in if there is room, and expect a request soon."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_AHEAD)
        if len(self.connections) > settings.LIVE_MAX_CLIENTS + SPARE:
            transport.abort()
        self.loop.call_later(PATIENCE_S, self._end_unless_asked)

    def _end_unless_asked(self) -> None:
        request: object = self.cycle
        if request is None:
            self.transport.close()


class LiveServer(Server):
    """A server that ends its streams when it is told to end."""

    def __init__(self, config: Config, hub: Hub, loop: AbstractEventLoop) -> None:
        super().__init__(config)
        self._hub, self._loop = hub, loop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The signal's handler."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._hub.close)


async def serve(*, host: str, port: int) -> None:
    """Serve live events until SIGTERM or SIGINT."""
    _allow_as_many_files_as_we_may()
    hub = Hub(most=settings.LIVE_MAX_CLIENTS, most_of_one=settings.LIVE_MAX_CLIENTS_PER_ADDRESS, at=timezone.now())
    feed = Feed(hub)
    server = LiveServer(_config(Application(hub, feed), host, port), hub, asyncio.get_running_loop())
    following = asyncio.create_task(feed.run())
    following.add_done_callback(lambda _task: server.handle_exit(0, None))  # without it there is nothing to serve
    await server.serve()
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


def _config(application: Any, host: str, port: int) -> Config:
    return Config(
        application,
        host=host,
        port=port,
        http=HastyProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        loop="asyncio",
        proxy_headers=False,  # people.visitors.address_of reads them, as far as they can be believed
        server_header=False,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=PATIENCE_S,
    )


def _allow_as_many_files_as_we_may() -> None:
    """Each client is an open file, of which a process usually may have 1,024 unless it asks for more."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
