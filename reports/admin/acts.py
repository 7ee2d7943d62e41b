"""What the staff do to reports: each act calls its verb, report by report, and says how each went."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people.access import Right, Viewer
from people.models import User
from persian.display import digits
from reports.admin.forms import PublishForm, StatusForm
from reports.admin.scope import ScopedAdmin, asking
from reports.handling import TransitionNotAllowed, change_status
from reports.models import Report
from reports.models.report import ReportQuerySet
from reports.publishing import NeverPublic, hide, publish
from reports.workflow import Status

AT_MOST = 100  # reports in one go
APPLY = "apply"  # the button that says: do it
BACK = "back"  # set by the page of a report: return there


class ReportActs(ScopedAdmin):
    """The actions of the list and of the page of a report."""

    actions = ["change_status", "publish", "hide"]

    def in_charge(self, rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """The reports themselves, without the detour over their keys."""
        return cast(ReportQuerySet, rows).in_charge_of(viewer, self.right)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whoever handles reports anywhere; over which, each action looks."""
        return asking(request).may(Right.HANDLE)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whoever decides what the public sees of any report."""
        return asking(request).may(Right.PUBLISH)

    @admin.action(description=gettext_lazy("Change the status…"), permissions=["handle"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Take the chosen reports one step further, after asking where to."""
        reports = self._mine(request, queryset, Right.HANDLE)
        if not reports:
            return None
        form = StatusForm(request.POST if APPLY in request.POST else None, reports=reports)
        if not form.is_valid():
            return self._ask(request, "change_status", reports, {"form": form, "title": _("Change the status")})
        given = form.cleaned_data
        done = [each for each in reports if self._step(request, each, given)]
        self._tell(request, done, ngettext("%(count)s report changed.", "%(count)s reports changed.", len(done)))
        return _back(request, reports)

    def _step(self, request: HttpRequest, report: Report, given: dict[str, Any]) -> bool:
        """One report's step; where it may not be taken, a message says so."""
        try:
            with transaction.atomic():
                change_status(report=report, at=timezone.now(), by=_by(request), **given)
                self._log(request, report, "status")
        except TransitionNotAllowed as refusal:
            text = _("%(reference)s is “%(current)s” and cannot become “%(to)s”.") % {
                "reference": report.reference,
                "current": Status(refusal.current).label,
                "to": Status(refusal.to).label,
            }
            messages.warning(request, text)
            return False
        return True

    @admin.action(description=gettext_lazy("Show to the public…"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Show the chosen reports to the public, each under the text that is left standing."""
        reports = self._mine(request, queryset, Right.PUBLISH)
        if not reports:
            return None
        data = request.POST if APPLY in request.POST else None
        forms = [PublishForm(data, report=each) for each in reports]
        if not all(form.is_valid() for form in forms):
            return self._ask(request, "publish", reports, {"forms": forms, "title": _("Show to the public")})
        shown = [form.report for form in forms if self._show(request, form)]
        self._tell(request, shown, ngettext("%(count)s report shown.", "%(count)s reports shown.", len(shown)))
        return _back(request, reports)

    def _show(self, request: HttpRequest, form: PublishForm) -> bool:
        """One report's showing; where its category forbids it, a message says so."""
        try:
            self._do(request, form.report, partial(publish, text=form.cleaned_data["text"]))
        except NeverPublic:
            text = _("%(reference)s is not for the public: its category never is.")
            messages.warning(request, text % {"reference": form.report.reference})
            return False
        return True

    @admin.action(description=gettext_lazy("Hide from the public"), permissions=["publish"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Take the chosen reports from the public's sight."""
        reports = self._mine(request, queryset, Right.PUBLISH)
        for report in reports:
            self._do(request, report, hide)
        self._tell(request, reports, ngettext("%(count)s report hidden.", "%(count)s reports hidden.", len(reports)))
        return _back(request, reports) if reports else None

    def _mine(self, request: HttpRequest, queryset: QuerySet[Report], right: Right) -> list[Report]:
        """The chosen reports over which the viewer has the right; messages name the others."""
        chosen = list(queryset[: AT_MOST + 1])
        if len(chosen) > AT_MOST:
            text = _("At most %(count)s reports in one go: please choose fewer.")
            messages.error(request, text % {"count": digits(str(AT_MOST))})
            return []
        allowed = Report.objects.in_charge_of(asking(request), right).filter(pk__in=[each.pk for each in chosen])
        keys = set(allowed.values_list("pk", flat=True))
        for report in chosen:
            if report.pk not in keys:
                text = _("%(reference)s is not yours to do this with.") % {"reference": report.reference}
                messages.warning(request, text)
        _tell_gone(request, chosen)
        return [each for each in chosen if each.pk in keys]

    def _do(self, request: HttpRequest, report: Report, verb: Callable[..., None]) -> None:
        """Call a verb of publishing; it keeps no name, so the page's history does."""
        with transaction.atomic():
            verb(report=report)
            self._log(request, report, "public text")

    def _log(self, request: HttpRequest, report: Report, what: str) -> None:
        self.log_change(request, report, [{"changed": {"fields": [what]}}])

    def _ask(
        self, request: HttpRequest, action: str, reports: Sequence[Report], context: dict[str, Any]
    ) -> HttpResponse:
        """The page between choosing and doing."""
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "reports": reports,
            "action": action,
            "back": BACK in request.POST,
        }
        return TemplateResponse(request, f"admin/reports/report/{action}.html", shared | context)

    def _tell(self, request: HttpRequest, done: Sequence[Report], text: str) -> None:
        if done:
            messages.success(request, text % {"count": digits(str(len(done)))})


def _tell_gone(request: HttpRequest, found: Sequence[Report]) -> None:
    """Say how many of the chosen rows are out of the list by now, or of the viewer's charge."""
    gone = len(set(request.POST.getlist(ACTION_CHECKBOX_NAME)) - {str(each.pk) for each in found})
    if gone:
        text = ngettext(
            "%(count)s of the chosen reports is no longer in this list.",
            "%(count)s of the chosen reports are no longer in this list.",
            gone,
        )
        messages.warning(request, text % {"count": digits(str(gone))})


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _back(request: HttpRequest, reports: Sequence[Report]) -> HttpResponse:
    """To the page or the list from which the act was asked."""
    if BACK in request.POST and len(reports) == 1:
        return HttpResponseRedirect(reverse("admin:reports_report_change", args=[reports[0].pk]))
    return HttpResponseRedirect(request.get_full_path())
