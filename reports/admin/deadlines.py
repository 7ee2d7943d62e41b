"""The staff's pages about deadlines: recomputations previewed and applied, and the history of dates."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from geo.admin import GuardedAdmin
from jurisdictions.models import Jurisdiction
from people.access import Right, Viewer
from people.models import User
from persian.admin import moment_column
from persian.display import digits
from reports import tasks
from reports.admin.records import REPORT_CLOCK, RecordAdmin
from reports.admin.scope import asking
from reports.deadlines.recomputing import BATCH, NotToBeApplied, begin_apply, begin_preview, carry_on
from reports.models import DeadlineChange, DeadlineRun, RunState

HOUR = 3600


class CityForm(forms.Form):
    """The city whose open reports are to be reckoned anew."""

    city = forms.ModelChoiceField(Jurisdiction.objects.none(), label=gettext_lazy("city"))

    def __init__(self, data: Any, *, viewer: Viewer) -> None:
        super().__init__(data, label_suffix="")
        cities = Jurisdiction.objects.cities().order_by("name_fa", "pk")
        field = self.fields["city"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = cities if viewer.sees_everything else cities.filter(pk__in=viewer.cities(Right.REROUTE))


def _zone(row: DeadlineRun) -> str:
    return str(row.root.time_zone)


@admin.register(DeadlineRun)
class DeadlineRunAdmin(GuardedAdmin):
    """What changes of calendars and service levels move, for the dispatchers of the whole city."""

    change_form_template = "admin/reports/deadlinerun/change_form.html"
    list_display = ["pk", "root", "state", moment_column("made_at", gettext_lazy("made at"), zone=_zone), "progress"]
    list_display_links = ["pk", "root"]
    list_select_related = ["root"]
    list_filter = ["state"]
    ordering = ["-pk"]
    fields = ["root", "state", "progress", "later", "earlier", "appear", "vanish", "shift"]
    readonly_fields = ["progress", "shift"]

    @admin.display(description=gettext_lazy("reports looked at"))
    def progress(self, obj: DeadlineRun) -> str:
        """So many of how many."""
        return digits(_("%(done)d of %(all)d") % {"done": obj.looked_at, "all": obj.to_look_at})

    @admin.display(description=gettext_lazy("by how much, in hours of the clock"))
    def shift(self, obj: DeadlineRun) -> str:
        """The furthest later and earlier, and the mean of all that move."""
        moved = obj.later + obj.earlier
        mean = obj.shift_seconds / moved if moved else 0
        hours = (f"{seconds / HOUR:+.1f}" for seconds in (obj.most_later_seconds, obj.most_earlier_seconds, mean))
        later, earlier, middle = hours
        text = _("furthest later %(later)s, furthest earlier %(earlier)s, on average %(mean)s")
        return digits(text % {"later": later, "earlier": earlier, "mean": middle})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the viewer's cities."""
        keys = DeadlineRun.objects.of(asking(request)).values("pk")
        rows: QuerySet[Any] = super().get_queryset(request).select_related("root")
        return rows.filter(pk__in=keys)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; raises Http404 alike for none and for another city's."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever reroutes a whole city."""
        viewer = asking(request)
        return viewer.sees_everything or bool(viewer.cities(Right.REROUTE))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The same: `add_view` calls the verb."""
        return self.has_view_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form of a new preview; a large one is made by the worker."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CityForm(request.POST if request.method == "POST" else None, viewer=asking(request))
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(self._page(self._preview(request, form.cleaned_data["city"])))
        title = _("Preview a recomputation of deadlines")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "form": form}
        return TemplateResponse(request, "admin/reports/deadlinerun/preview.html", context)

    def _preview(self, request: HttpRequest, city: Jurisdiction) -> int:
        at = timezone.now()
        run = begin_preview(root=city, at=at, by=_by(request))
        self.log_addition(request, run, [{"added": {}}])
        if run.to_look_at <= BATCH:
            carry_on(run=run, at=at)
        else:
            tasks.hint_recomputation(run)
        return run.pk

    def _page(self, number: int) -> str:
        return reverse("admin:reports_deadlinerun_change", args=[number])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, with the button where it may be applied."""
        state = context["original"].state
        more = {
            "may_apply": state in {RunState.PREVIEWED, RunState.APPLYING},
            "is_under_way": state in {RunState.PREVIEWING, RunState.APPLYING},
        }
        return super().render_change_form(request, context | more, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, and the door of the verb."""
        view = self.admin_site.admin_view(require_POST(self.apply))
        return [path("<int:number>/apply/do/", view, name="reports_deadlinerun_apply"), *super().get_urls()]

    def apply(self, request: HttpRequest, number: int) -> HttpResponse:
        """Begun here, done by the worker."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run: DeadlineRun = self.get_object(request, str(number))
        try:
            begin_apply(run=run, at=timezone.now(), by=_by(request))
        except NotToBeApplied:
            messages.error(request, _("It is in another state by now: that cannot follow."))
        else:
            self.log_change(request, run, [{"changed": {"fields": ["apply"]}}])
            tasks.hint_recomputation(run)
            messages.success(request, _("The worker is at it; this page shows how far it is."))
        return HttpResponseRedirect(self._page(number))


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@admin.register(DeadlineChange)
class DeadlineChangeAdmin(RecordAdmin):
    """The dates that have moved, the latest first."""

    list_display = [
        "pk",
        "report_link",
        "until",
        moment_column("was", gettext_lazy("before"), zone=REPORT_CLOCK),
        moment_column("now", gettext_lazy("after"), zone=REPORT_CLOCK),
        "why",
        moment_column("at", gettext_lazy("at"), zone=REPORT_CLOCK),
        "by",
    ]
    list_display_links = ["pk"]
    list_select_related = ["report__root", "by"]
    list_filter = ["until", "why"]
    ordering = ["-pk"]
    sortable_by = ["pk"]
    fields = ["report_link", "until", "was", "now", "why", "at", "by", "run"]
