"""What the staff may say with a step: closing reasons and ready answers."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import viewer_of
from api.negotiation import PlainJSONRenderer
from api.params import Params, bad
from api.permissions import SignedIn
from api.v1.desk import schema
from api.v1.desk.reading import needs
from jurisdictions.models import Category
from people.access import Right
from reports.models import ClosingReason, StandardAnswer
from reports.models.answers import CLOSINGS
from reports.workflow import Status


class ReasonsView(APIView):
    """Why reports are closed."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="listReasons", parameters=schema.REASON_LIST, responses=schema.REASONS)
    def get(self, request: Request) -> Response:
        """List the closing reasons in use, in their order. The right: `see_reports`."""
        status = Params(request.GET, known=["status"]).choice("status", CLOSINGS)
        needs(viewer_of(request), Right.SEE_REPORTS)
        rows = ClosingReason.objects.filter(is_active=True).order_by("status", "rank", "code")
        chosen = rows.filter(status=status) if status else rows
        return Response({"reasons": [_named(each) | {"status": each.status} for each in chosen]})


class AnswersView(APIView):
    """Ready answers."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="listAnswers", parameters=schema.ANSWER_LIST, responses=schema.ANSWERS)
    def get(self, request: Request) -> Response:
        """List the ready answers that fit a step to a status with a report of a category, its own first.

        The right: `see_reports`.
        """
        params = Params(request.GET, known=["category", "status"])
        needs(viewer_of(request), Right.SEE_REPORTS)
        status, code = params.choice("status", Status.values), params.text("category")
        if status is None:
            raise bad("status", "required", _("Give this parameter: one of %(known)s.") % {"known": _statuses()})
        category = Category.objects.filter(code=code or "").first()
        if category is None:
            raise bad("category", "unknown_category", _("Name a category: see /api/v1/categories."))
        rows = StandardAnswer.objects.fitting(category=category, status=status).select_related("category")
        return Response({"answers": [_answer(each) for each in rows]})


def _statuses() -> str:
    return ", ".join(Status.values)


def _answer(row: StandardAnswer) -> dict[str, Any]:
    category = row.category.code if row.category else None
    return _named(row) | {"category": category, "text_fa": row.text_fa, "text_en": row.text_en}


def _named(row: ClosingReason | StandardAnswer) -> dict[str, Any]:
    return {"code": row.code, "name_fa": row.name_fa, "name_en": row.name_en}
