"""The pages of reroutings: previews made, looked at on a map, applied and undone."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.admin import MapAdmin
from geo.crs import WGS84
from geo.features import feature_collection, read_features
from geo.widgets import MapLayer, map_html
from jurisdictions.admin.ground import ground_around
from people.access import Right
from people.models import User
from persian.admin import EMPTY, moment_column
from persian.display import day_text, digits
from reports import tasks
from reports.admin.batches import BatchesAdmin, reroutes_a_city
from reports.admin.records import RecordAdmin
from reports.admin.rerouting_page import PreviewForm, page_of
from reports.admin.scope import asking
from reports.models import Report, Rerouting, ReroutingMove
from reports.rerouting import NotInState, NotYetInForce, begin_apply, begin_preview, begin_undo, carry_on

DRAWN = 5000  # reports on the map
BEGIN = {"apply": begin_apply, "undo": begin_undo}


def _zone(row: Rerouting) -> str:
    return str(row.root.time_zone)


@admin.register(Rerouting)
class ReroutingAdmin(BatchesAdmin, MapAdmin):
    """What changes of boundaries and rules move, for the dispatchers of the whole city."""

    list_display = ["pk", "what", "on_shown", "state", moment_column("made_at", gettext_lazy("made at"), zone=_zone)]
    list_display_links = ["pk", "what"]
    list_select_related = ["root", "boundary_set__level", "rule", "made_by"]
    list_filter = ["state"]
    preview_title = gettext_lazy("Preview a rerouting")
    preview_shows = gettext_lazy("A preview changes nothing: it shows which reports would move, from whom to whom.")
    at_once = 1000
    acts = BEGIN.keys()
    ordering = ["-pk"]
    fields = ["what"]

    @admin.display(description=gettext_lazy("change"))
    def what(self, obj: Rerouting) -> str:
        """The boundary set, the rule, or the city."""
        return str(obj.boundary_set or obj.rule or obj.root)

    @admin.display(description=gettext_lazy("as of"), ordering="on")
    def on_shown(self, obj: Rerouting) -> str:
        """The day that routing was asked about."""
        return day_text(obj.on)

    def preview_form(self, request: HttpRequest, *, at: datetime) -> PreviewForm:
        """One change, and how far to go."""
        return PreviewForm(request.POST if request.method == "POST" else None, viewer=asking(request), at=at)

    def begin_preview(self, form: PreviewForm, *, at: datetime, by: User | None) -> Rerouting:
        """The new rerouting."""
        return begin_preview(**form.change(), at=at, by=by)

    def carry_on(self, row: Rerouting, *, at: datetime) -> None:
        """Look at all of its reports."""
        carry_on(rerouting=row, at=at)

    def hint(self, row: Rerouting) -> None:
        """Tell the worker."""
        tasks.hint_rerouting(row)

    def begin_act(self, act: str, row: Rerouting, *, at: datetime, by: User | None) -> str:
        """Apply or undo."""
        try:
            BEGIN[act](rerouting=row, at=at, by=by)
        except NotYetInForce as early:
            day = day_text(early.first_day)
            return _("It was previewed for %(day)s: apply it from that day on.") % {"day": day}
        except NotInState:
            return _("It is in another state by now: that cannot follow.")
        return ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page in our own layout."""
        rerouting = context["original"]
        more = {"page": page_of(rerouting, at=timezone.now()), "moves_map": _map(rerouting)}
        return super().render_change_form(request, context | more, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, the moves for the map, and the doors of the verbs."""
        view = self.admin_site.admin_view(self.moves)
        return [path("<int:number>/moves/", view, name="reports_rerouting_moves"), *super().get_urls()]

    def moves(self, request: HttpRequest, number: int) -> HttpResponse:
        """The reports that move, as GeoJSON: so many as can be drawn."""
        rerouting = self.mine(request, number)
        seen = Report.objects.in_charge_of(asking(request))
        features = read_features(
            rerouting.moves.filter(report__in=seen).order_by("report")[:DRAWN],
            id="report__reference",
            geometry="report__location",
            properties={"state": F("state"), "to": F("to_department__code")},
        )
        return HttpResponse(feature_collection(features), content_type="application/geo+json")


def _map(rerouting: Rerouting) -> SafeString | str:
    """The reports that move among the ground of the day they move for."""
    box = rerouting.moves.aggregate(box=Extent("report__location"))["box"]
    if box is None:
        return ""
    about = Polygon.from_bbox(box)
    about.srid = WGS84
    moves = MapLayer(look="subject", data=reverse("admin:reports_rerouting_moves", args=[rerouting.pk]))
    return map_html(
        about=about,
        layers=[ground_around(city_id=rerouting.root_id, on=rerouting.on), moves],
        label=_("Map of the reports that move"),
    )


@admin.register(ReroutingMove)
class ReroutingMoveAdmin(RecordAdmin):
    """The reports of all reroutings, one by one."""

    right = Right.REROUTE
    list_display = ["pk", "report_link", "rerouting", "from_department", "to_department", "status", "state", "because"]
    list_display_links = ["pk"]
    list_select_related = [
        "report",
        "rerouting__boundary_set__level",
        "rerouting__rule",
        "rerouting__root",
        "from_department",
        "to_department",
    ]
    list_filter = ["state", "because"]
    ordering = ["-pk"]
    sortable_by = ["pk"]
    fields = [
        "report_link",
        "rerouting",
        "from_department",
        "to_department",
        "from_ground",
        "to_ground",
        "status",
        "state",
        "because",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the reroutings of the viewer's cities, of reports in their charge."""
        rows: QuerySet[Any] = super().get_queryset(request)
        viewer = asking(request)
        return rows if viewer.sees_everything else rows.filter(rerouting__in=Rerouting.objects.of(viewer))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever reroutes a whole city."""
        return reroutes_a_city(asking(request))

    @admin.display(description=gettext_lazy("from jurisdictions"))
    def from_ground(self, obj: ReroutingMove) -> str:
        """The codes of the jurisdictions before."""
        return _codes(obj.from_jurisdictions)

    @admin.display(description=gettext_lazy("to jurisdictions"))
    def to_ground(self, obj: ReroutingMove) -> str:
        """The codes of the jurisdictions after."""
        return _codes(obj.to_jurisdictions)


def _codes(jurisdictions: dict[str, str]) -> str:
    return digits(", ".join(f"{level} {code}" for level, code in sorted(jurisdictions.items()))) or EMPTY
