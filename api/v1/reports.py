"""Reports: filed, listed as GeoJSON, read one by one."""

from collections.abc import Collection
from datetime import date, datetime, time
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Case, F, Q, When
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import viewer_of
from api.errors import Problem
from api.params import Params, bad
from api.permissions import Public
from api.v1 import schema
from api.v1.filing import FilingSerializer, file_report
from api.v1.paging import next_link, position_of
from api.v1.representations import ReportSerializer, lower_levels
from geo.features import feature_collection, read_features
from jurisdictions.models import Category, Jurisdiction
from people.access import Viewer
from reports.models import Report
from reports.models.report import ReportQuerySet
from reports.references import as_reference, opens
from reports.workflow import Status

GEOJSON = "application/geo+json"
MOST = 1000


class ReportsView(APIView):
    """All reports that the viewer may know of, a page at a time; and the door for new ones."""

    permission_classes = [Public]

    @extend_schema(operation_id="listReports", parameters=schema.REPORT_LIST, responses=schema.REPORT_COLLECTION)
    def get(self, request: Request) -> HttpResponse:
        """List reports as GeoJSON, the newest first, with keyset pages."""
        levels = lower_levels()
        known = ["bbox", "category", "status", "from", "to", "limit", "after", *levels]
        params = Params(request.GET, known=known)
        limit = params.limit(default=100, most=MOST)
        rows = _chosen(Report.objects.visible_to(viewer_of(request)), params, levels)
        features = read_features(
            rows.newest_first()[: limit + 1],
            id="reference",
            geometry="public_location",
            properties=_properties(levels),
        )
        page, rest = features[:limit], features[limit:]
        links = [next_link(request, after=page[-1].id)] if rest else []
        return HttpResponse(feature_collection(page, links=links), content_type=GEOJSON)

    @extend_schema(
        operation_id="fileReport",
        parameters=[schema.IDEMPOTENCY_KEY],
        request=FilingSerializer,
        responses={201: schema.REPORT},
    )
    def post(self, request: Request) -> Response:
        """File a report: stored, routed and acknowledged before the answer."""
        Params(request.GET, known=[])
        answer = file_report(request)
        address = request.build_absolute_uri(f"/api/v1/reports/{answer['id']}")
        return Response(answer, status=201, headers={"Location": address})


class ReportView(APIView):
    """One report, by its reference."""

    permission_classes = [Public]

    @extend_schema(operation_id="readReport", parameters=[schema.TOKEN], responses=schema.REPORT)
    def get(self, request: Request, reference: str) -> Response:
        """Read one report; with the token of its tracking link, as its reporter."""
        token = Params(request.GET, known=["token"]).text("token")
        asked = as_reference(reference)
        viewer = viewer_of(request)
        if asked and token is not None and opens(reference=asked, token=token):
            viewer = Viewer(user=viewer.user, memberships=viewer.memberships, tracked=frozenset({asked}))
        reports = Report.objects.select_related("category", "department")
        report = reports.visible_to(viewer).filter(reference=asked).first() if asked else None
        if report is None:
            raise Problem(status=404, code="not_found", detail=_("There is no report with this reference."))
        insider = asked in viewer.tracked or Report.objects.in_charge_of(viewer).filter(pk=report.pk).exists()
        return Response(ReportSerializer(report, context={"insider": insider}).data)


def _properties(levels: Collection[str]) -> dict[str, Combinable]:
    """A list's properties: flat, and the public's; a coarse place hides its department as well."""
    return {
        "reference": F("reference"),
        "category": F("category__code"),
        "status": F("status"),
        "received_at": F("received_at"),
        "reported_at": F("reported_at"),
        "text": F("public_text"),
        "department_code": Case(When(category__place_precision_m=0, then=F("department__code"))),
        **{f"{level}_code": KeyTextTransform(level, "public_jurisdictions") for level in levels},
    }


def _chosen(rows: ReportQuerySet, params: Params, levels: Collection[str]) -> ReportQuerySet:
    """The rows that the parameters ask for; each parameter narrows."""
    if box := params.bbox():
        rows = rows.filter(public_location__intersects=box)
    if codes := params.words("category"):
        rows = rows.filter(category__in=_categories(codes))
    if statuses := params.words("status"):
        rows = rows.filter(status__in=_known("status", statuses, Status.values))
    for level in levels:
        if codes := params.words(level):
            rows = rows.publicly_in(level=level, codes=_jurisdictions(level, codes))
    rows = _in_time(rows, params)
    if (key := params.text("after")) is not None:
        received_at, row_id = position_of(key)
        rows = rows.filter(Q(received_at__lt=received_at) | Q(received_at=received_at, id__lt=row_id))
    return rows


def _categories(codes: list[str]) -> list[int]:
    found = dict(Category.objects.filter(code__in=codes).values_list("code", "pk"))
    return [found[code] for code in _known("category", codes, found)]


def _jurisdictions(level: str, codes: list[str]) -> list[str]:
    found = Jurisdiction.objects.at_level(level).filter(code__in=codes).values_list("code", flat=True)
    return _known(level, codes, set(found))


def _known(name: str, values: list[str], known: Collection[str]) -> list[str]:
    for value in values:
        if value not in known:
            detail = _("“%(value)s” is not a known %(name)s.") % {"value": value[:80], "name": name}
            raise bad(name, f"unknown_{name}", detail)
    return values


def _in_time(rows: ReportQuerySet, params: Params) -> ReportQuerySet:
    """Half-open: from the first moment, up to but without the second."""
    for name, lookup in (("from", "received_at__gte"), ("to", "received_at__lt")):
        bound = params.moment(name)
        if isinstance(bound, datetime):
            rows = rows.filter(**{lookup: bound})
        elif bound is not None:
            rows = rows.filter(_on_each_calendar(bound, lookup))
    return rows


def _on_each_calendar(day: date, lookup: str) -> Q:
    """A bare day begins at each city's own midnight."""
    midnights = (
        Q(root=city, **{lookup: datetime.combine(day, time.min, ZoneInfo(zone))})
        for city, zone in Jurisdiction.objects.cities().values_list("pk", "time_zone")
    )
    return reduce(or_, midnights, Q(pk__in=[]))
