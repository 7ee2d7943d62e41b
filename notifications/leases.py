"""Who may send a message now: a worker takes it on a lease, and writes down what became of it."""

from datetime import datetime, timedelta

from django.db import transaction

from notifications.models import Message, MessageQuerySet, State

# Longer than a job may run (`Q_CLUSTER["timeout"]`): no worker at work holds a lease that has ended.
LEASE = timedelta(minutes=3)


def claim(*, channel: str, at: datetime, limit: int) -> list[Message]:
    """Take up to `limit` due messages, the longest due first; until the lease ends nobody else is given them.

    The claim is committed before anything is sent: raises RuntimeError within a transaction.
    """
    lease_end = at + LEASE
    with transaction.atomic(durable=True):
        due = Message.objects.due(at=at).filter(channel=channel).order_by("due_at", "id")
        claimed = list(due.select_for_update(skip_locked=True)[:limit])
        for message in claimed:
            message.state, message.due_at, message.attempts = State.SENDING, lease_end, message.attempts + 1
        Message.objects.bulk_update(claimed, ["state", "due_at", "attempts"])
    return claimed


def note_sent(message: Message, *, reference: str, at: datetime) -> None:
    """It has gone out: true even if the lease has ended meanwhile and somebody else holds it."""
    unsent = Message.objects.filter(pk=message.pk).exclude(state=State.SENT)
    unsent.update(state=State.SENT, sent_at=at, gateway_reference=reference, last_error="")


def note_failed(message: Message, *, reason: str) -> None:
    """It is given up."""
    _held(message).update(state=State.FAILED, last_error=reason)


def put_off(message: Message, *, until: datetime, reason: str) -> None:
    """The attempt counts; the next one is `until` then."""
    _held(message).update(state=State.WAITING, due_at=until, last_error=reason)


def give_back(message: Message, *, until: datetime, reason: str) -> None:
    """It was not tried after all: it waits `until` then, as if it had not been taken."""
    last_error = reason or message.last_error
    _held(message).update(state=State.WAITING, due_at=until, last_error=last_error, attempts=message.attempts - 1)


def _held(message: Message) -> MessageQuerySet:
    """The message, if our lease on it is still the one that counts."""
    return Message.objects.filter(pk=message.pk, state=State.SENDING, due_at=message.due_at, attempts=message.attempts)
