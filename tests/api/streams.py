"""Live events as a client over HTTP hears them, from a real process of ours."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.processes import ROOT, environment

EVENTS = "/api/v1/events"


@dataclass(frozen=True)
class Live:
    """A process that serves live events."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, method: str, path: str, **headers: str):
        """The status, headers and content of an answer that ends."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.headers, content

    @property
    def memory_mb(self) -> int:
        """What the process holds in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024


@contextmanager
def running_live(**variables: str) -> Iterator[Live]:
    """A process of live events on the test database, and its end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "live", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(**variables))
    try:
        live = Live(port, process)
        _wait_for(live)
        yield live
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(live: Live) -> None:
    deadline = time.monotonic() + 60
    while live.process.poll() is None and time.monotonic() < deadline:
        try:
            if live.ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("live events are not served")


class Stream:
    """One listener; `last_id` is what a browser would send as Last-Event-ID.

    With `takes_bytes` its system keeps no more than that of what it has not read.
    """

    def __init__(self, live: Live, query: str = "", *, takes_bytes: int | None = None, **headers: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", live.port, timeout=4)
        if takes_bytes:
            self.connection.sock = socket.socket()
            self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes_bytes)
            self.connection.sock.settimeout(4)
            self.connection.sock.connect(("127.0.0.1", live.port))
        self.connection.request("GET", f"{EVENTS}?{query}" if query else EVENTS, headers=headers)
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()
        self.last_id = ""
        self.first = self.event()

    def event(self) -> dict[str, Any]:
        """The next event, as EventSource reads it: its name and its data."""
        name, data = "message", []
        while True:
            line = self.response.readline()
            assert line.endswith(b"\n"), "the stream has ended"
            field, _colon, value = line.decode().rstrip("\n").partition(":")
            value = value.removeprefix(" ")
            if field == "id":
                self.last_id = value
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif not line.strip() and data:
                return {"event": name, **json.loads("\n".join(data))}

    def next(self, count: int) -> list[tuple[str, str]]:
        """Kind and reference of the next events."""
        events = [self.event() for _ in range(count)]
        return [(event["kind"], event["reference"]) for event in events]

    def told(self, *references: str) -> list[tuple[str, str]]:
        """Kind and reference of the next events about these reports, one for each reference given."""
        found = []
        while len(found) < len(references):
            event = self.event()
            if event.get("reference") in references:
                found.append((event["kind"], event["reference"]))
        return found

    def hears_nothing_of(self, references: Sequence[str], *, seconds: float) -> bool:
        """Whether no event about these reports comes meanwhile; the stream cannot be read afterwards."""
        self.connection.sock.settimeout(seconds)
        try:
            while self.event().get("reference") not in references:
                pass
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        """Hang up."""
        self.response.close()
        self.connection.close()
