"""The staff's pages about what the front door remembers: to look at, never to change."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from api.models import FilingWindow, IdempotencyKey, PhotoWindow, RoutingWindow, SupportWindow
from geo.admin import GuardedAdmin
from persian.admin import Column, moment_column

KEY: list[Column] = ["key", "client", moment_column("made_at", _("made at"))]
WINDOW: list[Column] = ["address", moment_column("hour", _("hour")), "count"]


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(GuardedAdmin):
    """Keys of the last day, without the answers: those hold tracking links."""

    list_display = fields = KEY
    ordering = ["-made_at", "-pk"]


@admin.register(FilingWindow)
class FilingWindowAdmin(GuardedAdmin):
    """How often addresses have filed anonymously."""

    list_display = fields = WINDOW
    ordering = ["-hour", "-pk"]


@admin.register(RoutingWindow)
class RoutingWindowAdmin(GuardedAdmin):
    """How many points addresses have had routed anonymously."""

    list_display = fields = WINDOW
    ordering = ["-hour", "-pk"]


@admin.register(PhotoWindow)
class PhotoWindowAdmin(GuardedAdmin):
    """How many photos addresses have sent anonymously."""

    list_display = fields = WINDOW
    ordering = ["-hour", "-pk"]


@admin.register(SupportWindow)
class SupportWindowAdmin(GuardedAdmin):
    """How many reports addresses have joined anonymously."""

    list_display = fields = WINDOW
    ordering = ["-hour", "-pk"]
