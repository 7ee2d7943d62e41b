"""The demo as a newcomer runs it, on a database of the test's own.

Its tables are there already: the tests' own were made by the command that the demo runs, from nothing, and making them
is half of a demo's work.
"""

import os
import random
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

from tests.script.checkout import ROOT

pytestmark = pytest.mark.long

NAME = f"cityeye_demo_{os.getpid()}"


@pytest.fixture(scope="module")
def database_url(django_db_setup: None) -> Iterator[str]:
    """A database without a row of ours, on the server that this test run uses."""
    given = os.environ.get("DATABASE_URL") or (ROOT / ".local" / "database-url").read_text().strip()
    administrator = psycopg2.connect(given)
    administrator.autocommit = True
    administrator.cursor().execute(f"CREATE DATABASE {NAME} TEMPLATE {connection.settings_dict['TEST']['TEMPLATE']}")
    try:
        yield urlsplit(given)._replace(path=f"/{NAME}").geturl()
    finally:
        administrator.cursor().execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        administrator.close()


def demo(*words: str, database_url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [ROOT / "script" / "demo", "--reports", "30", *words],
        env=os.environ | {"DATABASE_URL": database_url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def free_port() -> str:
    """A port below those that the system hands out by itself."""
    for candidate in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", candidate)):
                return str(candidate)
    raise AssertionError("no port is free")


def started_on(database_url: str) -> list[str]:
    """The processes that have this database in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"DATABASE_URL={database_url}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_once_files_its_reports_and_leaves_nothing_running(database_url: str) -> None:
    run = demo("--once", database_url=database_url)
    said, _ = run.communicate(timeout=300)

    assert run.returncode == 0, said
    assert len(re.findall(r"^  reference  ", said, flags=re.MULTILINE)) == 3
    assert started_on(database_url) == []


def test_it_stays_until_it_is_interrupted_and_then_ends_all_it_has_started(database_url: str) -> None:
    port = free_port()
    run = demo("--port", port, database_url=database_url)
    assert run.stdout is not None
    said = []
    try:
        for line in run.stdout:
            said.append(line)
            if line.startswith("Ctrl-C"):
                break
        addresses = re.findall(r"http://\S+", "".join(said))
        assert {f"http://127.0.0.1:{port}{path}" for path in ("/", "/api/docs", "/admin/")} <= set(addresses)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            assert page.status == 200
    finally:
        os.killpg(run.pid, signal.SIGINT)
        run.communicate(timeout=60)

    assert run.returncode == 128 + signal.SIGINT
    assert started_on(database_url) == []
