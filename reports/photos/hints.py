"""The worker told that there are photos to see to; the rows are the truth, and a sweep finds what a lost job left."""

from django.db import connection, transaction
from django_q.tasks import async_task

JOB = "reports.tasks.see_to_photos"


def hint() -> None:
    """Enqueue one job for all the photos of this transaction, after its commit; a broker that is down fails nobody."""
    pending = transaction.get_connection().run_on_commit
    if not any(function is _enqueue for _, function, _ in pending):
        transaction.on_commit(_enqueue, robust=True)


def _enqueue() -> None:
    # Nobody waits until a hint is on the disk: one that a power cut takes is made up for by the sweep.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        async_task(JOB, q_options={"group": "photos", "save": False})
