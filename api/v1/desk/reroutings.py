"""Reroutings: what a change of boundaries or rules moves, previewed, applied and undone. The right: `reroute`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import viewer_of
from api.errors import Fault, Problem, refusal
from api.negotiation import GEOJSON, PlainJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.bodies import validated
from api.v1.desk import schema
from api.v1.desk.batches import city_of, found, known, rerouter
from api.v1.desk.reading import ReroutingSerializer, one_of
from api.v1.paging import AFTER, Order, key_of, key_text, link
from api.v1.representations import lower_levels
from geo.features import feature_collection, read_features
from jurisdictions.models import BoundarySet, Jurisdiction, RoutingRule
from people.access import Viewer
from reports import tasks
from reports.models import MoveState, Report, Rerouting
from reports.models.rerouting import ReroutingMoveQuerySet
from reports.rerouting import NotInState, NotYetInForce, begin_apply, begin_preview, begin_undo, carry_on

MOST = 1000
BY_REPORT = Order("report", "report")
AT_ONCE = 1000  # reports that a preview looks at while its asker waits
CHANGES = ("boundary_set", "rule", "city")


class ReroutingsView(APIView):
    """The door for new ones."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="previewRerouting", request=ReroutingSerializer, responses=schema.NEW_REROUTING)
    def post(self, request: Request) -> Response:
        """Preview what a boundary set or a rule moves, or what stands otherwise than routing says in a whole city.

        Nothing else is changed. 201 with the numbers; 202 where there is much to look at: ask again for them.
        """
        Params(request.GET, known=[])
        viewer = rerouter(request)
        given = validated(ReroutingSerializer(data=request.data))
        one_of(CHANGES, given)
        at = timezone.now()
        change = _change(given, viewer)
        on = given.pop("on", None) or _first_of(change, at)
        rerouting = begin_preview(**change, **given, on=on, at=at, by=viewer.user)
        if rerouting.to_look_at <= AT_ONCE:
            carry_on(rerouting=rerouting, at=at)
        else:
            tasks.hint_rerouting(rerouting)
        address = request.build_absolute_uri(f"/api/v1/reroutings/{rerouting.pk}")
        status = 201 if rerouting.to_look_at <= AT_ONCE else 202
        return Response(_rerouting(rerouting), status=status, headers={"Location": address})


class ReroutingView(APIView):
    """One rerouting."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readRerouting", responses=schema.REROUTING)
    def get(self, request: Request, number: int) -> Response:
        """Read how far a rerouting is, and its numbers: from whom to whom, for each status."""
        Params(request.GET, known=[])
        return Response(_rerouting(_found(request, number)))


class MovesView(APIView):
    """The reports of a rerouting."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="listMoves", parameters=schema.MOVE_LIST, responses=schema.MOVES)
    def get(self, request: Request, number: int) -> HttpResponse:
        """List the reports that move as GeoJSON, with keyset pages."""
        params = Params(request.GET, known=["state", "limit", "after"])
        rerouting = _found(request, number)
        limit = params.limit(default=100, most=MOST)
        rows = _in_state(rerouting.moves.filter(report__in=Report.objects.in_charge_of(viewer_of(request))), params)
        if key := key_of(params, BY_REPORT):
            _moment, report_id = key.position
            rows = rows.filter(report__gt=report_id)
        features = read_features(
            rows.order_by("report")[: limit + 1],
            id="report__reference",
            geometry="report__location",
            properties=_properties(),
        )
        page, rest = features[:limit], features[limit:]
        links = [_next_link(request, page[-1].id)] if rest else []
        return HttpResponse(feature_collection(page, links=links), content_type=GEOJSON)


def _next_link(request: Request, last: str) -> dict[str, str]:
    return link(request, rel="next", side=AFTER, key=key_text(BY_REPORT, reference=last), media_type=GEOJSON)


class ApplyView(APIView):
    """The door to doing it."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="applyRerouting", request=None, responses=schema.ACCEPTED)
    def post(self, request: Request, number: int) -> Response:
        """Let the worker apply what was previewed; asked again, it goes on where it stopped."""
        return _begun(request, number, begin_apply)


class UndoView(APIView):
    """The door back."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="undoRerouting", request=None, responses=schema.ACCEPTED)
    def post(self, request: Request, number: int) -> Response:
        """Let the worker bring back what was applied, where nobody has changed it since."""
        return _begun(request, number, begin_undo)


def _found(request: Request, number: int) -> Rerouting:
    rows = Rerouting.objects.select_related("root", "boundary_set", "rule")
    return found(request, rows, number, else_say=_("There is no rerouting with this number."))


def _change(given: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
    """What `begin_preview` is told has changed, out of `given`; raises Problem for what is not in their cities."""
    if "city" in given:
        return {"root": city_of(viewer, given.pop("city"))}
    if "rule" in given:
        rules = RoutingRule.objects.select_related("root").filter(pk=given.pop("rule"))
        return {"rule": known(rules, viewer, "root", "rule", "unknown_rule")}
    sets = BoundarySet.objects.select_related("root").filter(pk=given.pop("boundary_set"))
    return {"boundary_set": known(sets, viewer, "root", "boundary_set", "unknown_boundary_set")}


def _first_of(change: dict[str, Any], at: datetime) -> Any:
    """The day to ask about where none is named: today, or the first day of what is still to come."""
    row = next(iter(change.values()))
    today = (row if isinstance(row, Jurisdiction) else row.root).day_at(at)
    first = row.first_day if isinstance(row, BoundarySet) else None
    if isinstance(row, RoutingRule) and row.in_force:
        first = row.in_force.lower
    return max(today, first) if first else today


def _begun(request: Request, number: int, begin: Callable[..., None]) -> Response:
    Params(request.GET, known=[])
    rerouting = _found(request, number)
    try:
        begin(rerouting=rerouting, at=timezone.now(), by=viewer_of(request).user)
    except NotYetInForce as early:
        detail = _("This was previewed for %(day)s: it cannot be applied before.") % {"day": early.first_day}
        more = {"first_day": early.first_day.isoformat()}
        raise Problem(status=409, code="not_in_force_yet", detail=detail, more=more) from early
    except NotInState as wrong:
        detail = _("This rerouting is in another state: that cannot follow.")
        raise Problem(status=409, code="wrong_state", detail=detail, more={"state": wrong.state}) from wrong
    tasks.hint_rerouting(rerouting)
    rerouting.refresh_from_db()
    return Response(_rerouting(rerouting), status=202)


def _in_state(rows: ReroutingMoveQuerySet, params: Params) -> ReroutingMoveQuerySet:
    states = params.words("state")
    for state in states:
        if state not in MoveState.values:
            detail = _("Use one of: %(known)s.") % {"known": ", ".join(MoveState.values)}
            raise refusal([Fault(field="state", code="unknown_value", detail=detail)])
    return rows.filter(state__in=states) if states else rows


def _properties() -> dict[str, Any]:
    ground = {
        f"{side}_{level}_code": KeyTextTransform(level, f"{side}_jurisdictions")
        for level in lower_levels()
        for side in ("from", "to")
    }
    return {
        "reference": F("report__reference"),
        "category": F("report__category__code"),
        "status": F("status"),
        "from_department_code": F("from_department__code"),
        "to_department_code": F("to_department__code"),
        **ground,
        "state": F("state"),
        "because": F("because"),
    }


def _rerouting(rerouting: Rerouting) -> dict[str, Any]:
    moves = rerouting.moves.all()
    return {
        "id": rerouting.pk,
        "city": rerouting.root.code,
        "boundary_set": rerouting.boundary_set_id,
        "rule": rerouting.rule_id,
        "on": rerouting.on.isoformat(),
        "include_closed": rerouting.include_closed,
        "include_decided": rerouting.include_decided,
        "state": rerouting.state,
        "looked_at": rerouting.looked_at,
        "to_look_at": rerouting.to_look_at,
        "made_at": rerouting.made_at.isoformat(),
        "applied_at": rerouting.applied_at.isoformat() if rerouting.applied_at else None,
        "undone_at": rerouting.undone_at.isoformat() if rerouting.undone_at else None,
        "moves": moves.by_state(),
        "departments": _from_to(moves.exclude(state=MoveState.SKIPPED).by_department()),
        "jurisdictions": {
            level: _from_to(moves.exclude(state=MoveState.SKIPPED).by_jurisdiction(level)) for level in lower_levels()
        },
    }


def _from_to(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"from": row["before"], "to": row["after"], "status": row["status"], "count": row["count"]} for row in rows]
