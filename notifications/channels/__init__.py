"""The ways by which a message leaves the building, one module each."""

from notifications.channels.base import Sender
from notifications.channels.email import EmailSender
from notifications.channels.sms import SmsSender
from notifications.models import Channel

SENDERS: dict[Channel, type[Sender]] = {Channel.EMAIL: EmailSender, Channel.SMS: SmsSender}
