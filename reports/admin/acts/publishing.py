"""What the public sees of reports, decided by hand."""

from functools import partial

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people.access import Right
from reports.admin.acts.common import APPLY, Acting, back
from reports.admin.forms import PublishForm
from reports.admin.scope import asking
from reports.models import Report
from reports.publishing import NeverPublic, hide, publish


class PublishingActs(Acting):
    """The acts of whoever decides what the public sees."""

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whoever decides what the public sees of any report."""
        return asking(request).may(Right.PUBLISH)

    @admin.action(description=gettext_lazy("Show to the public…"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Show the chosen reports to the public, each under the text that is left standing."""
        reports = self.mine(request, queryset, Right.PUBLISH)
        if not reports:
            return None
        data = request.POST if APPLY in request.POST else None
        forms = [PublishForm(data, report=each) for each in reports]
        if not all(form.is_valid() for form in forms):
            return self.ask(request, "publish", reports, {"forms": forms, "title": _("Show to the public")})
        shown = [form.report for form in forms if self._show(request, form)]
        self.tell(request, shown, ngettext("%(count)s report shown.", "%(count)s reports shown.", len(shown)))
        return back(request, reports)

    def _show(self, request: HttpRequest, form: PublishForm) -> bool:
        """One report's showing; where its category forbids it, a message says so."""
        try:
            self.do(request, form.report, partial(publish, text=form.cleaned_data["text"]))
        except NeverPublic:
            text = _("%(reference)s is not for the public: its category never is.")
            messages.warning(request, text % {"reference": form.report.reference})
            return False
        return True

    @admin.action(description=gettext_lazy("Hide from the public"), permissions=["publish"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Take the chosen reports from the public's sight."""
        reports = self.mine(request, queryset, Right.PUBLISH)
        for report in reports:
            self.do(request, report, hide)
        self.tell(request, reports, ngettext("%(count)s report hidden.", "%(count)s reports hidden.", len(reports)))
        return back(request, reports) if reports else None
