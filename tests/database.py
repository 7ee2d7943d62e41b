"""The tests' database: a copy of one that is migrated, which is kept until a migration changes."""

import hashlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    """Called by pytest-django before it makes the database of this process."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    test = connection.settings_dict["TEST"]
    # A commit need not reach the disk: nothing in this database outlives a crash.
    connection.settings_dict["OPTIONS"]["options"] += " -c synchronous_commit=off"
    connection.creation.create_test_db = _copy
    connection.creation._destroy_test_db = _drop
    name = connection.creation._get_test_db_name().removesuffix(f"_{worker}")
    with django_db_blocker.unblock():
        test["TEMPLATE"] = _migrated(f"{name}_template")


def _copy(verbosity: int = 0, autoclobber: bool = False, serialize: bool = False, keepdb: bool = False) -> str:
    """The template has all tables and all that follows from them: to migrate once more would change nothing."""
    name = connection.creation._create_test_db(verbosity, autoclobber, keepdb)
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
    return name


def _drop(name: str, verbosity: int) -> None:
    """On a busy machine the server may not have noticed yet that a process of ours, or a thread of it, has ended."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)} WITH (FORCE)")


def _migrated(name: str) -> str:
    """A database of that name with all migrations applied, made where there is none or one of other migrations."""
    wanted, quoted = _fingerprint(), connection.ops.quote_name(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])  # until this connection ends
        if _comment(cursor, name) != wanted:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
            cursor.execute(f"CREATE DATABASE {quoted}")
            with _connected_to(name):
                call_command("migrate", verbosity=0, interactive=False)
            cursor.execute(f"COMMENT ON DATABASE {quoted} IS '{wanted}'")  # last: what is cut short is made again
    return name


def _fingerprint() -> str:
    migrations = MigrationLoader(None).disk_migrations
    sources = [f"{key}\n{inspect.getsource(inspect.getmodule(migrations[key]))}" for key in sorted(migrations)]
    return hashlib.sha256("\n".join(sources).encode()).hexdigest()


def _comment(cursor: Any, name: str) -> str | None:
    cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
    row = cursor.fetchone()
    return row and row[0]


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
