"""The pages of reroutings: previews made, looked at on a map, applied and undone."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from geo.admin import GuardedAdmin, MapAdmin
from geo.crs import WGS84
from geo.features import feature_collection, read_features
from geo.widgets import MapLayer, map_html
from jurisdictions.admin.ground import ground_around
from people.access import Right
from people.models import User
from persian.admin import EMPTY, moment_column
from persian.display import day_text, digits
from reports import tasks
from reports.admin.records import RecordAdmin
from reports.admin.rerouting_page import PreviewForm, page_of
from reports.admin.scope import asking
from reports.models import Report, Rerouting, ReroutingMove
from reports.rerouting import NotInState, NotYetInForce, begin_apply, begin_preview, begin_undo, carry_on

AT_ONCE = 1000  # reports that a preview looks at while its maker waits
DRAWN = 5000  # reports on the map
BEGIN = {"apply": begin_apply, "undo": begin_undo}


def _zone(row: Rerouting) -> str:
    return str(row.root.time_zone)


@admin.register(Rerouting)
class ReroutingAdmin(GuardedAdmin, MapAdmin):
    """What changes of boundaries and rules move, for the dispatchers of the whole city."""

    list_display = ["pk", "what", "on_shown", "state", moment_column("made_at", gettext_lazy("made at"), zone=_zone)]
    list_display_links = ["pk", "what"]
    list_select_related = ["root", "boundary_set__level", "rule"]
    list_filter = ["state"]
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the viewer's cities."""
        keys = Rerouting.objects.of(asking(request)).values("pk")
        rows = super().get_queryset(request).select_related("root", "boundary_set__level", "rule", "made_by")
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
        form = PreviewForm(
            request.POST if request.method == "POST" else None, viewer=asking(request), at=timezone.now()
        )
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(self._page(self._preview(request, form)))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Preview a rerouting"),
            "form": form,
        }
        return TemplateResponse(request, "admin/reports/rerouting/preview.html", context)

    def _preview(self, request: HttpRequest, form: PreviewForm) -> int:
        at = timezone.now()
        rerouting = begin_preview(**form.change(), at=at, by=_by(request))
        self.log_addition(request, rerouting, [{"added": {}}])
        if rerouting.to_look_at <= AT_ONCE:
            carry_on(rerouting=rerouting, at=at)
        else:
            tasks.hint(rerouting)
        return rerouting.pk

    def _page(self, number: int) -> str:
        return reverse("admin:reports_rerouting_change", args=[number])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page in our own layout."""
        rerouting = context["original"]
        more = {"page": page_of(rerouting, at=timezone.now()), "moves_map": _map(rerouting)}
        return super().render_change_form(request, context | more, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, the moves for the map, and the doors of the two verbs."""
        view = self.admin_site.admin_view
        ours = [
            path("<int:number>/moves/", view(self.moves), name="reports_rerouting_moves"),
            path("<int:number>/<slug:act>/do/", view(require_POST(self.act)), name="reports_rerouting_act"),
        ]
        return [*ours, *super().get_urls()]

    def moves(self, request: HttpRequest, number: int) -> HttpResponse:
        """The reports that move, as GeoJSON: so many as can be drawn."""
        rerouting = self._mine(request, number)
        seen = Report.objects.in_charge_of(asking(request))
        features = read_features(
            rerouting.moves.filter(report__in=seen).order_by("report")[:DRAWN],
            id="report__reference",
            geometry="report__location",
            properties={"state": F("state"), "to": F("to_department__code")},
        )
        return HttpResponse(feature_collection(features), content_type="application/geo+json")

    def act(self, request: HttpRequest, number: int, act: str) -> HttpResponse:
        """Apply or undo: begun here, done by the worker."""
        rerouting = self._mine(request, number)
        if act not in BEGIN:
            raise Http404
        try:
            BEGIN[act](rerouting=rerouting, at=timezone.now(), by=_by(request))
        except NotYetInForce as early:
            day = day_text(early.first_day)
            messages.error(request, _("It was previewed for %(day)s: apply it from that day on.") % {"day": day})
        except NotInState:
            messages.error(request, _("It is in another state by now: that cannot follow."))
        else:
            self.log_change(request, rerouting, [{"changed": {"fields": [act]}}])
            tasks.hint(rerouting)
            messages.success(request, _("The worker is at it; this page shows how far it is."))
        return HttpResponseRedirect(self._page(number))

    def _mine(self, request: HttpRequest, number: int) -> Rerouting:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Rerouting = self.get_object(request, str(number))
        return found


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


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
        viewer = asking(request)
        return viewer.sees_everything or bool(viewer.cities(Right.REROUTE))

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
