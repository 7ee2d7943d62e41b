"""Jobs for the worker: hints, which nobody waits for. Rows are the truth, and a sweep finds what a lost job left."""

from typing import Any

from django.db import connection, transaction
from django_q.tasks import async_task


def enqueue_after_commit(job: str, *args: Any, group: str) -> None:
    """Enqueue it once the caller's transaction is committed; a broker that is down fails nobody."""
    transaction.on_commit(lambda: enqueue(job, *args, group=group), robust=True)


def enqueue(job: str, *args: Any, group: str) -> None:
    """Enqueue it now, and do not wait until it is on the disk: what a power cut takes is made up for by the sweep."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        async_task(job, *args, q_options={"group": group, "save": False})
