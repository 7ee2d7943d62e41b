"""The ways by which a message leaves the building, one module each."""

from typing import Final

from django.utils.module_loading import import_string

from notifications.channels.base import Sender
from notifications.models import Channel

SENDERS: Final = {
    Channel.EMAIL: "notifications.channels.email.EmailSender",
    Channel.SMS: "notifications.channels.sms.SmsSender",
}


def sender_of(channel: Channel) -> Sender:
    """Who sends by this channel. Loaded only here: a client of HTTP is a tenth of all that a process loads."""
    sender: type[Sender] = import_string(SENDERS[channel])
    return sender()
