"""The worker told that there are photos to see to, and that one can be compared."""

from django.db import transaction

from reports.jobs import enqueue, enqueue_after_commit
from reports.models import Unsought
from reports.searches import ask_for_searches

JOB = "reports.tasks.see_to_photos"
SEEKING = "reports.tasks.seek"


def hint() -> None:
    """Enqueue one job for all the photos of this transaction, after its commit; a broker that is down fails nobody."""
    pending = transaction.get_connection().run_on_commit
    if not any(function is _enqueue for _, function, _ in pending):
        transaction.on_commit(_enqueue, robust=True)


def _enqueue() -> None:
    enqueue(JOB, group="photos")


def ask_for_search(report_id: int) -> None:
    """Have the duplicates of a report looked for anew: there is a photo of it now. Nothing where that waits already.

    In the transaction that writes down the photo's hash: a search under way either sees the photo or is followed by
    another.
    """
    waits = Unsought.objects.filter(report=report_id).exists()
    ask_for_searches([report_id])
    if not waits:
        enqueue_after_commit(SEEKING, report_id, group="duplicates")
