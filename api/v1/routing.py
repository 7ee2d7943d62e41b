"""Who answers where: for a place, for up to ten thousand of them, and for a report as it was decided."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import count_points, viewer_of
from api.errors import Problem
from api.negotiation import GEOJSON
from api.params import Params, bad
from api.parsers import StrictGeoJSONParser
from api.permissions import Public, SignedIn
from api.v1 import route_schema as schema
from api.v1.places import read_places
from api.v1.refusals import no_answer, unknown_category
from api.v1.representations import point_feature, route_feature, route_features
from api.v1.schema import query
from jurisdictions.models import Category, Source
from jurisdictions.routing import Asked, OutsideServiceArea, Route, find_routes, route_from_json
from people.access import Viewer
from reports.models import Assignment, Report
from reports.references import as_reference


class RouteView(APIView):
    """Who answers for a problem at a place, without storing anything."""

    permission_classes = [Public]
    parser_classes = [StrictGeoJSONParser]

    @extend_schema(
        operation_id="findRoute",
        parameters=[
            query("lon", "Longitude, WGS 84.", required=True),
            query("lat", "Latitude, WGS 84.", required=True),
            *schema.ROUTE_QUESTION,
            query("accuracy_m", "How far off the place may be, in metres: names all who may answer."),
        ],
        responses=schema.ROUTE,
    )
    def get(self, request: Request) -> HttpResponse:
        """Find the jurisdictions and the department responsible, and say why."""
        return read_route(request._request, viewer_of(request))

    @extend_schema(
        operation_id="findRoutes",
        parameters=schema.ROUTE_QUESTION,
        request={"application/geo+json": schema.PLACES},
        responses=schema.ROUTES,
    )
    def post(self, request: Request) -> Response:
        """Answer a FeatureCollection of up to 10,000 points, in their order.

        A point's properties `category`, `source` and `accuracy_m` come before the query's. A point that cannot be
        answered gets a `problem` (code, detail, field) in its place, and all others their answer. Without a token an
        address has so many points an hour: 429 with Retry-After beyond.
        """
        params = Params(request.GET, known=["category", "source", "on"])
        category, source = params.text("category") or "", _source(params)
        _refuse_unknown(category)
        places = read_places(request.data, category=category, source=source)
        now, asked = timezone.now(), [each for each in places.asked if each]
        if not request.user.is_authenticated:
            count_points(request, at=now, points=len(asked))
        answered = iter(_answered(asked, find_routes(asked, on=params.moment("on") or now)))
        features = []
        for given, question, problem in zip(places.ids, places.asked, places.problems, strict=True):
            feature = next(answered) if question else _with_problem(None, problem)
            features.append(feature if given is None else feature | {"id": given})
        return Response({"type": "FeatureCollection", "features": features})


def read_route(request: HttpRequest, _viewer: Viewer) -> HttpResponse:
    """Who answers for a problem at a place, the same for every viewer. Raises Problem."""
    params = Params(request.GET, known=["lon", "lat", "category", "source", "on", "accuracy_m"])
    asked = _asked(params)
    [answer] = find_routes([asked], on=params.moment("on") or timezone.now())
    if isinstance(answer, OutsideServiceArea):
        _refuse_unknown(asked.category)
        raise no_answer(answer)
    if asked.category and not (answer.category and answer.category.is_active):
        raise unknown_category(asked.category)
    return _geojson(route_feature(answer))


class ReportRouteView(APIView):
    """Why a report went where it is."""

    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="explainReport",
        parameters=[query("on", "Decide it again as of that day or moment; as then, unless told.")],
        responses=schema.REPORT_ROUTE,
    )
    def get(self, request: Request, reference: str) -> Response:
        """Show the stored decision, decide it again, and name what differs. For staff with the report in sight."""
        params = Params(request.GET, known=["on"])
        asked = as_reference(reference)
        reports = Report.objects.in_charge_of(viewer_of(request))
        report = reports.filter(reference=asked).first() if asked else None
        if report is None:
            detail = _("There is no report with this reference in your charge.")
            raise Problem(status=404, code="not_found", detail=detail)
        stored = route_from_json(Assignment.objects.get(report=report, ended_at__isnull=True).route)
        [again] = find_routes([stored.asked], on=params.moment("on") or stored.moment)
        replayed = None if isinstance(again, OutsideServiceArea) else again
        return Response(
            route_feature(stored)
            | {
                "id": report.reference,
                "replayed": route_feature(replayed)["properties"] if replayed else None,
                "differs": stored.differences(replayed),
            }
        )


def _geojson(feature: dict[str, Any]) -> HttpResponse:
    """The bytes at once: to render them later through a template response costs a tenth of this answer's time."""
    text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return HttpResponse(text.encode(), content_type=GEOJSON)


def _asked(params: Params) -> Asked:
    lon, lat = read_location(params)
    return Asked(
        lon=lon,
        lat=lat,
        category=params.text("category") or "",
        source=_source(params),
        accuracy_m=read_accuracy(params) or 0.0,
    )


def read_accuracy(params: Params) -> float | None:
    """How far off the place may be, in metres; None where nothing is said. Raises Problem."""
    accuracy_m = params.number("accuracy_m")
    if accuracy_m is not None and not 0 <= accuracy_m <= 100_000:
        raise bad("accuracy_m", "invalid_number", _("Accuracy is a number of metres, from 0 to 100,000."))
    return accuracy_m


def read_location(params: Params) -> tuple[float, float]:
    """Longitude and latitude. Raises Problem."""
    lon, lat = params.required_number("lon"), params.required_number("lat")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        detail = _("Longitude lies between -180 and 180, latitude between -90 and 90.")
        raise bad("lon" if abs(lon) > 180 else "lat", "coordinates_out_of_range", detail)
    return lon, lat


def _source(params: Params) -> str:
    source = params.text("source") or ""
    if source and source not in Source.values:
        detail = _("Use one of: %(known)s.") % {"known": ", ".join(Source.values)}
        raise bad("source", "unknown_value", detail)
    return source


def _refuse_unknown(category: str) -> None:
    if category and not Category.objects.active().filter(code=category).exists():
        raise unknown_category(category)


def _answered(asked: Sequence[Asked], answers: Sequence[Route | OutsideServiceArea]) -> Iterator[dict[str, Any]]:
    """A feature for each answer."""
    found = iter(route_features([each for each in answers if isinstance(each, Route)]))
    for question, answer in zip(asked, answers, strict=True):
        if isinstance(answer, Route):
            yield next(found)
        else:
            refused = no_answer(answer)
            yield _with_problem(question, {"code": refused.code, "detail": refused.detail, **refused.more})


def _with_problem(asked: Asked | None, problem: Mapping[str, Any] | None) -> dict[str, Any]:
    feature = point_feature(lon=asked.lon, lat=asked.lat) if asked else {"type": "Feature", "geometry": None}
    return feature | {"properties": {"problem": problem}}
