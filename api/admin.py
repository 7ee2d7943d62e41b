"""The staff's pages about what the front door remembers: to look at, never to change."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from api.models import IdempotencyKey
from geo.admin import GuardedAdmin
from persian.admin import Column, moment_column

KEY: list[Column] = ["key", "client", moment_column("made_at", _("made at"))]


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(GuardedAdmin):
    """Keys of the last day, without the answers: those hold tracking links."""

    list_display = fields = KEY
    ordering = ["-made_at", "-pk"]
