"""Problems with several reports as a list of their main reports."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from api.clients import viewer_of
from api.permissions import Public
from api.v1 import schema
from api.v1.kinds import PROBLEMS
from api.v1.listing import RENDERERS, list_reports


class ProblemsView(APIView):
    """All problems of which the public may know of two reports and more."""

    permission_classes = [Public]

    def get_renderers(self) -> list[BaseRenderer]:
        """As lists of reports come."""
        return [form() for form in RENDERERS]

    @extend_schema(
        operation_id="listDuplicateClusters", parameters=schema.REPORT_LIST, responses=schema.PROBLEM_COLLECTION
    )
    def get(self, request: Request) -> HttpResponse:
        """List problems with several reports, each at the place of its main report, which the filters are about.

        How many public reports tell of it, since when and under which categories; filters and pages as of reports.
        """
        form = request.accepted_renderer.format
        return list_reports(request._request, viewer_of(request), usual=form, of=PROBLEMS)
