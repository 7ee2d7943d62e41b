"""What a request asks for, read from it and, in a thread, from the database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Final, ParamSpec, TypeVar

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import translation

from api.errors import problem_for
from api.live.events import heartbeat, hello, hello_again, reset, told_late
from api.live.hub import MOST_WAITING, Client
from api.live.interest import LAST_EVENT_ID, Interest, read_interest
from api.live.positions import Position, read_event_id
from api.live.reading import Change, read_missed
from api.live.refusals import away

MOST_MISSED: Final = 1_000  # changes that are read for one client; after more it loads its map again

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a client wants to hear of, and the id of the last event it has, if it had any."""

    interest: Interest
    last_event_id: str | None


async def in_thread(executor: Executor, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `work` gives in a thread where it may use Django's connection, in our language; raises Problem."""
    language = translation.get_language() or ""

    def worked() -> R:
        close_old_connections()
        try:
            with translation.override(language):
                return work(*args, **kwargs)
        except (DatabaseError, InterfaceError):
            with translation.override(language):
                raise away() from None

    return await asyncio.get_running_loop().run_in_executor(executor, worked)


def read_question(request: ASGIRequest) -> Question:
    """The question of a request; raises Problem. The header is newer than the parameter: browsers set it themselves."""
    try:
        query = request.GET
    except SuspiciousOperation:
        raise problem_for(400) from None
    interest = read_interest(query)
    return Question(
        interest=interest, last_event_id=request.headers.get("Last-Event-ID") or query.get(LAST_EVENT_ID) or None
    )


def first_words(client: Client, question: Question, *, at: datetime) -> bytes:
    """How the client's stream begins: with a greeting, what it missed, or that it is to load its map again."""
    since, since_at = client.since, client.since_at
    if question.last_event_id is None:
        return hello(since, at=since_at)
    missed = _missed(question, upto=since, at=at)
    if missed is None:
        return reset(since, at=since_at)
    return hello_again() + b"".join(missed) + heartbeat(since, at=since_at)


def _missed(question: Question, *, upto: Position, at: datetime) -> list[bytes] | None:
    """The events between the client's last and that position; None where they are not known or too many."""
    after = read_event_id(question.last_event_id or "", at=at)
    if after is None or after > upto:  # from before a restored backup, or a process that is ahead of this one
        return None
    changes: list[Change] | None = []
    if after < upto:
        changes = read_missed(connection, after=after, upto=upto, most=MOST_MISSED)
    if changes is None:
        return None
    events = [told_late(each, kind) for each in changes if (kind := question.interest.kind_of(each))]
    return events if len(events) <= MOST_WAITING else None
