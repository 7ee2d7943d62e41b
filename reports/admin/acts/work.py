"""The work on reports: accepted, put into hands and taken back, noted, ticked off."""

from collections.abc import Callable
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
from reports.admin.scope import asking
from reports.admin.work_forms import ChecklistForm, DelegationForm, InternalNoteForm
from reports.handling import (
    ChangedMeanwhile,
    Hands,
    NothingToAccept,
    NothingToDelegate,
    NotTheirWork,
    accept,
    check_item,
    delegate,
    take_back,
)
from reports.models import Report
from reports.noting import write_note


class WorkActs(Acting):
    """The acts of those who do the work of a department."""

    @admin.action(description=gettext_lazy("Accept"), permissions=["handle"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Accept the chosen reports for the departments that have them."""
        reports = self.mine(request, queryset, Right.HANDLE)
        done = [each for each in reports if self._accept(request, each)]
        self.tell(request, done, ngettext("%(count)s report accepted.", "%(count)s reports accepted.", len(done)))
        return back(request, reports) if reports else None

    def _accept(self, request: HttpRequest, report: Report) -> bool:
        if report.department and not asking(request).acts_for(report.department, Right.HANDLE):
            return _say(request, _("%(reference)s is with another department: only that one accepts it."), report)
        try:
            with transaction.atomic():
                is_new = accept(report=report, at=timezone.now(), by=by(request))
                if is_new:
                    self.log(request, report, "accepted")
        except ChangedMeanwhile:
            return _say(request, _("%(reference)s has gone to another department meanwhile."), report)
        except NothingToAccept:
            return _say(request, _("%(reference)s is closed, or waits for a dispatcher."), report)
        return is_new or _say(request, _("%(reference)s is accepted already."), report)

    @admin.action(description=gettext_lazy("Put into hands…"), permissions=["handle"])
    def delegate(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Put the chosen reports into the hands of a person, a crew or a contractor, after asking whose."""
        reports = self.mine(request, queryset, Right.HANDLE)
        if not reports:
            return None
        on = reports[0].root.day_at(timezone.now())
        form = DelegationForm(request.POST if APPLY in request.POST else None, reports=reports, on=on)
        if not form.is_valid():
            return self.ask(request, "delegate", reports, {"form": form, "title": _("Put into hands")})
        to, given = form.chosen(), form.cleaned_data
        done = [each for each in reports if self._delegate(request, each, to, given)]
        text = ngettext(
            "%(count)s report is in other hands now.", "%(count)s reports are in other hands now.", len(done)
        )
        self.tell(request, done, text)
        return back(request, reports)

    def _delegate(self, request: HttpRequest, report: Report, to: Hands, given: dict[str, Any]) -> bool:
        more = {name: given[name] for name in ("note", "external_reference")}
        try:
            with transaction.atomic():
                delegate(report=report, to=to, at=timezone.now(), by=by(request), **more)
                self.log(request, report, "hands")
        except NothingToDelegate:
            return _say(request, _("%(reference)s is closed, or waits for a dispatcher."), report)
        except NotTheirWork:
            return _say(request, _("%(reference)s is with a department that they do not work for."), report)
        return True

    @admin.action(description=gettext_lazy("Take out of their hands"), permissions=["handle"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Take the chosen reports out of the hands that have them."""
        return self._each(request, queryset, self._take_back, _taken_back)

    def _take_back(self, request: HttpRequest, report: Report) -> bool:
        with transaction.atomic():
            taken = take_back(reports=[report.pk], at=timezone.now())
            if taken:
                self.log(request, report, "hands")
        return taken or _say(request, _("%(reference)s is in nobody's hands."), report)

    @admin.action(description=gettext_lazy("Write an internal note…"), permissions=["handle"])
    def write_note(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Write an internal note on the chosen reports, after asking what."""
        reports = self.mine(request, queryset, Right.HANDLE)
        if not reports:
            return None
        form = InternalNoteForm(request.POST if APPLY in request.POST else None)
        if not form.is_valid():
            return self.ask(request, "write_note", reports, {"form": form, "title": _("Write an internal note")})
        for report in reports:
            write_note(report=report, text=form.cleaned_data["text"], at=timezone.now(), by=by(request))
        self.tell(request, reports, ngettext("%(count)s note written.", "%(count)s notes written.", len(reports)))
        return back(request, reports)

    @admin.action(description=gettext_lazy("Tick the checklist…"), permissions=["handle"])
    def tick(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Note what of the checklist of one report is done, after asking what."""
        reports = self.mine(request, queryset, Right.HANDLE)
        if len(reports) != 1:
            if reports:
                messages.error(request, _("Choose one report for this."))
            return None
        form = ChecklistForm(request.POST if APPLY in request.POST else None, report=reports[0])
        if not form.is_valid():
            return self.ask(request, "tick", reports, {"form": form, "title": _("Checklist")})
        self._tick(request, reports[0], form)
        return back(request, reports)

    def _tick(self, request: HttpRequest, report: Report, form: ChecklistForm) -> None:
        with transaction.atomic():
            changed = [
                check_item(
                    report=report, item=item, is_done=form.cleaned_data[item.code], at=timezone.now(), by=by(request)
                )
                for item in form.items
            ]
            if any(changed):
                self.log(request, report, "checklist")
        messages.success(request, _("The checklist of %(reference)s is kept.") % {"reference": report.reference})

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Report],
        act: Callable[[HttpRequest, Report], bool],
        text: Callable[[int], str],
    ) -> HttpResponse | None:
        reports = self.mine(request, queryset, Right.HANDLE)
        done = [each for each in reports if act(request, each)]
        self.tell(request, done, text(len(done)))
        return back(request, reports) if reports else None


def _taken_back(count: int) -> str:
    return ngettext("%(count)s report is in nobody's hands now.", "%(count)s reports are in nobody's hands now.", count)


def _say(request: HttpRequest, text: str, report: Report) -> bool:
    messages.warning(request, text % {"reference": report.reference})
    return False
