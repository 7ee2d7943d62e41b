"""The very statements that our endpoints run, recorded from them, for the bare views and loops to run again.

Nothing here knows an SQL text: what the code sends to the database is what everybody else is measured with.
"""

import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from django.db import connection
from django.test import Client
from psycopg2.extensions import register_type

from api import memory
from geo.pages import TEXT_AS_BYTES
from geo.prepared import prepare_for

STORE = Path(__file__).resolve().parent.parent / ".local" / "bench" / "statements.pickle"


@dataclass(frozen=True, slots=True)
class Statement:
    """An SQL text, and the values that are bound to it."""

    sql: str
    values: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one request makes our code send: the statement that does the work."""

    main: Statement


class Unrecordable(Exception):
    """A request of the bench is not answered, or not by one statement of the module it is about."""


def record(address: str, *, module: str) -> Recording:
    """The statements behind GET `address`; the main one is the only one that `module` sends. Raises Unrecordable."""
    main: list[Statement] = []

    def keep(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        if _is_sent_by(module):
            main.append(Statement(sql, values))
        return execute(sql, values, many, context)

    memory.answers.forget()  # or it would not be asked
    with connection.execute_wrapper(keep):
        response = Client(SERVER_NAME="127.0.0.1").get(address)
    if response.status_code != 200 or len(main) != 1:
        raise Unrecordable(f"{address}: status {response.status_code}, {len(main)} statements of {module}")
    return Recording(main=main[0])


def _is_sent_by(module: str) -> bool:
    """Whether code of the module is on its way to the database."""
    frame: FrameType | None = sys._getframe()
    while frame and frame.f_globals.get("__name__") != module:
        frame = frame.f_back
    return frame is not None


def run(statement: Statement, *, as_bytes: bool = False) -> tuple[list[str], Sequence[tuple[Any, ...]]]:
    """The names of the columns, and the rows; texts as the bytes that came, where they are passed on as they are."""
    with connection.cursor() as cursor:
        prepare_for(cursor.connection, statement.sql)
        if as_bytes:
            register_type(TEXT_AS_BYTES, cursor.cursor)
        cursor.execute(statement.sql, statement.values)
        return [column.name for column in cursor.description], cursor.fetchall()


def save(recordings: Mapping[str, Recording]) -> None:
    """Keep the recordings, by the address of their requests, for the server of the bare views."""
    STORE.parent.mkdir(parents=True, exist_ok=True)
    STORE.write_bytes(pickle.dumps(dict(recordings)))


def saved() -> dict[str, Recording]:
    """The recordings that `save` kept."""
    recordings: dict[str, Recording] = pickle.loads(STORE.read_bytes())
    return recordings
