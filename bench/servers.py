"""The servers under test: started by `script/server`, each on a port of its own, gone when the bench ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import randrange

from bench.database import ROOT

LOG = ROOT / ".local" / "log"
LINES = 12  # opened to choose one of: that one process takes them all happens once in two thousand times


class NotServing(Exception):
    """A server does not come up; its log says why."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Seconds of processor time that its processes have used until now, without the database's."""
        return sum(map(_ticks, _tree(self.pid))) / os.sysconf("SC_CLK_TCK")

    def line(self, number: int) -> HTTPConnection:
        """A kept connection, the next number's to the next of its processes.

        The system deals connections out by chance: of four all may come to one process, and share its interpreter.
        """
        lines = [HTTPConnection("127.0.0.1", self.port, timeout=60) for _ in range(LINES)]
        held: dict[int, HTTPConnection] = {}
        for each in lines:
            each.connect()
            held[self._holder(each.sock.getsockname()[1])] = each
        chosen = held[sorted(held)[number % len(held)]]
        for each in lines:
            if each is not chosen:
                each.close()
        return chosen

    def _holder(self, port: int) -> int:
        """The process that holds the connection from that port. Raises NotServing."""
        ends = f":{self.port:04X}", f":{port:04X}"
        for _ in range(300):
            for fields in (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]):
                if (fields[1][-5:], fields[2][-5:]) == ends:
                    for pid in _tree(self.pid):
                        if f"socket:[{fields[9]}]" in _open_files(pid):
                            return pid
            time.sleep(0.01)
        raise NotServing(f"None of the server's processes takes a connection to the port {self.port}.")

    def settle(self) -> None:
        """Wait until it works no more: a client that ends leaves requests behind, which the next one would pay for."""
        used = -1.0
        for _ in range(300):
            before, used = used, self.cpu_s()
            if used - before < 0.015:
                return
            time.sleep(0.05)

    def fetch(self, address: str) -> bytes:
        """The body of a successful answer; raises NotServing for any other."""
        status, _etag, body = self.ask(address)
        if status != 200:
            raise NotServing(f"{address} is answered with {status}: {body[:300]!r}")
        return body

    def ask(self, address: str, headers: Mapping[str, str] | None = None) -> tuple[int, str, bytes]:
        """The status of an answer, its ETag, and its body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", address, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.getheader("ETag", ""), answer.read()
        finally:
            connection.close()


def server(
    name: str, *, settings: str, probe: str, environment: Mapping[str, str] | None = None
) -> AbstractContextManager[Server]:
    """`script/server` with these settings, once it answers `probe`. Raises NotServing."""
    port = free_port()
    words = [str(ROOT / "script" / "server"), "--port", str(port)]
    variables = {"DJANGO_SETTINGS_MODULE": settings, **(environment or {})}
    return started(name, words, port=port, probe=probe, environment=variables)


@contextmanager
def started(
    name: str, words: Sequence[str], *, port: int, probe: str, environment: Mapping[str, str]
) -> Iterator[Server]:
    """A server of that name by the words of its command, once it answers `probe` on the port. Raises NotServing."""
    log = LOG / f"bench-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *words],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    running = Server(port=port, pid=process.pid)
    try:
        _wait(process, running, probe, log)
        yield running
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], running: Server, probe: str, log: Path) -> None:
    for _ in range(600):
        try:
            running.fetch(probe)
        except (OSError, HTTPException):
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise NotServing(f"The server does not come up: see {log.relative_to(ROOT)}.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port that nobody listens on. Below 32768: from there on the system hands ports out by itself."""
    while True:
        port = randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def _tree(pid: int) -> list[int]:
    """The process and all it has started."""
    children = [
        int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()
    ]
    return [pid, *(each for child in children for each in _tree(child))]


def _open_files(pid: int) -> set[str]:
    """What a process has open."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(link.readlink()))
    return found


def _ticks(pid: int) -> int:
    """Processor time of a process, its threads included, in clock ticks: the 14th and 15th field of its stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
