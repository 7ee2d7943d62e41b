"""The ASGI application of live events: `/api/v1/events`, and `/healthz` for whoever watches the process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import Any, Final

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.utils import timezone, translation

from api.errors import Problem, not_found, problem_for
from api.live import refusals
from api.live.asking import first_words, in_thread, read_question
from api.live.feed import Feed
from api.live.hub import Client, Full, Hub, TooMany
from people.visitors import address_of

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

STREAM: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx, which otherwise waits for more
    "X-Content-Type-Options": "nosniff",
}


class Application:
    """Speaks HTTP with the clients of a hub."""

    def __init__(self, hub: Hub, feed: Feed) -> None:
        self._hub, self._feed = hub, feed
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        request = ASGIRequest(_without_body(scope), BytesIO())
        translation.activate(translation.get_language_from_request(request))
        try:
            await self._answer(request, receive, send)
        except Problem as problem:
            await _reply(request, send, problem.response())
        except Exception:
            logger.exception("Unexpected error")
            with suppress(RuntimeError):  # of the server, where the answer has begun
                await _reply(request, send, problem_for(500).response())

    async def _answer(self, request: ASGIRequest, receive: Receive, send: Send) -> None:
        if request.path == "/healthz":
            is_well = self._feed.is_up
            words = "ok\n" if is_well else "no database\n"
            await _reply(request, send, HttpResponse(words, status=200 if is_well else 503, content_type="text/plain"))
        elif request.path != "/api/v1/events":
            raise not_found()
        elif request.method == "OPTIONS":
            await _reply(request, send, refusals.preflight())
        elif request.method in {"GET", "HEAD"}:
            await self._listen(request, receive, send)
        else:
            raise refusals.wrong_method()

    async def _listen(self, request: ASGIRequest, receive: Receive, send: Send) -> None:
        try:
            with self._hub.place(address_of(request)):
                await self._serve(request, receive, send)
        except Full:
            raise refusals.full() from None
        except TooMany:
            raise refusals.too_many() from None

    async def _serve(self, request: ASGIRequest, receive: Receive, send: Send) -> None:
        if not self._feed.is_up:
            raise refusals.away()
        question = await in_thread(self._threads, read_question, request)
        if request.method == "HEAD":
            await _reply(request, send, HttpResponse(headers=STREAM))
            return
        with self._hub.listening(question.interest) as client:
            first = await in_thread(self._threads, first_words, client, question, at=timezone.now())
            await _start(request, send, status=200, headers=STREAM)
            await _stream(client, first, receive, send)


def _without_body(scope: Message) -> dict[str, Any]:
    """The request without what it says of a body: nothing reads one here, and at some types Django would raise."""
    return {**scope, "headers": [each for each in scope["headers"] if each[0] != b"content-type"]}


async def _stream(client: Client, first: bytes, receive: Receive, send: Send) -> None:
    """Send what comes for the client, as fast as it takes it, until it or the hub ends."""
    watch = asyncio.create_task(_close_when_gone(client, receive))
    try:
        text: bytes | None = first
        while text is not None:
            await send({"type": "http.response.body", "body": text, "more_body": True})
            text = await client.next()
        await send({"type": "http.response.body", "body": b""})
    finally:
        watch.cancel()


async def _close_when_gone(client: Client, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.close()


async def _reply(request: ASGIRequest, send: Send, response: HttpResponse) -> None:
    """A whole answer."""
    headers = dict(response.items())
    if response.content:
        headers["Content-Length"] = str(len(response.content))
    await _start(request, send, status=response.status_code, headers=headers)
    body = b"" if request.method == "HEAD" else response.content
    await send({"type": "http.response.body", "body": body})


async def _start(request: ASGIRequest, send: Send, *, status: int, headers: Mapping[str, str]) -> None:
    shared = refusals.shared_with(request.headers.get("Origin", ""))
    lines = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in {**headers, **shared}.items()]
    await send({"type": "http.response.start", "status": status, "headers": lines})
