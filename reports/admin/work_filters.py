"""By what the staff narrow their inbox: what is in their hands, what nobody has accepted, what nobody will have."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from geo.admin import AnyModelAdmin
from people.models import User
from reports.models.report import ReportQuerySet

MINE, UNACCEPTED, CONTESTED, OPEN = "mine", "unaccepted", "contested", "open"


class InboxFilter(admin.SimpleListFilter):
    """What is to be done now, each choice by the same sentence as the desk's API."""

    title = _("inbox")
    parameter_name = "inbox"

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> list[tuple[str, Any]]:
        """The choices."""
        return [
            (OPEN, _("open")),
            (MINE, _("in my hands")),
            (UNACCEPTED, _("not accepted")),
            (CONTESTED, _("refused again and again")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the choice."""
        assert isinstance(queryset, ReportQuerySet)  # noqa: S101 - this filter is of the list of reports
        choice, user = self.value(), request.user
        if choice is None:
            return queryset
        if choice == OPEN:
            return queryset.open()
        if choice == MINE and isinstance(user, User):
            return queryset.in_hands_of(user)
        if choice == UNACCEPTED:
            return queryset.unaccepted()
        if choice == CONTESTED:
            return queryset.contested()
        raise IncorrectLookupParameters
