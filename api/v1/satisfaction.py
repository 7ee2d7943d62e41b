"""GET /api/v1/statistics/satisfaction: what reporters say after the closing, added up."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import Public
from api.v1.filtering import in_time
from api.v1.levels import level_codes, usual_level
from api.v1.schema import query
from jurisdictions.models import Department, Jurisdiction
from reports.satisfaction import Satisfaction, by_department, by_ground

DEPARTMENTS = "department"
_NUMBER = {"type": "integer"}
_ROW = {
    "type": "object",
    "properties": {
        "city_code": {"type": "string"},
        "code": {"type": "string"},
        "name_fa": {"type": "string"},
        "name_en": {"type": "string"},
        "answers": _NUMBER,
        "solved": _NUMBER,
        "reopened": _NUMBER,
        "ratings": _NUMBER,
        "mean": {"type": "number", "nullable": True},
    },
}
_ANSWER = OpenApiResponse(
    {"type": "object", "properties": {"by": {"type": "string"}, "rows": {"type": "array", "items": _ROW}}},
    "The answers of reporters, added up.",
)


class SatisfactionView(APIView):
    """How satisfied reporters are."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(
        operation_id="readSatisfaction",
        parameters=[
            query("by", "The code of a level (district unless told), or “department”."),
            query("from", "Answers from this moment, or this day of the city."),
            query("to", "Answers before this moment, or this day of the city."),
        ],
        responses=_ANSWER,
    )
    def get(self, request: Request) -> Response:
        """Read how many reporters answered, how many said that it was solved, and how satisfied they are (1 to 5).

        Of public reports alone; of fewer than 5 ratings no mean is told.
        """
        params = Params(request.GET, known=["by", "from", "to"])
        levels = level_codes()
        by = params.choice("by", [*levels, DEPARTMENTS]) or usual_level(levels)
        within = in_time(params, moment="at", city="report__root")
        found = by_department(within=within) if by == DEPARTMENTS else by_ground(level=by, within=within)
        return Response({"by": by, "rows": _named(found, by)})


def _named(found: Iterable[Satisfaction], by: str) -> list[dict[str, Any]]:
    """With the names of what was counted, two queries for all of it."""
    cities = dict(Jurisdiction.objects.cities().values_list("pk", "code"))
    rows: Any = Department.objects.all() if by == DEPARTMENTS else Jurisdiction.objects.at_level(by)
    names = {(row.root_id or row.pk, row.code): row for row in rows}
    return [
        {
            "city_code": cities[each.root_id],
            "code": each.code,
            "name_fa": names[each.root_id, each.code].name_fa,
            "name_en": names[each.root_id, each.code].name_en,
            "answers": each.answers,
            "solved": each.solved,
            "reopened": each.reopened,
            "ratings": each.ratings,
            "mean": each.mean,
        }
        for each in found
        if (each.root_id, each.code) in names
    ]
