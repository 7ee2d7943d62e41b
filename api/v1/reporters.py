"""What the holder of a tracking link sends: the answer to a question, and whether it was solved."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.errors import Problem
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import Public
from api.v1.bodies import StrictSerializer, validated
from api.v1.fields import FlagField, TextField
from api.v1.steps import step_problem
from reports.feedback import AnsweredBefore, NotClosed, give_feedback
from reports.handling import TransitionNotAllowed, answer
from reports.models import Report
from reports.references import as_reference, opens
from reports.refusals import REFUSALS, sentence_for_reporter

LONGEST_WORDS = 2000


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": 5})
class RatingField(serializers.Field[int, Any, int, Any]):
    """A whole number from 1 to 5."""

    default_error_messages = {
        "null": gettext_lazy("This may be left out, but not null."),
        "invalid_number": gettext_lazy("Write a whole number from 1 (not at all) to 5 (very)."),
    }

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not isinstance(data, int) or isinstance(data, bool) or not 1 <= data <= 5:
            self.fail("invalid_number")
        return data

    def to_representation(self, value: int) -> int:
        """The number."""
        return value


class AnswerSerializer(StrictSerializer):
    """The reporter's words; `token` is the last part of the tracking link's path."""

    token = TextField(max_length=100)
    words = TextField(max_length=LONGEST_WORDS)


class FeedbackSerializer(StrictSerializer):
    """Whether it was solved; a “no” says why. `token` is the last part of the tracking link's path."""

    token = TextField(max_length=100)
    was_solved = FlagField()
    satisfaction = RatingField(required=False)
    words = TextField(max_length=LONGEST_WORDS, required=False, allow_blank=True)


_STATUS = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "reference": {"type": "string"},
            "status": {"type": "string"},
            "has_reopened": {"type": "boolean"},
        },
    },
    "Where the report stands now.",
)


class AnswerView(APIView):
    """The door for the answer to a question of the staff."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="answerQuestion", request=AnswerSerializer, responses=_STATUS)
    def post(self, request: Request, reference: str) -> Response:
        """Answer what the staff asked (`status` is `waiting`): the work goes on. The tracking token opens it."""
        Params(request.GET, known=[])
        given = validated(AnswerSerializer(data=request.data))
        report = tracked_report(reference, given["token"])
        try:
            answer(report=report, words=given["words"], at=timezone.now())
        except TransitionNotAllowed as error:
            raise Problem(status=409, code="not_waiting", detail=sentence_for_reporter(error)) from error
        return Response({"reference": report.reference, "status": report.status})


class FeedbackView(APIView):
    """The door for the answer to a closing."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="giveFeedback", request=FeedbackSerializer, responses={201: _STATUS})
    def post(self, request: Request, reference: str) -> Response:
        """Say whether it was solved, once for each closing and in time; a “no” reopens the report, once.

        The tracking token opens it.
        """
        Params(request.GET, known=[])
        given = validated(FeedbackSerializer(data=request.data))
        report = tracked_report(reference, given.pop("token"))
        try:
            made = give_feedback(report=report, at=timezone.now(), **given)
        except NotClosed as error:
            raise Problem(status=409, code="not_closed", detail=sentence_for_reporter(error)) from error
        except AnsweredBefore as error:
            raise Problem(status=409, code="answered_before", detail=sentence_for_reporter(error)) from error
        except REFUSALS as error:
            raise step_problem(error, words="words") from error
        body = {"reference": report.reference, "status": report.status, "has_reopened": made.has_reopened}
        return Response(body, status=201)


def tracked_report(reference: str, token: str) -> Report:
    """The report that the token opens; raises Problem (404) alike for a wrong token and for no report."""
    asked = as_reference(reference)
    report = Report.objects.filter(reference=asked).first() if asked and opens(reference=asked, token=token) else None
    if report is None:
        detail = _("There is no report with this reference and token: check your tracking link.")
        raise Problem(status=404, code="not_found", detail=detail)
    return report
