"""One batch of one channel: claimed, sent one by one, each outcome written down as soon as it is known."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from notifications.channels import sender_of
from notifications.channels.base import Sender
from notifications.channels.errors import DeliveryError, Permanent, Transient, Unavailable
from notifications.leases import claim, give_back, note_failed, note_sent, put_off
from notifications.models import Channel, Message

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
# How long a channel that takes nothing is left alone.
PAUSE = timedelta(minutes=1)


@dataclass(kw_only=True)
class Batch:
    """What became of a batch: how many messages were taken and sent; whether the channel is closed now."""

    taken: int
    sent: int = 0
    closed: bool = False


def send_batch(*, channel: Channel, limit: int, clock: Callable[[], datetime], stop_at: datetime) -> Batch:
    """Claim up to `limit` due messages of `channel` and send them until `stop_at`; the rest is given back."""
    messages = claim(channel=channel, at=clock(), limit=limit)
    batch = Batch(taken=len(messages))
    with sender_of(channel) as sender:
        for position, message in enumerate(messages):
            if clock() >= stop_at:
                _give_back(messages[position:], until=clock())
                break
            error = _attempt(sender, message, clock=clock)
            batch.sent += error is None
            if isinstance(error, Transient) and error.closes_channel:
                batch.closed = True
                _give_back(messages[position + 1 :], until=clock() + (error.retry_after or PAUSE), reason=str(error))
                break
    return batch


def _attempt(sender: Sender, message: Message, *, clock: Callable[[], datetime]) -> Exception | None:
    """Send one message and write down what became of it; return what went wrong, None where it went out."""
    try:
        reference = _hand_over(sender, message)
    except Exception as error:  # whatever a message does, the others go on
        error.add_note(f"Message {message.message_id} by {message.channel}, attempt {message.attempts}.")
        _note_error(message, error, at=clock(), last=_is_last(sender, message))
        return error
    note_sent(message, reference=reference, at=clock())
    return None


def _hand_over(sender: Sender, message: Message) -> str:
    """Send a message unless it has arrived already; return the other side's reference."""
    tried_before = message.attempts > 1
    if tried_before and sender.can_look_up and (reference := sender.look_up(message)) is not None:
        return reference
    if message.attempts > settings.OUTBOX_MAX_ATTEMPTS:
        raise Permanent(f"Given up. {message.last_error or 'Each attempt ended with the worker that made it.'}")
    return sender.send(message)


def _is_last(sender: Sender, message: Message) -> bool:
    """Whether a failed attempt is the end; where one can ask, its outcome is asked for once more."""
    spare = 1 if sender.can_look_up else 0
    return message.attempts >= settings.OUTBOX_MAX_ATTEMPTS + spare


def _note_error(message: Message, error: Exception, *, at: datetime, last: bool) -> None:
    reason = str(error) if isinstance(error, DeliveryError) else f"{type(error).__name__}: see the worker's log."
    retry_after = error.retry_after if isinstance(error, Transient) else None
    if isinstance(error, Unavailable):
        logger.warning("A channel takes no messages: %s", reason)
        give_back(message, until=at + (retry_after or PAUSE), reason=reason)
        return
    logger.exception("A message could not be sent")
    if last or isinstance(error, Permanent):
        note_failed(message, reason=reason)
    else:
        put_off(message, until=at + max(retry_after or timedelta(0), _wait(message)), reason=reason)


def _wait(message: Message) -> timedelta:
    """Twice as long each time, a little different for each message: they must not all come back at once."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(message.attempts - 1, 20)
    spread = 1 + message.message_id.int % 256 / 1024
    return min(doubled, LONGEST_WAIT) * spread


def _give_back(messages: list[Message], *, until: datetime, reason: str = "") -> None:
    for message in messages:
        give_back(message, until=until, reason=reason)
