"""Reports held to be one problem, or not."""

from collections.abc import Callable, Sequence

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.access import Right
from reports.admin.acts.common import Acting, back, by
from reports.admin.scope import asking
from reports.duplicates import REFUSALS, merge, sentence_of, split
from reports.models import Report


class ProblemActs(Acting):
    """The acts of whoever decides what is one problem; each can be undone among the decisions."""

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Whoever decides what is one problem anywhere; over which reports, each act looks."""
        return asking(request).may(Right.MERGE)

    @admin.action(description=gettext_lazy("They are one problem"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Hold the chosen reports, with the problems they are part of, to be one."""

        def act(reports: Sequence[Report]) -> None:
            merge(reports=reports, by=by(request), at=timezone.now())

        return self._decide(request, queryset, act, _("These reports are one problem now."))

    @admin.action(description=gettext_lazy("They are another problem"), permissions=["merge"])
    def split(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Take the chosen reports out of the problem they are part of; together they are another."""

        def act(reports: Sequence[Report]) -> None:
            split(reports=reports, by=by(request), at=timezone.now())

        return self._decide(request, queryset, act, _("These reports are another problem now."))

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[Report], act: Callable[[Sequence[Report]], None], done: str
    ) -> HttpResponse | None:
        chosen = queryset.count()
        reports = self.mine(request, queryset, Right.MERGE)
        if not reports or len(reports) < chosen:  # all of them or none: what is left of a choice is another choice
            return None
        try:
            with transaction.atomic():
                act(reports)
                for report in reports:
                    self.log(request, report, "duplicates")
        except REFUSALS as error:
            messages.error(request, sentence_of(error))
        else:
            messages.success(request, done)
        return back(request, reports)
