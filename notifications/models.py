"""The outbox: one row for each message that is to leave the building."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """By which way a message goes out."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class State(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


UNFINISHED = [State.WAITING, State.SENDING]


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, by what is to be done with them."""

    def unfinished(self) -> Self:
        """Those of which it is not yet decided whether they reach anybody."""
        return self.filter(state__in=UNFINISHED)

    def due(self, *, at: datetime) -> Self:
        """Those to be sent now: waiting, or left behind half-way by a worker that died."""
        return self.unfinished().filter(due_at__lte=at)


class Message(models.Model):
    """A message to one person about one event, written in the transaction of the change that caused it.

    `key` names person and event, so that nobody is told the same thing twice; `message_id` is what we call it
    towards a gateway. While a worker sends it, `due_at` is the end of that worker's lease. `attempts` counts
    the times it may have gone out: what a channel certainly did not take (no gateway, no connection) is none.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    message_id = models.UUIDField(_("message id"), unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    to = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("body"))
    language = models.CharField(_("language"), max_length=8)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    written_at = models.DateTimeField(_("written at"))
    due_at = models.DateTimeField(_("due at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    gateway_reference = models.CharField(_("gateway reference"), max_length=100, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["channel", "due_at", "id"],
                condition=Q(state__in=UNFINISHED),
                name="notifications_message_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notifications_message_channel_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="notifications_message_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False) | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="notifications_message_sent_at_iff_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.key}"
