"""The staff's pages about the outbox: to look at, and to try again what failed."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from geo.admin import GuardedAdmin
from notifications.models import Message, MessageQuerySet
from notifications.outbox import try_again
from persian.admin import moment_column
from persian.display import digits

SHOWN = 3  # characters of an address that tell it from others and reach nobody


@admin.register(Message)
class MessageAdmin(GuardedAdmin):
    """Messages. To whom they go and what they say (a tracking link) is a superuser's to see, and not in lists."""

    list_display = ["key", "channel", "state", "attempts", moment_column("written_at", _("written at"))]
    list_filter = ["state", "channel"]
    search_fields = ["=key"]
    search_help_text = _("The whole key.")
    ordering = ["-written_at", "-pk"]
    actions = ["send_again"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """All there is to know; the address masked and the text left out unless a superuser asks."""
        to_whom = ["to", "subject", "body"] if request.user.is_superuser else ["masked_to"]
        error = "last_error" if request.user.is_superuser else "masked_error"
        return [
            "key",
            "message_id",
            "channel",
            *to_whom,
            "language",
            "state",
            "attempts",
            moment_column("written_at", _("written at")),
            moment_column("due_at", _("due at")),
            moment_column("sent_at", _("sent at")),
            "gateway_reference",
            error,
        ]

    @admin.display(description=_("to"))
    def masked_to(self, obj: Message) -> str:
        """Enough of the address to recognize it."""
        return f"{obj.to[:SHOWN]}…"

    @admin.display(description=_("last error"))
    def masked_error(self, obj: Message) -> str:
        """What went wrong; servers like to repeat the address."""
        return obj.last_error.replace(obj.to, self.masked_to(obj))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Whom Django's permissions let change messages, though no form here does."""
        return request.user.has_perm("notifications.change_message")

    @admin.action(description=_("Try again"), permissions=["retry"])
    def send_again(self, request: HttpRequest, queryset: MessageQuerySet) -> None:
        """Make the chosen ones due now; what is sent or being sent stays so."""
        chosen = queryset.count()
        again = try_again(messages=queryset, at=timezone.now())
        text = ngettext("%(count)s message will be tried again.", "%(count)s messages will be tried again.", again)
        messages.success(request, text % {"count": digits(str(again))})
        if again < chosen:
            text = ngettext(
                "%(count)s message is sent or being sent already.",
                "%(count)s messages are sent or being sent already.",
                chosen - again,
            )
            messages.warning(request, text % {"count": digits(str(chosen - again))})
