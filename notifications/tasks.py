"""What the worker runs to tell people; the clock is read here."""

from django.utils import timezone

from notifications.outbox import drain


def drain_outbox() -> int:
    """Send what is due now; enqueued by every change that has put a message into the outbox."""
    return drain(clock=timezone.now, limit=500)


def sweep_outbox() -> int:
    """Send what is due and has no job: a job was lost, a retry is due, a lease has outlived its worker."""
    return drain(clock=timezone.now, limit=5_000)
