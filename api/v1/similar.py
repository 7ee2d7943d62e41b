"""Before filing: which reports tell of the same problem already, with the reasons feature by feature."""

import re
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from api.clients import count_question, viewer_of
from api.conditional import FOR_ONE
from api.negotiation import GEOJSON
from api.params import Params, bad
from api.permissions import Public
from api.timeouts import query_timeout
from api.v1 import similar_schema as schema
from api.v1.bodies import StrictSerializer, validated
from api.v1.fields import AccuracyField, PointField, TextField
from api.v1.photo_shapes import public_address
from api.v1.refusals import find_category
from api.v1.representations import point_feature, status_name
from api.v1.routing import read_accuracy, read_location
from geo.crs import WGS84
from reports.duplicates import Similar, find_similar, reasons
from reports.models.photo import SMALL

MOST: Final = 20
DEFAULT: Final = 5
LONGEST: Final = 4000
_HASH: Final = re.compile("[0-9a-fA-F]{16}")


@extend_schema_field({"type": "string", "pattern": "^[0-9a-fA-F]{16}$"})
class HashField(serializers.Field[int, Any, str, Any]):
    """A perceptual hash of 64 bits, as sixteen hexadecimal digits."""

    default_error_messages = {
        "null": gettext_lazy("This may be left out, but not null."),
        "invalid_hash": gettext_lazy("A photo's hash is sixteen hexadecimal digits."),
    }

    def to_internal_value(self, data: Any) -> int:
        """The bits as a number."""
        if not isinstance(data, str) or not _HASH.fullmatch(data):
            self.fail("invalid_hash")
        return int(data, 16)

    def to_representation(self, value: int) -> str:
        """Sixteen digits."""
        return f"{value:016x}"


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": MOST})
class LimitField(serializers.Field[int, Any, int, Any]):
    """How many."""

    default_error_messages = {
        "null": gettext_lazy("This may be left out, but not null."),
        "limit_out_of_range": gettext_lazy("limit is a whole number from 1 to 20."),
    }

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not isinstance(data, int) or isinstance(data, bool) or not 1 <= data <= MOST:
            self.fail("limit_out_of_range")
        return int(data)

    def to_representation(self, value: int) -> int:
        """The number."""
        return value


class QuestionSerializer(StrictSerializer):
    """What somebody is about to tell."""

    category = TextField(max_length=80)
    location = PointField()
    description = TextField(max_length=LONGEST, required=False, allow_blank=True)
    accuracy_m = AccuracyField(required=False)
    address = TextField(max_length=500, required=False, allow_blank=True)
    photo_hash = HashField(required=False)
    limit = LimitField(required=False)


class SimilarView(APIView):
    """Earlier reports that may tell of the same problem. Nothing of the question is stored."""

    permission_classes = [Public]

    @extend_schema(operation_id="findSimilar", parameters=schema.QUESTION, responses=schema.ANSWER)
    def get(self, request: Request) -> HttpResponse:
        """Find earlier reports of the same problem: open ones first, then what was closed lately, the likeliest first.

        Public reports are compared by what is public of them, their public places above all.
        """
        known = ["lon", "lat", "category", "description", "photo_hash", "accuracy_m", "address", "limit"]
        params = Params(request.GET, known=known)
        lon, lat = read_location(params)
        return _answer(
            request,
            location=Point(lon, lat, srid=WGS84),
            category=_required(params, "category"),
            description=params.prose("description", most=LONGEST),
            address=params.prose("address", most=500),
            accuracy_m=read_accuracy(params),
            photo_hash=_hash(params),
            limit=_limit(params),
        )

    @extend_schema(operation_id="askSimilar", request=QuestionSerializer, responses=schema.ANSWER)
    def post(self, request: Request) -> HttpResponse:
        """The same question in a body, for long texts. Nothing is stored."""
        Params(request.GET, known=[])
        values = validated(QuestionSerializer(data=request.data, context={"at": timezone.now()}))
        return _answer(request, **values)


def _answer(
    request: Request, *, category: str, description: str = "", limit: int = DEFAULT, **values: Any
) -> HttpResponse:
    kind, viewer, at = find_category(category), viewer_of(request), timezone.now()
    if viewer.user is None:
        count_question(request, at=at)
    with query_timeout():
        found = find_similar(
            category=kind,
            description=description,
            reported_at=at,
            viewer=viewer,
            limit=limit,
            **values,
        )
    body = {"type": "FeatureCollection", "features": [_feature(each) for each in found]}
    response = JsonResponse(body, content_type=GEOJSON, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = FOR_ONE
    patch_vary_headers(response, ["Accept", "Authorization"])
    return response


def _feature(found: Similar) -> dict[str, Any]:
    report = found.report
    place = report.location if found.insider else report.public_location
    features = dict(found.score.features)
    return {
        **point_feature(lon=place.x, lat=place.y),
        "id": report.reference,
        "properties": {
            "reference": report.reference,
            "score": found.score.value,
            "kind": found.score.kind,
            "metres": features["metres"],
            "hours": features["hours"],
            "category": report.category.code,
            "category_name_fa": report.category.name_fa,
            "category_name_en": report.category.name_en,
            "status": report.status,
            "status_name_fa": status_name(report.status, "fa"),
            "status_name_en": status_name(report.status, "en"),
            "text": report.description if found.insider else report.public_text,
            "received_at": report.received_at.isoformat(),
            "reports": found.reports,
            "people_waiting": found.waiting,
            "photo": public_address(found.photo + SMALL) if found.photo else None,
            "reasons_fa": reasons(features, language="fa"),
            "reasons_en": reasons(features, language="en"),
            "features": features,
        },
    }


def _required(params: Params, name: str) -> str:
    value = params.text(name)
    if not value:
        raise bad(name, "required", _("Give this parameter: the code of a category."))
    return value


def _hash(params: Params) -> int | None:
    value = params.text("photo_hash")
    if value is None:
        return None
    if not _HASH.fullmatch(value):
        raise bad("photo_hash", "invalid_hash", _("A photo's hash is sixteen hexadecimal digits."))
    return int(value, 16)


def _limit(params: Params) -> int:
    value = params.text("limit")
    if value is None:
        return DEFAULT
    if not (value.isascii() and value.isdigit() and len(value) < 3 and 1 <= int(value) <= MOST):
        raise bad("limit", "limit_out_of_range", _("limit is a whole number from 1 to 20."))
    return int(value)
