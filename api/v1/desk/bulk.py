"""One act on many reports, each answered by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import viewer_of
from api.errors import Problem
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.bodies import StrictSerializer, validated
from api.v1.desk import schema
from api.v1.desk.acts import HANDS, give_away, hand_over, take_on, take_step
from api.v1.desk.reading import DelegationSerializer, GivingSerializer, StepSerializer, needs, one_of, report_for
from api.v1.fields import ReferencesField
from people.access import Right, Viewer
from reports.models import Report

MOST: Final = 100


@dataclass(frozen=True, kw_only=True)
class Act:
    """What is done, and the right over each report that it takes."""

    do: Callable[[Viewer, Report, Mapping[str, Any]], bool]
    right: Right = Right.HANDLE


ACTS: Final = {
    "status": Act(do=take_step),
    "accept": Act(do=take_on),
    "delegate": Act(do=hand_over),
    "assign": Act(do=give_away, right=Right.ASSIGN),
}


class NothingMoreSerializer(StrictSerializer):
    """An empty object: the act says it all."""


class BulkSerializer(StrictSerializer):
    """Which reports, and one act with what it takes."""

    references = ReferencesField(min_length=1, max_length=MOST)
    status = StepSerializer(required=False)
    accept = NothingMoreSerializer(required=False)
    delegate = DelegationSerializer(required=False)
    assign = GivingSerializer(required=False)


class BulkView(APIView):
    """The door for an act on many reports."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="actOnReports", request=BulkSerializer, responses=schema.BULK)
    def post(self, request: Request) -> Response:
        """Take one step with up to 100 reports, accept them, hand them over, or give them to a department.

        Each is done by itself: what could not be done is answered with its problem, and the others are done. The
        rights are those of the single acts.
        """
        Params(request.GET, known=[])
        viewer = needs(viewer_of(request), Right.SEE_REPORTS)
        given = validated(BulkSerializer(data=request.data))
        one_of(list(ACTS), given)
        name = next(name for name in ACTS if name in given)
        if name == "delegate":
            one_of(HANDS, given[name])
        results = [_result(viewer, each, ACTS[name], given[name]) for each in dict.fromkeys(given["references"])]
        return Response({"done": sum(each["done"] for each in results), "results": results})


def _result(viewer: Viewer, reference: str, act: Act, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        report = report_for(viewer, reference, act.right)
        changed = act.do(viewer, report, given)
    except Problem as problem:
        refused = {"status": problem.status, "code": problem.code, "detail": problem.detail, **problem.more}
        return {"reference": reference, "done": False, "changed": False, "problem": refused}
    return {"reference": report.reference, "done": True, "changed": changed, "problem": None}
