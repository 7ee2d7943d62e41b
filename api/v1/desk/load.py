"""Who has how much in hand."""

from dataclasses import asdict

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import viewer_of
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.desk import schema
from api.v1.desk.reading import needs
from people.access import Right
from reports.load import loads_for


class LoadView(APIView):
    """The load of people, crews and contractors."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readLoad", responses=schema.LOAD)
    def get(self, request: Request) -> Response:
        """Read how many open reports, and how many overdue, everybody has in hand who works for your departments.

        The right: `see_reports`.
        """
        Params(request.GET, known=[])
        viewer = needs(viewer_of(request), Right.SEE_REPORTS)
        return Response(asdict(loads_for(viewer, at=timezone.now(), language=get_language() or "fa")))
