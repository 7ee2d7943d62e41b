"""Those who ask for a while and count the answers: wrk, a client of ours where there is no wrk, loops in processes."""

import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

import psycopg2
from django.conf import settings
from psycopg2.extensions import register_type

from bench.servers import Server
from bench.statements import STORE, Statement
from geo.pages import TEXT_AS_BYTES
from geo.prepared import prepare_for

WRK = shutil.which("wrk")
SCRIPT = Path(__file__).with_name("wrk.lua")
TIMEOUT_S = 30
OPTIONS: str = settings.DATABASES["default"]["OPTIONS"]["options"]

Call = Callable[[int], None]
"""Does what is measured once; it is told the number of the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One turn: answers a second over all connections, the median of the time one answer took, and what it cost.

    `cpu_ms` is the server's processor time for an answer, the database's not included; None without a server.
    """

    per_second: float
    median_ms: float
    cpu_ms: float | None = None


class Failed(Exception):
    """A request was not answered with success: a speed made of failures is none."""


class Client(Protocol):
    """Whoever is measured, in turns."""

    def run(self, *, seconds: int, offset: int) -> Speed:
        """Ask for so long, beginning with the question number `offset`. Raises Failed."""


@dataclass(frozen=True, kw_only=True)
class HTTP:
    """Requests for `addresses` (path and query) in turn, over kept connections, each waiting for its answer.

    With `etags`, one for each address, they ask whether it still holds, and 304 is the answer that counts.

    wrk stops when the time is over and forgets what is under way. Where that would be a good part of all (`slow`)
    our own client asks instead: it waits for the last answers, and beside such answers its own work is nothing.
    """

    server: Server
    addresses: Sequence[str]
    connections: int
    etags: Sequence[str] = ()
    slow: bool = False

    def run(self, *, seconds: int, offset: int) -> Speed:
        """Ask for so long, beginning with the address at `offset`. Raises Failed."""
        try:
            return self._by_wrk(seconds, offset) if WRK and not self.slow else self._by_threads(seconds, offset)
        finally:
            self.server.settle()

    def _by_wrk(self, seconds: int, offset: int) -> Speed:
        addresses = STORE.with_name("addresses")
        lines = map("\t".join, zip(self.addresses, self.etags, strict=True)) if self.etags else self.addresses
        addresses.write_text("\n".join(lines) + "\n")
        command = [WRK, "-t1", f"-c{self.connections}", f"-d{seconds}s", f"--timeout={TIMEOUT_S}s", "-s", SCRIPT]
        words = [*command, f"http://127.0.0.1:{self.server.port}", "--", addresses, str(offset)]
        before = self.server.cpu_s()
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"wrk ends with {done.returncode}: {done.stderr.strip()}")
        result = json.loads(done.stdout.splitlines()[-1])
        if result["failed"]:
            raise Failed(f"{result['failed']} requests failed, the like of {self.addresses[0]}")
        if not result["answers"]:  # slower than that: give it time
            return self._by_wrk(2 * seconds, offset)
        return Speed(
            per_second=result["answers"] / result["seconds"],
            median_ms=result["median_ms"],
            cpu_ms=(self.server.cpu_s() - before) / result["answers"] * 1000,
        )

    def _by_threads(self, seconds: int, offset: int) -> Speed:
        before = self.server.cpu_s()
        with ThreadPoolExecutor(self.connections) as threads:
            loops = [threads.submit(self._loop, seconds, offset + number) for number in range(self.connections)]
            took = [loop.result() for loop in loops]
        cpu_s = self.server.cpu_s() - before
        return replace(_speed(took), cpu_ms=cpu_s / sum(map(len, took)) * 1000)

    def _loop(self, seconds: int, offset: int) -> list[float]:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=TIMEOUT_S)
        wanted = 304 if self.etags else 200

        def ask(number: int) -> None:
            place = number % len(self.addresses)
            connection.request("GET", self.addresses[place], headers=if_none_match(self.etags[place:]))
            answer = connection.getresponse()
            answer.read()
            if answer.status != wanted:
                raise Failed(f"status {answer.status} for {self.addresses[place]}")

        try:
            return _timed(ask, seconds=seconds, start=offset, step=self.connections)
        finally:
            connection.close()


def if_none_match(etags: Sequence[str]) -> dict[str, str]:
    """The header that asks whether the first of the validators still holds."""
    return {"If-None-Match": etags[0]} if etags else {}


@dataclass(frozen=True, kw_only=True)
class SQL:
    """The statements in turn, in as many processes as there are connections: what the database gives to psycopg2."""

    url: str
    statements: Sequence[Statement]
    connections: int

    def run(self, *, seconds: int, offset: int) -> Speed:
        """Run statements for so long, beginning with the one at `offset`; all rows are fetched. Raises Failed."""
        return side_by_side(self._connect, processes=self.connections, seconds=seconds, offset=offset)

    def _connect(self) -> Call:
        link = connect(self.url)
        register_type(TEXT_AS_BYTES, link)  # as our pages are fetched

        def ask(number: int) -> None:
            statement = self.statements[number % len(self.statements)]
            prepare_for(link, statement.sql)
            with link.cursor() as cursor:
                cursor.execute(statement.sql, statement.values)
                cursor.fetchall()

        return ask


def connect(url: str) -> Any:
    """A connection to the database with the options that ours have; each statement is a transaction."""
    link = psycopg2.connect(url, options=f"-c TimeZone=UTC {OPTIONS}")
    link.autocommit = True
    return link


def side_by_side(prepare_call: Callable[[], Call], *, processes: int, seconds: int, offset: int) -> Speed:
    """The speed of so many processes that call for so long; each makes its call by itself first. Raises Failed."""
    context = get_context("fork")
    start, results = context.Barrier(processes), context.SimpleQueue()
    started = [
        context.Process(
            target=_loop, args=(prepare_call, seconds, offset + number, processes, start, results), daemon=True
        )
        for number in range(processes)
    ]
    for process in started:
        process.start()
    loops = [results.get() for _ in started]
    for process in started:
        process.join()
    for failure in (each for each in loops if isinstance(each, str)):
        raise Failed(failure)
    return _speed(loops)


def _loop(prepare_call: Callable[[], Call], seconds: int, first: int, step: int, start: Any, results: Any) -> None:
    """In a process of its own: the times, or why there are none, into `results`."""
    try:
        call = prepare_call()
        call(first)
        start.wait(TIMEOUT_S)
        results.put(_timed(call, seconds=seconds, start=first + step, step=step))
    except Exception as error:
        results.put(f"bare SQL: {error}")


def _timed(ask: Call, *, seconds: int, start: int, step: int) -> list[float]:
    """How many seconds each of the calls took that began within the time; each is told its number."""
    took: list[float] = []
    number = start
    began = now = time.perf_counter()
    while now - began < seconds:
        ask(number)
        took.append(time.perf_counter() - now)
        now += took[-1]
        number += step
    return took


def _speed(loops: Sequence[Sequence[float]]) -> Speed:
    """The speed of loops that ran side by side, each over its own time: the last call may end late."""
    return Speed(
        per_second=sum(len(took) / sum(took) for took in loops),
        median_ms=statistics.median(each for took in loops for each in took) * 1000,
    )
