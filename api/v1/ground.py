"""The city itself: jurisdictions, streets and categories."""

from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.conditional import FOR_LONG, answer, etag_of, redirect_to
from api.errors import Problem
from api.negotiation import GEOJSON, GeoJSONRenderer, PlainJSONRenderer
from api.params import CONTROL, Params, bad
from api.permissions import Public
from api.v1 import ground_schema as schema
from api.v1.levels import level_asked
from api.v1.outlines import collection_of, with_links
from api.v1.schema import query
from geo.features import feature_collection, read_features
from geo.outlines import WHOLE
from jurisdictions.editions import Edition, editions_at
from jurisdictions.models import Category, CategoryGroup, Jurisdiction, Level, Street


class JurisdictionsView(APIView):
    """The polygons of one level."""

    permission_classes = [Public]
    renderer_classes = [GeoJSONRenderer]

    @extend_schema(
        operation_id="listJurisdictions",
        parameters=[
            query("level", "The level's code: city, district, zone, neighborhood, …", required=True),
            *schema.OUTLINES,
        ],
        responses=schema.JURISDICTION_COLLECTION,
    )
    def get(self, request: Request) -> HttpResponse:
        """List the jurisdictions of a level with the boundaries in force today, each city on its own calendar.

        `links` names the address, `rel: canonical`, under which the same answer may be kept for long: it changes with
        the boundaries.
        """
        params = Params(request.GET, known=["level", "zoom", "city"])
        level = level_asked(params)
        asked = _asked(params)
        edition = editions_at(timezone.now(), levels=[level])[level]
        address = _address(request, edition)

        def make() -> HttpResponse:
            links = [{"rel": "canonical", "type": GEOJSON, "href": address}]
            return HttpResponse(with_links(collection_of(edition, **asked), links), content_type=GEOJSON)

        return answer(request, make, etag=etag_of(request, edition.version))


class EditionView(APIView):
    """The polygons of one level, under an address that changes with them."""

    permission_classes = [Public]
    renderer_classes = [GeoJSONRenderer]

    @extend_schema(
        operation_id="readJurisdictions",
        parameters=[schema.VERSION, *schema.OUTLINES],
        responses=schema.JURISDICTION_COLLECTION,
    )
    def get(self, request: Request, version: str, level: str) -> HttpResponse:
        """List the same jurisdictions, to be kept for a year; another version leads to the one of today."""
        params = Params(request.GET, known=["zoom", "city"])
        if not Level.objects.filter(code=CONTROL.sub("", level)).exists():
            raise Problem(status=404, code="unknown_level", detail=_("There is no such level."))
        asked = _asked(params)
        edition = editions_at(timezone.now(), levels=[level])[level]
        if version != edition.version:
            return redirect_to(_address(request, edition))

        def make() -> HttpResponse:
            return HttpResponse(collection_of(edition, **asked), content_type=GEOJSON)

        return answer(request, make, etag=etag_of(request), keep=FOR_LONG)


class StreetsView(APIView):
    """The main streets, for maps that have no other ground to draw on."""

    permission_classes = [Public]

    @extend_schema(
        operation_id="listStreets",
        parameters=[query("city", "A city's code, where there are several.")],
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


def _cities(params: Params) -> list[Jurisdiction]:
    code = params.text("city")
    cities = list(Jurisdiction.objects.cities())
    chosen = [city for city in cities if code in (None, city.code)]
    if code is not None and not chosen:
        raise bad("city", "unknown_city", _("There is no city with this code."))
    return chosen


def _asked(params: Params) -> dict[str, Any]:
    """For which zoom (None: whole shapes) and which city (None: all) outlines are asked for."""
    zoom = params.zoom()
    return {
        "zoom": WHOLE if zoom is None else min(zoom, WHOLE),
        "city": _cities(params)[0].code if params.text("city") else None,
    }


def _address(request: Request, edition: Edition) -> str:
    """The address of an edition, with what is asked of it."""
    query = request.GET.copy()
    query.pop("level", None)
    path = reverse("v1:edition", kwargs={"version": edition.version, "level": edition.level})
    return request.build_absolute_uri(f"{path}?{query.urlencode(safe=',')}".rstrip("?"))
