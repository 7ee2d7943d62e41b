"""Work on a second connection to the database, and the moment at which it waits for us."""

import threading
import time
from collections.abc import Callable

from django.db import connection

_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


class InTheBackground(threading.Thread):
    """Runs `work` on a connection of its own and keeps what it raised."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.raised: Exception | None = None

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:
            self.raised = error
        finally:
            connection.close()


def wait_until_somebody_waits_for_us(*, how_many: int = 1) -> None:
    """Until so many other connections wait for locks that this one holds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0] >= how_many:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
