"""GET /api/v1/statistics/deadlines: how well dates are kept."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import Public
from api.timeouts import query_timeout
from api.v1.filtering import in_time
from api.v1.levels import level_codes, usual_level
from api.v1.schema import TEXT, query
from jurisdictions.models import Jurisdiction
from reports.deadlines.counting import Kept, kept_by_ground

_COUNT = {"type": "integer", "minimum": 0}
_ROW = {
    "type": "object",
    "properties": {
        "city_code": TEXT,
        "code": TEXT,
        "name_fa": TEXT,
        "name_en": TEXT,
        **dict.fromkeys(("reports", "resolved", "kept", "missed", "open_overdue"), _COUNT),
        "share_kept": {"type": "number", "nullable": True, "minimum": 0, "maximum": 1},
        "median_working_hours": {"type": "number", "nullable": True},
    },
}
_ANSWER = OpenApiResponse(
    {"type": "object", "properties": {"level": TEXT, "rows": {"type": "array", "items": _ROW}}},
    "The dates of public reports, and what became of them.",
)


class KeptView(APIView):
    """How well dates are kept."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(
        operation_id="readKeptDeadlines",
        parameters=[
            query("level", "The code of a level; district unless told."),
            query("from", "Reports that came in from this moment, or this day of the city."),
            query("to", "Reports that came in before this moment, or this day of the city."),
        ],
        responses=_ANSWER,
    )
    def get(self, request: Request) -> Response:
        """Read how many reports were resolved by their date, how many were not, and in how many working hours.

        Of public reports alone, by their public place. `missed` are those resolved late and those open past their date;
        `share_kept` is kept through kept and missed. Of fewer than 5 resolved reports no median is told.
        """
        params = Params(request.GET, known=["level", "from", "to"])
        levels = level_codes()
        level = params.choice("level", levels) or usual_level(levels)
        within = in_time(params, moment="report__received_at", city="report__root")
        with query_timeout():
            found = kept_by_ground(level=level, within=within, at=timezone.now())
        return Response({"level": level, "rows": _named(found, level)})


def _named(found: list[Kept], level: str) -> list[dict[str, Any]]:
    """With the names of the jurisdictions; two queries for all of them."""
    cities = dict(Jurisdiction.objects.cities().values_list("pk", "code"))
    names = {(row.root_id or row.pk, row.code): row for row in Jurisdiction.objects.at_level(level)}
    return [_row(each, cities[each.root_id], names[each.root_id, each.code]) for each in found if _key(each) in names]


def _key(kept: Kept) -> tuple[int, str]:
    return kept.root_id, kept.code


def _row(kept: Kept, city: str, place: Jurisdiction) -> dict[str, Any]:
    values = asdict(kept)
    median = values.pop("median_hours")
    del values["root_id"]
    named = {"city_code": city, "code": kept.code, "name_fa": place.name_fa, "name_en": place.name_en}
    return named | values | {"median_working_hours": median}
