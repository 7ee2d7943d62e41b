"""The work order of a report, as PDF."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from api.clients import language_asked_for
from api.conditional import FOR_ONE
from api.negotiation import PDFRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.desk.reading import own_report
from people.access import Right
from reports.workorder import as_pdf, work_order_of

_PDF = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, "The work order, A4.")}


class WorkOrderView(APIView):
    """What whoever goes out needs on paper."""

    permission_classes = [SignedIn]
    renderer_classes = [PDFRenderer]

    @extend_schema(operation_id="printWorkOrder", responses=_PDF)
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Print the work order, in Persian or English by `Accept-Language`; who told the report is not on it.

        The right: `see_reports`.
        """
        Params(request.GET, known=[])
        _viewer, report = own_report(request, reference, Right.SEE_REPORTS)
        language = language_asked_for()
        content = as_pdf(work_order_of(report, at=timezone.now(), language=language))
        response = HttpResponse(content, content_type=PDFRenderer.media_type)
        response["Content-Disposition"] = f'inline; filename="work-order-{report.reference}.pdf"'
        response["Content-Language"] = language
        response["Cache-Control"] = FOR_ONE
        return response
