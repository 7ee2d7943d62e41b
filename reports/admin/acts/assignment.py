"""Who has a report, and where and what it is: declined, given by hand, put right."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jurisdictions.routing import OutsideServiceArea
from people.access import Right
from reports.admin.acts.common import APPLY, Acting, back, by
from reports.admin.forms import CorrectionForm, DeclineForm, GivingForm
from reports.admin.scope import asking
from reports.correcting import correct
from reports.handling import ChangedMeanwhile, DepartmentNotAvailable, NotToBeDeclined, assign, decline
from reports.models import Report
from reports.tasks import hint_duplicates


class AssignmentActs(Acting):
    """The acts of departments and dispatchers."""

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Whoever gives reports to departments."""
        return asking(request).may(Right.ASSIGN)

    @admin.action(description=gettext_lazy("Not ours…"), permissions=["handle"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Say of the chosen reports that they are not the department's, after asking why."""
        reports = self.mine(request, queryset, Right.HANDLE)
        if not reports:
            return None
        form = DeclineForm(request.POST if APPLY in request.POST else None)
        if not form.is_valid():
            return self.ask(request, "decline", reports, {"form": form, "title": _("Not ours")})
        done = [each for each in reports if self._decline(request, each, form.cleaned_data["reason"])]
        self.tell(request, done, ngettext("%(count)s report declined.", "%(count)s reports declined.", len(done)))
        return back(request, reports)

    def _decline(self, request: HttpRequest, report: Report, reason: str) -> bool:
        """One report's; where it is not the viewer's to decline, a message says so."""
        if report.department and not asking(request).acts_for(report.department, Right.HANDLE):
            return _say(request, _("%(reference)s is with another department: only that one declines it."), report)
        try:
            with transaction.atomic():
                decline(report=report, reason=reason, at=timezone.now(), by=by(request))
                self.log(request, report, "department")
        except ChangedMeanwhile:
            return _say(request, _("%(reference)s has gone to another department meanwhile."), report)
        except NotToBeDeclined:
            return _say(request, _("%(reference)s is closed, or waits for a dispatcher already."), report)
        return True

    @admin.action(description=gettext_lazy("Give to a department…"), permissions=["assign"])
    def assign(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Give the chosen reports to a department, after asking to which."""
        reports = self.mine(request, queryset, Right.ASSIGN)
        if not reports:
            return None
        form = GivingForm(request.POST if APPLY in request.POST else None, reports=reports)
        if not form.is_valid():
            return self.ask(request, "assign", reports, {"form": form, "title": _("Give to a department")})
        done = [each for each in reports if self._give(request, each, form.cleaned_data)]
        self.tell(request, done, ngettext("%(count)s report given.", "%(count)s reports given.", len(done)))
        return back(request, reports)

    def _give(self, request: HttpRequest, report: Report, given: dict[str, Any]) -> bool:
        try:
            with transaction.atomic():
                is_new = assign(report=report, at=timezone.now(), by=by(request), **given)
                if is_new:
                    self.log(request, report, "department")
        except DepartmentNotAvailable:
            return _say(request, _("%(reference)s cannot be given to a department of another city."), report)
        return is_new or _say(request, _("%(reference)s is with this department already."), report)

    @admin.action(description=gettext_lazy("Move or change the category…"), permissions=["handle"])
    def correct(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Put place and category of one report right, after asking for them."""
        reports = self.mine(request, queryset, Right.HANDLE)
        if len(reports) != 1:
            if reports:
                messages.error(request, _("Choose one report for this."))
            return None
        form = CorrectionForm(request.POST if APPLY in request.POST else None, report=reports[0])
        if not form.is_valid() or not self._correct(request, reports[0], form):
            return self.ask(request, "correct", reports, {"form": form, "title": _("Move or change the category")})
        return back(request, reports)

    def _correct(self, request: HttpRequest, report: Report, form: CorrectionForm) -> bool:
        """True where it is done; else the form says why not."""
        try:
            with transaction.atomic():
                made = correct(report=report, at=timezone.now(), by=by(request), **form.correction())
                if made:
                    self.log(request, report, "place and category")
                    hint_duplicates(report)
        except OutsideServiceArea:
            form.add_error(None, _("This place lies outside the area that this service answers for."))
            return False
        if made is None:
            messages.info(request, _("%(reference)s stays as it was.") % {"reference": report.reference})
        else:
            department = report.department or _("nobody; a dispatcher decides")
            text = _("%(reference)s is put right; responsible now: %(department)s.")
            messages.success(request, text % {"reference": report.reference, "department": department})
        return True


def _say(request: HttpRequest, text: str, report: Report) -> bool:
    messages.warning(request, text % {"reference": report.reference})
    return False
