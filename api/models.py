"""What the front door remembers: answers already given."""

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
