"""What an answer costs the processor, web server and database together: a busy machine disturbs it least.

One request after the other in this process, over one connection, by the same code that a server runs; a bare view has
no middleware before it and does nothing but the statement.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from typing import Any, Final
from urllib.parse import unquote

from django.core import signals
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.test import override_settings
from django.urls import get_resolver

from api import memory
from bench import clusters, pages, questions, tiles
from bench.clock import database_clock
from bench.contests import recorded
from bench.guard import Different
from bench.statements import save
from bench.table import Sheet

TURNS, REQUESTS = 5, 20
HEAD: Final = ("", "web server ms", "database ms", "bare view: web server ms", "database ms", "bare view ÷ City Eye")
_ENVIRON: Final = {
    "REQUEST_METHOD": "GET",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of the processor for one answer."""

    web: float
    database: float

    @property
    def whole(self) -> float:
        """Both."""
        return self.web + self.database


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    addresses: Callable[[], Sequence[str]]
    module: str
    prefix: str
    is_kept: bool = False
    """Whether City Eye may answer from memory; the bare view never does."""


_CASES: Final = (
    _Case("Page of 1,000 reports in a box", questions.boxes, pages.MODULE, pages.BARE),
    _Case("Page of the newest 1,000", lambda: [f"{questions.REPORTS}?limit=1000"], pages.MODULE, pages.BARE),
    _Case("Tile of zoom 14", lambda: questions.tiles([14]), tiles.POINTS_MODULE, tiles.BARE_PACKED),
    _Case("Tile of clusters", lambda: questions.tiles([10, 11, 12]), tiles.CLUSTERS_MODULE, tiles.BARE_ROWS),
    _Case("… asked again", lambda: questions.tiles([10, 11, 12]), tiles.CLUSTERS_MODULE, tiles.BARE_ROWS, is_kept=True),
    _Case("Clusters of the city", lambda: [questions.city_wide(11)], clusters.MODULE, clusters.BARE),
    _Case("… asked again", lambda: [questions.city_wide(11)], clusters.MODULE, clusters.BARE, is_kept=True),
    _Case("… by category and status", lambda: questions.city_wide_filtered(11), clusters.MODULE, clusters.BARE),
)


def sheets() -> list[Sheet]:
    """The table. Raises Different or Unrecordable."""
    ours = _City()
    asked = [(case, recorded(case.addresses(), module=case.module)) for case in _CASES]
    save({address: recording for _, recordings in asked for address, recording in recordings.items()})
    rows = [_row(case, ours, list(recordings)) for case, recordings in asked]
    return [Sheet(title="Processor time of an answer, one at a time", head=HEAD, rows=rows)]


def _row(case: _Case, ours: "_City", addresses: Sequence[str]) -> tuple[str, ...]:
    memory.answers.forget()
    with override_settings(**({} if case.is_kept else {"MAP_MEMORY_BYTES": 0})):
        for address in addresses if case.is_kept else ():
            ours.ask(address)
        mine, theirs = _in_turns(
            lambda number: ours.ask(addresses[number % len(addresses)]),
            lambda number: _ask_bare(case.prefix + addresses[number % len(addresses)]),
        )
    each = (mine.web, mine.database, theirs.web, theirs.database)
    return (case.name, *(f"{number:.2f}" for number in each), f"{theirs.whole / mine.whole:.2f}")


class _City:
    """City Eye as a server calls it."""

    def __init__(self) -> None:
        self._handler = WSGIHandler()

    def ask(self, address: str) -> None:
        """One answer, whole. Raises Different for one that is none."""
        said: list[str] = []

        def start(status: str, _headers: Any, _problem: Any = None, /) -> Callable[[bytes], object]:
            said.append(status)
            return lambda _octets: None

        answer = self._handler(_environ(address), start)
        for _ in answer:
            pass
        answer.close()
        if not said[0].startswith("200"):
            raise Different(f"{address} is answered with {said[0]}")


def _ask_bare(address: str) -> None:
    environ = _environ(address)
    signals.request_started.send(sender=_ask_bare, environ=environ)
    request = WSGIRequest(environ)
    found = get_resolver("bench.urls").resolve(request.path_info)
    response = found.func(request, *found.args, **found.kwargs)
    for _ in response:
        pass
    response.close()


def _environ(address: str) -> dict[str, Any]:
    path, _, query = address.partition("?")
    return {**_ENVIRON, "PATH_INFO": unquote(path), "QUERY_STRING": query, "wsgi.input": BytesIO()}


def _in_turns(*asks: Callable[[int], None]) -> list[Cost]:
    """Each one's median over the turns, after one to get warm."""
    database_ms = database_clock()
    turns = [[_cost(ask, turn, database_ms) for ask in asks] for turn in range(TURNS + 1)][1:]
    return [
        Cost(median(each.web for each in costs), median(each.database for each in costs))
        for costs in zip(*turns, strict=True)
    ]


def _cost(ask: Callable[[int], None], turn: int, database_ms: Callable[[], float]) -> Cost:
    web, database = time.process_time(), database_ms()
    for number in range(REQUESTS):
        ask(turn * REQUESTS + number)
    spent = (time.process_time() - web) * 1000 / REQUESTS
    return Cost(spent, (database_ms() - database) / REQUESTS)
