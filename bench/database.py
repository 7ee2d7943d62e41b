"""Where the bench's database lies and what it is made of; little here needs Django, whose settings come after it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

NAME = "cityeye_bench"
ROOT = Path(__file__).resolve().parent.parent
INGREDIENTS = (
    "*/migrations/*.py",
    "reports/density/*.py",
    "fixtures/*.json",
    "fixtures/*.geojson",
    "bench/load.py",
)


def url_beside(server: str) -> str:
    """The address of the bench's database on the server that the address `server` names."""
    return urlsplit(server)._replace(path=f"/{NAME}").geturl()


def recipe_of(*, manifest: Path, reports: int) -> str:
    """What the database is made of: the same words, the same content."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in INGREDIENTS for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    return f"{reports} reports, {manifest.name}, {digest.hexdigest()[:16]}"


def make_database(server: str, *, recipe: str) -> bool:
    """Make an empty database on that server, in the place of any of another recipe; False where it is there already."""
    link = psycopg2.connect(server)
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone() == (recipe,):
                return False
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {NAME}")
            return True
    finally:
        link.close()


def url_of(copy: str) -> str:
    """The address of a copy of the bench's database, which Django is set up for."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{NAME}_{copy}").geturl()


@contextmanager
def copied(copy: str) -> Iterator[None]:
    """Django connected to a copy of the bench's database, for as long as it lasts; nobody else may be connected."""
    from django.db import connection

    name = f"{NAME}_{copy}"
    connection.close()
    link = psycopg2.connect(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl())
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {NAME}")
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = NAME
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    link.close()
