"""What the front door remembers: answers already given, and what an address has had without an account."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """The answer given to a client's key, written in the transaction of the report it speaks of; kept a day."""

    client = models.CharField(_("client"), max_length=80)
    key = models.CharField(_("key"), max_length=255)
    body_digest = models.CharField(_("body digest"), max_length=64)
    answer = models.TextField(_("answer"), blank=True)  # JSON, in the order it was given
    made_at = models.DateTimeField(_("made at"), db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="api_idempotencykey_client_key_unique")]

    def __str__(self) -> str:
        return self.key


class Window(models.Model):
    """How much of something an address (hashed) has had without an account within one hour."""

    address = models.CharField(_("address"), max_length=64)
    hour = models.DateTimeField(_("hour"), db_index=True)
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.address} · {self.hour}"


class FilingWindow(Window):
    """Reports filed."""

    class Meta:
        verbose_name = _("filing window")
        verbose_name_plural = _("filing windows")
        constraints = [models.UniqueConstraint(fields=["address", "hour"], name="api_filingwindow_address_hour_unique")]


class RoutingWindow(Window):
    """Points routed, many in one request."""

    class Meta:
        verbose_name = _("routing window")
        verbose_name_plural = _("routing windows")
        constraints = [
            models.UniqueConstraint(fields=["address", "hour"], name="api_routingwindow_address_hour_unique")
        ]


class PhotoWindow(Window):
    """Photos sent."""

    class Meta:
        verbose_name = _("photo window")
        verbose_name_plural = _("photo windows")
        constraints = [models.UniqueConstraint(fields=["address", "hour"], name="api_photowindow_address_hour_unique")]


class SupportWindow(Window):
    """Reports joined."""

    class Meta:
        verbose_name = _("support window")
        verbose_name_plural = _("support windows")
        constraints = [
            models.UniqueConstraint(fields=["address", "hour"], name="api_supportwindow_address_hour_unique")
        ]
