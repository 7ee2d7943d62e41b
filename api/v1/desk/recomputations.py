"""Deadlines reckoned anew after a calendar or a service level has changed: previewed, applied. The right: `reroute`."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.errors import Problem
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.bodies import validated
from api.v1.desk import schema
from api.v1.desk.batches import city_of, found, rerouter
from api.v1.desk.reading import RecomputationSerializer
from reports import tasks
from reports.deadlines.recomputing import BATCH, NotToBeApplied, begin_apply, begin_preview, carry_on
from reports.models import DeadlineRun

HOUR_S = 3600


class RecomputationsView(APIView):
    """The door for new ones."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(
        operation_id="previewRecomputation", request=RecomputationSerializer, responses=schema.NEW_RECOMPUTATION
    )
    def post(self, request: Request) -> Response:
        """Preview how a city's calendar and service levels, as they are now, move the dates of its open reports.

        Nothing else is changed. 201 with the numbers; 202 where there is much to look at: ask again for them.
        """
        Params(request.GET, known=[])
        viewer = rerouter(request)
        given = validated(RecomputationSerializer(data=request.data))
        at = timezone.now()
        run = begin_preview(root=city_of(viewer, given["city"]), at=at, by=viewer.user)
        at_once = run.to_look_at <= BATCH
        if at_once:
            carry_on(run=run, at=at)
        else:
            tasks.hint_recomputation(run)
        address = request.build_absolute_uri(f"/api/v1/recomputations/{run.pk}")
        return Response(_recomputation(run), status=201 if at_once else 202, headers={"Location": address})


class RecomputationView(APIView):
    """One recomputation."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readRecomputation", responses=schema.RECOMPUTATION)
    def get(self, request: Request, number: int) -> Response:
        """Read how far a recomputation is, and its numbers: how many dates move, and how far."""
        Params(request.GET, known=[])
        return Response(_recomputation(_found(request, number)))


class ApplyRecomputationView(APIView):
    """The door to doing it."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="applyRecomputation", request=None, responses=schema.RECOMPUTATION_ACCEPTED)
    def post(self, request: Request, number: int) -> Response:
        """Let the worker store the dates; asked again, it goes on where it stopped.

        Where the calendar or a service level has changed since the preview, it ends as `outdated`.
        """
        Params(request.GET, known=[])
        run = _found(request, number)
        try:
            begin_apply(run=run, at=timezone.now(), by=rerouter(request).user)
        except NotToBeApplied as wrong:
            detail = _("This recomputation is in another state: that cannot follow. Preview anew.")
            raise Problem(status=409, code="wrong_state", detail=detail, more={"state": wrong.state}) from wrong
        tasks.hint_recomputation(run)
        return Response(_recomputation(run), status=202)


def _found(request: Request, number: int) -> DeadlineRun:
    rows = DeadlineRun.objects.select_related("root")
    return found(request, rows, number, else_say=_("There is no recomputation with this number."))


def _recomputation(run: DeadlineRun) -> dict[str, Any]:
    moved = run.later + run.earlier
    return {
        "id": run.pk,
        "city": run.root.code,
        "state": run.state,
        "looked_at": run.looked_at,
        "to_look_at": run.to_look_at,
        "made_at": run.made_at.isoformat(),
        "applied_at": run.applied_at.isoformat() if run.applied_at else None,
        "later": run.later,
        "earlier": run.earlier,
        "appear": run.appear,
        "vanish": run.vanish,
        "furthest_later_hours": _hours(run.most_later_seconds),
        "furthest_earlier_hours": _hours(run.most_earlier_seconds),
        "mean_hours": _hours(run.shift_seconds / moved) if moved else 0.0,
    }


def _hours(seconds: float) -> float:
    """Hours of the clock, to the second and a bit."""
    return round(seconds / HOUR_S, 4)
