"""What all acts on reports have in common: whom they concern, what is asked first, and what is said after."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.access import Right, Viewer
from people.models import User
from persian.display import digits
from reports.admin.scope import ScopedAdmin, asking
from reports.models import Report
from reports.models.report import ReportQuerySet

AT_MOST = 100  # reports in one go
APPLY = "apply"  # the button that says: do it
BACK = "back"  # set by the page of a report: return there


class Acting(ScopedAdmin):
    """Acts on chosen reports, each as far as the viewer has the right over it."""

    def in_charge(self, rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """The reports themselves, without the detour over their keys."""
        return cast(ReportQuerySet, rows).in_charge_of(viewer, self.right)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whoever handles reports anywhere; over which, each action looks."""
        return asking(request).may(Right.HANDLE)

    def mine(self, request: HttpRequest, queryset: QuerySet[Report], right: Right) -> list[Report]:
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

    def do(self, request: HttpRequest, report: Report, verb: Callable[..., None]) -> None:
        """Call a verb of publishing; it keeps no name, so the page's history does."""
        with transaction.atomic():
            verb(report=report)
            self.log(request, report, "public text")

    def log(self, request: HttpRequest, report: Report, what: str) -> None:
        """Write into the history of the page who changed what."""
        self.log_change(request, report, [{"changed": {"fields": [what]}}])

    def ask(
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
        # Few acts ask in a way of their own.
        pages = [f"admin/reports/report/{action}.html", "admin/reports/report/act.html"]
        return TemplateResponse(request, pages, shared | context)

    def tell(self, request: HttpRequest, done: Sequence[Report], text: str) -> None:
        """Say how many it was done to."""
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


def by(request: HttpRequest) -> User | None:
    """The member of staff who acts."""
    return request.user if isinstance(request.user, User) else None


def back(request: HttpRequest, reports: Sequence[Report]) -> HttpResponse:
    """To the page or the list from which the act was asked; a page that is gone from sight gives way to the list."""
    keys = [each.pk for each in reports]
    still_seen = Report.objects.in_charge_of(asking(request)).filter(pk__in=keys)
    if BACK in request.POST and len(reports) == 1 and still_seen.exists():
        return HttpResponseRedirect(reverse("admin:reports_report_change", args=[reports[0].pk]))
    return HttpResponseRedirect(request.get_full_path())
