"""Processes of ours beside the tests, on the test database."""

import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

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
def running_worker(**changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real worker with its processes, started by its command and ended at once."""
    command = [sys.executable, "manage.py", "qcluster"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(**changes), start_new_session=True)
    try:
        yield process
    finally:
        kill(process)


@contextmanager
def worker_beside() -> Iterator[BaseProcess]:
    """The same at a fifth of the price: it has loaded what we have, and its settings are those of the test."""
    process = beside(partial(call_command, "qcluster"))
    try:
        yield process
    finally:
        kill(process)


def beside(work: Callable[[], object]) -> BaseProcess:
    """A process that has begun some work, as the first one of a session of its own: a copy of this one."""
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe()
    process = fork.Process(target=_apart, args=(work, there))
    with warnings.catch_warnings():  # as in any other process, and of a fork beside threads
        warnings.simplefilter("ignore")
        process.start()
    there.close()
    here.recv()
    return process


_OURS: list[object] = []


def _apart(work: Callable[[], object], begun: Connection) -> None:
    os.setsid()
    for each in connections.all(initialized_only=True):
        _OURS.append(each.connection)  # to close it here would end it there
        each.connection = None
    begun.send("")
    work()


def kill(process: subprocess.Popen[bytes] | BaseProcess) -> None:
    """A process and all it has started, at once, as by a power cut."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if isinstance(process, BaseProcess):
        process.join()
    else:
        process.wait()


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
