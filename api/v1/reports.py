"""Reports: filed, listed as GeoJSON, read one by one."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import reader_of, viewer_of
from api.errors import Problem
from api.params import Params
from api.parsers import StrictJSONParser
from api.permissions import Public
from api.uploads import PhotosParser
from api.v1 import schema
from api.v1.filing import FilingSerializer, file_report
from api.v1.listing import RENDERERS, list_reports
from api.v1.photo_schema import FILING_FORM
from api.v1.representations import ReportSerializer
from reports.models import Report
from reports.references import as_reference


class ReportsView(APIView):
    """All reports that the viewer may know of, a page at a time; and the door for new ones."""

    permission_classes = [Public]
    parser_classes = [StrictJSONParser, PhotosParser]

    def get_renderers(self) -> list[BaseRenderer]:
        """Lists come in several forms, a new report in one."""
        forms = RENDERERS if self.request.method in {"GET", "HEAD"} else RENDERERS[:1]
        return [form() for form in forms]

    @extend_schema(operation_id="listReports", parameters=schema.REPORT_LIST, responses=schema.REPORT_COLLECTION)
    def get(self, request: Request) -> HttpResponse:
        """List reports, the newest first unless told, a page at a time; `next` and `prev` links lead on and back.

        GeoJSON, GeoJSON text sequences, lines of features or compact arrays, by `Accept` or by `f`.
        """
        form = request.accepted_renderer.format
        return list_reports(request._request, viewer_of(request), usual=form)

    @extend_schema(
        operation_id="fileReport",
        parameters=[schema.IDEMPOTENCY_KEY],
        request={"application/json": FilingSerializer, "multipart/form-data": FILING_FORM},
        responses={201: schema.REPORT},
    )
    def post(self, request: Request) -> Response:
        """File a report: stored, routed and acknowledged before the answer.

        As JSON alone, or as a form: the JSON in a part named `report`, photos in parts named `photo`.
        """
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
        viewer = reader_of(request, reference=asked, token=token)
        reports = Report.objects.select_related("category", "department", "deadline")
        report = reports.visible_to(viewer).filter(reference=asked).first() if asked else None
        if report is None:
            raise Problem(status=404, code="not_found", detail=_("There is no report with this reference."))
        insider = asked in viewer.tracked or Report.objects.in_charge_of(viewer).filter(pk=report.pk).exists()
        return Response(ReportSerializer(report, context={"insider": insider}).data)
