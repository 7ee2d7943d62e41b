"""The city itself: jurisdictions, streets and categories."""

from typing import Any

from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.negotiation import PlainJSONRenderer
from api.params import Params, bad
from api.permissions import Public
from api.v1 import schema
from geo.features import feature_collection, read_features
from jurisdictions.models import Boundary, Category, CategoryGroup, Jurisdiction, Level, Street

GEOJSON = "application/geo+json"


class JurisdictionsView(APIView):
    """The polygons of one level."""

    permission_classes = [Public]

    @extend_schema(
        operation_id="listJurisdictions",
        parameters=[
            schema.query("level", "The level's code: city, district, zone, neighborhood, …", required=True),
            schema.query("city", "A city's code, where there are several."),
        ],
        responses=schema.JURISDICTION_COLLECTION,
    )
    def get(self, request: Request) -> HttpResponse:
        """List the jurisdictions of a level with the boundaries in force today, each city on its own calendar."""
        params = Params(request.GET, known=["level", "city"])
        level = _level(params)
        rows = Boundary.objects.filter(_today(_cities(params)), jurisdiction__level=level)
        features = read_features(
            rows.order_by("jurisdiction__root__code", "jurisdiction__id"),
            id="jurisdiction__code",
            geometry="shape",
            properties={
                "level": F("jurisdiction__level__code"),
                "code": F("jurisdiction__code"),
                "name_fa": F("jurisdiction__name_fa"),
                "name_en": F("jurisdiction__name_en"),
                "parent_level": F("jurisdiction__parent__level__code"),
                "parent_code": F("jurisdiction__parent__code"),
                "city_code": Coalesce(F("jurisdiction__root__code"), F("jurisdiction__code")),
                "first_day": Func(F("in_force"), function="lower"),
            },
        )
        return HttpResponse(feature_collection(features), content_type=GEOJSON)


class StreetsView(APIView):
    """The main streets, for maps that have no other ground to draw on."""

    permission_classes = [Public]

    @extend_schema(
        operation_id="listStreets",
        parameters=[schema.query("city", "A city's code, where there are several.")],
        responses=schema.STREET_COLLECTION,
    )
    def get(self, request: Request) -> HttpResponse:
        """List the main streets as lines."""
        cities = _cities(Params(request.GET, known=["city"]))
        features = read_features(
            Street.objects.filter(root__in=cities).order_by("id"),
            id="id",
            geometry="line",
            properties={"name_fa": F("name_fa"), "name_en": F("name_en"), "road_class": F("road_class")},
        )
        return HttpResponse(feature_collection(features), content_type=GEOJSON)


class CategoriesView(APIView):
    """What a report can be filed under."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="listCategories", responses=schema.CATEGORIES)
    def get(self, request: Request) -> Response:
        """List the categories in their groups, in the order of a form."""
        Params(request.GET, known=[])
        groups = CategoryGroup.objects.order_by("rank", "code")
        categories = list(Category.objects.active().order_by("rank", "code"))
        return Response(
            {
                "groups": [
                    _named(group) | {"categories": [_named(each) for each in categories if each.group_id == group.pk]}
                    for group in groups
                ]
            }
        )


def _named(row: Category | CategoryGroup) -> dict[str, Any]:
    return {"code": row.code, "name_fa": row.name_fa, "name_en": row.name_en}


def _level(params: Params) -> Level:
    code = params.text("level")
    level = Level.objects.filter(code=code).first() if code else None
    if level is None:
        known = ", ".join(Level.objects.order_by("rank").values_list("code", flat=True))
        detail = _("Name a level; known are: %(known)s.") % {"known": known}
        raise bad("level", "unknown_level" if code else "required", detail)
    return level


def _cities(params: Params) -> list[Jurisdiction]:
    code = params.text("city")
    cities = list(Jurisdiction.objects.cities())
    chosen = [city for city in cities if code in (None, city.code)]
    if code is not None and not chosen:
        raise bad("city", "unknown_city", _("There is no city with this code."))
    return chosen


def _today(cities: list[Jurisdiction]) -> Q:
    now = timezone.now()
    found = Q(pk__in=[])
    for city in cities:
        ours = Q(jurisdiction__root=city) | Q(jurisdiction=city)
        found |= ours & Q(in_force__contains=city.day_at(now))
    return found
