"""Processes of ours beside the tests, on the test database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def database_url() -> str:
    """The test database, as DATABASE_URL names one."""
    access = connection.get_connection_params()
    host = quote(access.get("host", ""), safe="")
    login = f"{quote(access['user'], safe='')}:{quote(access.get('password', ''), safe='')}"
    return f"postgresql://{login}@/{access['dbname']}?host={host}&port={access.get('port', 5432)}"


def environment(**changes: str) -> dict[str, str]:
    """What a process of ours needs to work on the test database."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "TEST_DATABASE_NAME": "",
        **changes,
    }


@contextmanager
def running_server(*, workers: int, **changes: str) -> Iterator[str]:
    """The address of a real server with so many processes."""
    with _serving(workers=workers, **changes) as (address, _process):
        yield address


@contextmanager
def mortal_server(**changes: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """The same with one process, and what kills it at once with all it has begun."""
    with _serving(workers=1, **changes) as (address, process):
        yield address, lambda: os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _serving(*, workers: int, **changes: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--interface", "wsgi", "--port", port, "--workers", workers, "--log-level", "critical"]
    command = [sys.executable, "-m", "granian", *map(str, words), "config.wsgi:application"]
    around = environment(ALLOWED_HOSTS="127.0.0.1", **changes)
    process = subprocess.Popen(command, cwd=ROOT, env=around, start_new_session=True)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def running_worker() -> Iterator[None]:
    """The real worker with its processes, ended at once."""
    command = [sys.executable, "manage.py", "qcluster"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(address).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
