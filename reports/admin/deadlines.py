"""The staff's pages about deadlines: recomputations previewed and applied, and the history of dates."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jurisdictions.models import Jurisdiction
from people.access import Right, Viewer
from people.models import User
from persian.admin import moment_column
from persian.display import digits
from reports import tasks
from reports.admin.batches import BatchesAdmin
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
class DeadlineRunAdmin(BatchesAdmin):
    """What changes of calendars and service levels move, for the dispatchers of the whole city."""

    change_form_template = "admin/reports/deadlinerun/change_form.html"
    list_display = ["pk", "root", "state", moment_column("made_at", gettext_lazy("made at"), zone=_zone), "progress"]
    list_display_links = ["pk", "root"]
    list_select_related = ["root"]
    list_filter = ["state"]
    preview_title = gettext_lazy("Preview a recomputation of deadlines")
    preview_shows = gettext_lazy(
        "A preview changes nothing: it shows how many dates of open reports would move, and by how much."
    )
    at_once = BATCH
    acts = ("apply",)
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

    def preview_form(self, request: HttpRequest, *, at: datetime) -> CityForm:
        """Which city."""
        return CityForm(request.POST if request.method == "POST" else None, viewer=asking(request))

    def begin_preview(self, form: CityForm, *, at: datetime, by: User | None) -> DeadlineRun:
        """The new recomputation."""
        return begin_preview(root=form.cleaned_data["city"], at=at, by=by)

    def carry_on(self, row: DeadlineRun, *, at: datetime) -> None:
        """Reckon all of its reports."""
        carry_on(run=row, at=at)

    def hint(self, row: DeadlineRun) -> None:
        """Tell the worker."""
        tasks.hint_recomputation(row)

    def begin_act(self, act: str, row: DeadlineRun, *, at: datetime, by: User | None) -> str:
        """Apply."""
        try:
            begin_apply(run=row, at=at, by=by)
        except NotToBeApplied:
            return _("It is in another state by now: that cannot follow.")
        return ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, with the button where it may be applied."""
        run = context["original"]
        more = {
            "may_apply": run.state in {RunState.PREVIEWED, RunState.APPLYING},
            "is_under_way": run.is_under_way,
        }
        return super().render_change_form(request, context | more, *args, **kwargs)


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
