"""The staff's pages about ground: levels, jurisdictions, their boundaries, and streets."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.gis.geos import Point
from django.core.exceptions import BadRequest
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.admin import GuardedAdmin, MapAdmin
from geo.crs import WGS84
from geo.features import feature_collection, read_features
from geo.widgets import MapLayer, feature_of, map_html
from jurisdictions.admin.reference import CityFilter, NamedAdmin, ReferenceAdmin
from jurisdictions.models import Boundary, Jurisdiction, Level, Street
from persian.admin import EMPTY, period_column
from persian.display import digits, in_persian

NEAR_DEGREES = 0.03  # about 3 km: as far as one looks around a place


def name_label() -> str:
    """The property that holds the name in the active language."""
    return "name_fa" if in_persian() else "name_en"


def ground_around(*, city_id: int, on: date) -> MapLayer:
    """A layer with the jurisdictions that filled a city on a day."""
    return MapLayer(
        look="ground", data=reverse("admin:jurisdictions_boundary_on", args=[city_id, on]), label=name_label()
    )


def streets_near(place: Point) -> MapLayer:
    """A layer with the main streets around a point (WGS 84, lon/lat)."""
    address = reverse("admin:jurisdictions_street_near")
    return MapLayer(look="street", data=f"{address}?lon={place.x:.6f}&lat={place.y:.6f}", label=name_label())


def _geojson(rows: QuerySet[Any], *, geometry: str, names: dict[str, str]) -> HttpResponse:
    features = read_features(rows, id="pk", geometry=geometry, properties={each: F(of) for each, of in names.items()})
    response = HttpResponse(feature_collection(features), content_type="application/geo+json")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@admin.register(Level)
class LevelAdmin(NamedAdmin):
    """Levels, in the order of their rank."""

    list_display = ["name_fa", "name_en", "code", "rank", "closes_gaps"]
    ordering = ["rank", "code"]


@admin.register(Jurisdiction)
class JurisdictionAdmin(NamedAdmin, MapAdmin):
    """Jurisdictions, born with their boundaries: only their names are written here."""

    list_display = ["name_fa", "name_en", "level", "code", "parent"]
    list_select_related = ["level", "parent"]
    list_filter = ["level", CityFilter]
    ordering = ["level__rank", "code", "pk"]
    fields = ["code", "name_fa", "name_en", "level", "parent", "time_zone", "metric_srid", "languages", "map"]
    readonly_fields = ["level", "parent", "time_zone", "metric_srid", "languages", "map"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: `put_in_force` brings new jurisdictions with their boundaries."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a jurisdiction ends with its boundary."""
        return False

    @admin.display(description=gettext_lazy("ground today"))
    def map(self, obj: Jurisdiction) -> str:
        """The ground of the day on a map."""
        today = obj.day_at(timezone.now())
        boundary = Boundary.objects.in_force(on=today).filter(jurisdiction=obj).first()
        return _map_of(boundary, on=today) if boundary else EMPTY


def _map_of(boundary: Boundary, *, on: date) -> SafeString:
    """A boundary among what filled the city on that day."""
    return map_html(
        about=boundary.shape,
        layers=[
            ground_around(city_id=boundary.jurisdiction.city.pk, on=on),
            MapLayer(look="subject", data=feature_of(boundary.shape)),
        ],
        label=_("Map of %(place)s") % {"place": boundary.jurisdiction},
    )


@admin.register(Boundary)
class BoundaryAdmin(GuardedAdmin, MapAdmin):
    """Boundaries on a map; they come by `put_in_force` and are never drawn here."""

    list_display = ["jurisdiction", "level", period_column(gettext_lazy("in force")), "area"]
    list_select_related = ["jurisdiction__level"]
    list_filter = ["jurisdiction__level"]
    ordering = ["jurisdiction__level__rank", "jurisdiction__code", "pk"]
    search_fields = ["jurisdiction__code", "jurisdiction__name_fa", "jurisdiction__name_en"]
    fields = ["jurisdiction", "level", "boundary_set", period_column(gettext_lazy("in force")), "area", "map"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """In a list without the shapes: they are heavy, and only the map draws them."""
        return super().get_queryset(request).select_related("jurisdiction__root").defer("shape")

    @admin.display(description=gettext_lazy("level"))
    def level(self, obj: Boundary) -> str:
        """The jurisdiction's level."""
        return str(obj.jurisdiction.level)

    @admin.display(description=gettext_lazy("area (km²)"), ordering="area_m2")
    def area(self, obj: Boundary) -> str:
        """Square kilometres."""
        return digits(f"{obj.area_m2 / 1e6:.2f}")

    @admin.display(description=gettext_lazy("map"))
    def map(self, obj: Boundary) -> str:
        """The shape among those of its first day."""
        days = obj.in_force
        return _map_of(obj, on=days.lower) if days and days.lower else EMPTY

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, and the ground of a day for the maps."""
        ours = path(
            "of/<int:city_id>/on/<str:day>/",
            self.admin_site.admin_view(self.on_day, cacheable=True),
            name="jurisdictions_boundary_on",
        )
        return [ours, *super().get_urls()]

    def on_day(self, request: HttpRequest, city_id: int, day: str) -> HttpResponse:
        """The shapes that filled a city on a day, as GeoJSON."""
        try:
            on = date.fromisoformat(day)
        except ValueError as error:
            raise BadRequest("No such day.") from error
        filling = Boundary.objects.in_force(on=on).filter(jurisdiction__level__closes_gaps=True)
        rows = filling.filter(jurisdiction__root=city_id)
        names = {"name_fa": "jurisdiction__name_fa", "name_en": "jurisdiction__name_en"}
        return _geojson(rows.order_by("pk"), geometry="shape", names=names)


@admin.register(Street)
class StreetAdmin(ReferenceAdmin, MapAdmin):
    """Streets: their names are written here, their lines come with the city's data."""

    list_display = ["name_fa", "name_en", "road_class"]
    list_filter = ["road_class", CityFilter]
    search_fields = ["name_fa", "name_en"]
    ordering = ["name_fa", "pk"]
    fields = ["name_fa", "name_en", "road_class", "root", "map"]
    readonly_fields = ["root", "map"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: a street comes with its line."""
        return False

    @admin.display(description=gettext_lazy("line"))
    def map(self, obj: Street) -> SafeString:
        """The line on a map."""
        city = ground_around(city_id=obj.root_id, on=obj.root.day_at(timezone.now()))
        line = MapLayer(look="subject", data=feature_of(obj.line))
        return map_html(about=obj.line, layers=[city, line], label=_("Map of %(place)s") % {"place": obj})

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, and the streets around a place for the maps."""
        ours = path("near/", self.admin_site.admin_view(self.near, cacheable=True), name="jurisdictions_street_near")
        return [ours, *super().get_urls()]

    def near(self, request: HttpRequest) -> HttpResponse:
        """The streets around a place (`lon`, `lat`, WGS 84), as GeoJSON."""
        try:
            lon, lat = float(request.GET["lon"]), float(request.GET["lat"])
        except (KeyError, ValueError) as error:
            raise BadRequest("lon and lat are numbers.") from error
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise BadRequest("lon and lat lie nowhere.")
        box = Point(lon, lat, srid=WGS84).buffer(NEAR_DEGREES)
        rows = Street.objects.filter(line__bboverlaps=box).order_by("pk")
        return _geojson(rows, geometry="line", names={"name_fa": "name_fa", "name_en": "name_en"})
