"""What the database works for us, by what the system says of its process: for a database on this machine."""

from collections.abc import Callable
from pathlib import Path

from django.db import connection


def database_clock() -> Callable[[], float]:
    """A clock of the processor time, in ms, of the database's process for Django's connection as it is now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: int(backend.read_text().split()[0]) / 1e6  # nanoseconds come first
