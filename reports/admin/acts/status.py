"""Reports taken a step further."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people.access import Right
from reports.admin.acts.common import APPLY, Acting, back, by
from reports.admin.work_forms import StepForm
from reports.handling import change_status
from reports.models import Report
from reports.refusals import REFUSALS, sentence_of


class StatusActs(Acting):
    """The act of whoever handles reports."""

    @admin.action(description=gettext_lazy("Change the status…"), permissions=["handle"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Take the chosen reports one step further, after asking where to."""
        reports = self.mine(request, queryset, Right.HANDLE)
        if not reports:
            return None
        form = StepForm(request.POST if APPLY in request.POST else None, reports=reports)
        if not form.is_valid():
            return self.ask(request, "change_status", reports, {"form": form, "title": _("Change the status")})
        done = [each for each in reports if self._step(request, each, form.step(each))]
        self.tell(request, done, ngettext("%(count)s report changed.", "%(count)s reports changed.", len(done)))
        return back(request, reports)

    def _step(self, request: HttpRequest, report: Report, given: dict[str, Any]) -> bool:
        """One report's step; where it may not be taken, a message says so."""
        try:
            with transaction.atomic():
                change_status(report=report, at=timezone.now(), by=by(request), **given)
                self.log(request, report, "status")
        except REFUSALS as refusal:
            messages.warning(request, f"{report.reference}: {sentence_of(refusal)}")
            return False
        return True
