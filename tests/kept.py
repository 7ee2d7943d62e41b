"""Ground that many tests stand on: built once in each process, and put back as it was for every further test."""

import pickle
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


class Kept:
    """What `build` makes in the tables of some models, given again at the price of one statement.

    The rows come back with the keys they had: sequences only go on, so nobody else has got them. Where the tables
    hold other rows already, it is built beside them.
    """

    def __init__(self, build: Callable[[], Any], models: Sequence[type[Model]]) -> None:
        self._build, self._models = build, models
        self._rows = self._made = b""

    def __call__(self) -> Any:
        if self._is_anything_there():
            return self._build()
        if not self._made:
            return self._keep(self._build())
        with connection.cursor() as cursor:
            cursor.execute(self._rows)
        return pickle.loads(self._made)

    def _keep(self, made: Any) -> Any:
        self._made = pickle.dumps(made)
        self._rows = b";".join(filter(None, map(_insertion, self._models)))
        return made

    def _is_anything_there(self) -> bool:
        found = " OR ".join(f"EXISTS (SELECT FROM {model._meta.db_table})" for model in self._models)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {found}")
            return cursor.fetchone()[0]


def _insertion(model: type[Model]) -> bytes:
    """The statement that writes the rows of a table as they are; empty where there are none."""
    columns = [connection.ops.quote_name(field.column) for field in model._meta.concrete_fields if not field.generated]
    values = ", ".join(f"quote_nullable({column}::text)" for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg('(' || concat_ws(',', {values}) || ')', ',' ORDER BY id) FROM {table}")
        rows = cursor.fetchone()[0]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows}".encode() if rows else b""
