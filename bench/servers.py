"""The servers under test: started by `script/server`, each on a port of its own, gone when the bench ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from random import randrange

from bench.database import ROOT

LOG = ROOT / ".local" / "log"


class NotServing(Exception):
    """A server does not come up; its log says why."""


@contextmanager
def server(name: str, *, settings: str, probe: str) -> Iterator[int]:
    """The port of `script/server` with these settings, once it answers `probe`. Raises NotServing."""
    port = _free_port()
    log = LOG / f"bench-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as words:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", ROOT / "script" / "server", "--port", str(port)],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": settings},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    try:
        _wait(process, port, probe, name)
        yield port
    finally:
        _stop(process)


def fetch(port: int, address: str) -> bytes:
    """The body of a successful answer; raises NotServing for any other."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise NotServing(f"{address} is answered with {answer.status}: {body[:300]!r}")
    return body


def _wait(process: subprocess.Popen[bytes], port: int, probe: str, name: str) -> None:
    for _ in range(300):
        try:
            fetch(port, probe)
        except (OSError, HTTPException):
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise NotServing(f"The server does not come up: see .local/log/bench-{name}.log.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    """Below 32768: from there on the system hands ports out by itself."""
    while True:
        port = randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
