"""Statements that each connection plans once, where planning would take longer than running."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection

# What each connection of psycopg2 knows: a reconnect is another connection and knows nothing.
_known: Final[WeakKeyDictionary[Any, set[str]]] = WeakKeyDictionary()
_statements: Final[dict[str, "Prepared"]] = {}


@dataclass(frozen=True, eq=False)
class Prepared:
    """A statement by its name, its parameters with their types, and its text, in which they stand as `%(name)s`.

    Its plan must suit every value: PostgreSQL does not look at them.
    """

    name: str
    parameters: Mapping[str, str]
    text: str

    def __post_init__(self) -> None:
        _statements[self.name] = self

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it and fetch all its rows."""
        with connection.cursor() as cursor:
            if settings.PREPARE_STATEMENTS:
                self.prepare(cursor.connection)
            cursor.execute(self._execute if settings.PREPARE_STATEMENTS else self._at_once, values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def prepare(self, link: Any) -> None:
        """Let a connection of psycopg2 know it, if it does not yet; a rollback does not take that back."""
        known = _known.setdefault(link, set())
        if self.name not in known:
            numbered = self.text % {name: f"${place}" for place, name in enumerate(self.parameters, start=1)}
            with link.cursor() as cursor:
                cursor.execute(f"PREPARE {self.name} ({', '.join(self.parameters.values())}) AS {numbered}")
            known.add(self.name)

    @cached_property
    def _execute(self) -> str:
        return f"EXECUTE {self.name} ({', '.join(map(self._typed, self.parameters))})"

    @cached_property
    def _at_once(self) -> str:
        return self.text % {name: self._typed(name) for name in self.parameters}

    def _typed(self, name: str) -> str:
        return f"%({name})s::{self.parameters[name]}"


def prepare_for(link: Any, sql: str) -> None:
    """Let a connection know the statement that the text executes, if it is one of ours."""
    for name, statement in _statements.items():
        if sql.startswith(f"EXECUTE {name} "):
            statement.prepare(link)
