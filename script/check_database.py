#!/usr/bin/env python
"""Say in one sentence why the database of DATABASE_URL cannot carry City Eye, if so; change nothing in it."""

import os
import sys
from typing import Any

import dj_database_url
import psycopg2

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")


def main() -> str | None:
    """The sentence, or None where all is well."""
    try:
        parameters = _parameters(os.environ["DATABASE_URL"])
    except ValueError:
        return "DATABASE_URL is no address of the form postgresql://user:password@host:5432/name."
    try:
        connection = psycopg2.connect(**parameters, connect_timeout=10)
    except psycopg2.Error as error:
        return f"The database that DATABASE_URL names does not answer: {_first_line(error)}"
    for name in EXTENSIONS:
        try:
            connection.cursor().execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        except psycopg2.Error as error:
            return (
                f"The database that DATABASE_URL names lacks {name} ({_first_line(error)}): have its "
                f'administrator install PostGIS there and run "CREATE EXTENSION {name}" in that database.'
            )
    connection.rollback()
    return None


def _parameters(url: str) -> dict[str, Any]:
    """What libpq is told for `url`; raises ValueError where it is no PostgreSQL address."""
    parsed: dict[str, Any] = {**dj_database_url.parse(url)}
    if parsed["ENGINE"].rpartition(".")[2] not in {"postgresql", "postgis"}:
        raise ValueError(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {**parsed.get("OPTIONS", {}), **{name: parsed[key] for key, name in names.items() if parsed.get(key)}}


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


if __name__ == "__main__":
    sys.exit(main())
