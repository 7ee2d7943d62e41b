"""The outbox: messages are put into it with the change that causes them, and drained by the worker."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Least
from django_q.tasks import async_task

from notifications.dispatch import send_batch
from notifications.models import Channel, Message, MessageQuerySet, State

DRAIN_JOB = "notifications.tasks.drain_outbox"
BATCH = 20
# Below the time a job may run, by more than one slow message takes.
BUDGET = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to one person about one event; `key` names both."""

    key: str
    channel: str
    to: str
    subject: str
    body: str
    language: str


def put_all(messages: Collection[NewMessage], *, at: datetime) -> int:
    """Write many messages, in the caller's transaction, but for those whose key is there; how many were given.

    One statement for each thousand; the worker is told after the commit.
    """
    rows = [Message(message_id=uuid.uuid4(), written_at=at, due_at=at, **asdict(message)) for message in messages]
    if rows:
        Message.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
        _hint_after_commit()
    return len(rows)


def put(*, key: str, channel: str, to: str, subject: str, body: str, language: str, at: datetime) -> Message:
    """Write one message, in the caller's transaction; the worker is told after the commit."""
    message = Message.objects.create(
        key=key,
        message_id=uuid.uuid4(),
        channel=channel,
        to=to,
        subject=subject,
        body=body,
        language=language,
        written_at=at,
        due_at=at,
    )
    _hint_after_commit()
    return message


def try_again(*, messages: MessageQuerySet, at: datetime) -> int:
    """Make those of `messages` that failed or wait due now, with all their attempts; return how many.

    One attempt is left counted, so that a gateway which can be asked is asked whether it has them already.
    """
    stopped = messages.filter(state__in=[State.FAILED, State.WAITING])
    count = stopped.update(state=State.WAITING, due_at=at, attempts=Least("attempts", 1))
    if count:
        _hint_after_commit()
    return count


def drain(*, clock: Callable[[], datetime], limit: int) -> int:
    """Send what is due, `limit` messages at most; return how many went out.

    The channels take turns, so that none keeps the others waiting; it ends when nothing is due or the time is
    spent. Any number of drains may run at once. Not within a transaction: raises RuntimeError.
    """
    stop_at = clock() + BUDGET
    channels = list(Channel)
    taken = sent = 0
    while channels and taken < limit and clock() < stop_at:
        channel = channels.pop(0)
        batch = send_batch(channel=channel, limit=min(BATCH, limit - taken), clock=clock, stop_at=stop_at)
        taken += batch.taken
        sent += batch.sent
        if batch.taken and not batch.closed:
            channels.append(channel)
    return sent


def _hint_after_commit() -> None:
    """Enqueue one job for all the messages of this transaction; a broker that is down fails nobody."""
    pending = transaction.get_connection().run_on_commit
    if not any(function is _hint for _, function, _ in pending):
        transaction.on_commit(_hint, robust=True)


def _hint() -> None:
    async_task(DRAIN_JOB, q_options={"group": "outbox", "save": False})
