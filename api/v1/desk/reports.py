"""One report at a desk: put right, declined, given to a department; and who had it before."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.errors import Fault, Problem, refusal
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import Public, SignedIn
from api.v1.bodies import validated
from api.v1.desk import schema
from api.v1.desk.acts import give_away
from api.v1.desk.reading import CorrectionSerializer, DeclineSerializer, GivingSerializer, forbidden, own_report
from api.v1.refusals import find_category, outside_problem
from api.v1.reports import ReportView
from api.v1.representations import ReportSerializer
from jurisdictions.models import Department
from jurisdictions.routing import OutsideServiceArea
from people.access import Right, Viewer
from reports.correcting import correct
from reports.handling import ChangedMeanwhile, NotToBeDeclined, decline
from reports.models import Assignment, Report
from reports.tasks import hint_duplicates


class ReportDeskView(ReportView):
    """One report: anybody reads what they may see of it, the staff put it right."""

    def get_permissions(self) -> list[BasePermission]:
        """Anybody for reading, an account for the rest."""
        return [SignedIn() if self.request.method == "PATCH" else Public()]

    @extend_schema(operation_id="correctReport", request=CorrectionSerializer, responses=schema.DESK_REPORT)
    def patch(self, request: Request, reference: str) -> Response:
        """Move the report, change its category, or both: it is routed anew once.

        The right: to handle it (`handle`). It may go where it is no longer in your charge; `in_your_charge` says so.
        """
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        given = validated(CorrectionSerializer(data=request.data))
        if not given.keys() & {"location", "category"}:
            detail = _("Give a location, a category or both.")
            raise refusal([Fault(field="", code="required", detail=detail)])
        if "category" in given:
            given["category"] = find_category(given["category"])
        try:
            made = correct(report=report, at=timezone.now(), by=viewer.user, **given)
        except OutsideServiceArea as outside:
            raise outside_problem(outside) from outside
        if made:
            hint_duplicates(report)
        return Response(as_seen(report, viewer, changed=made is not None))


class DeclineView(APIView):
    """The door for a report that is not ours."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="declineReport", request=DeclineSerializer, responses=schema.DESK_REPORT)
    def post(self, request: Request, reference: str) -> Response:
        """Say that the report is not your department's: the next that the routing named has it, else a dispatcher.

        The right: to handle what the department has that has it (`handle`).
        """
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        given = validated(DeclineSerializer(data=request.data))
        if report.department and not viewer.acts_for(report.department, Right.HANDLE):
            raise forbidden(_("Only the department that has the report declines it."))
        reason = "\n".join(text for text in (given["reason"].strip(), given.get("note", "").strip()) if text)
        try:
            decline(report=report, reason=reason, at=timezone.now(), by=viewer.user)
        except ChangedMeanwhile as error:
            detail = _("Somebody else was faster: another department has the report by now.")
            raise Problem(status=409, code="report_changed", detail=detail) from error
        except NotToBeDeclined as error:
            detail = _("There is nothing to decline: the report is closed, or waits for a dispatcher.")
            raise Problem(status=409, code="nothing_to_decline", detail=detail) from error
        return Response(as_seen(report, viewer, changed=True))


class AssignView(APIView):
    """The dispatcher's hand."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="assignReport", request=GivingSerializer, responses=schema.DESK_REPORT)
    def post(self, request: Request, reference: str) -> Response:
        """Give the report to any department of its city. The right: `assign`, which dispatchers have."""
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.ASSIGN)
        given = validated(GivingSerializer(data=request.data))
        return Response(as_seen(report, viewer, changed=give_away(viewer, report, given)))


class AssignmentsView(APIView):
    """Who had the report, and why."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="listAssignments", responses=schema.ASSIGNMENTS)
    def get(self, request: Request, reference: str) -> Response:
        """List everybody who was given the report, the first of them first. The right: `see_reports`."""
        Params(request.GET, known=[])
        _viewer, report = own_report(request, reference, Right.SEE_REPORTS)
        rows = report.assignments.select_related("department", "declined_by", "assigned_by").order_by("pk")
        return Response({"reference": report.reference, "assignments": [assignment_shape(row) for row in rows]})


def as_seen(report: Report, viewer: Viewer, *, changed: bool) -> dict[str, Any]:
    """The report for whoever has just acted on it, also where it is in other hands now."""
    feature = dict(ReportSerializer(report, context={"insider": True}).data)
    current = Assignment.objects.get(report=report, ended_at__isnull=True)
    feature["properties"] |= {
        "changed": changed,
        "in_your_charge": Report.objects.in_charge_of(viewer).filter(pk=report.pk).exists(),
        "method": current.method,
        "assigned_because": current.reason,
        "contested": current.is_contested,
        "accepted_at": current.accepted_at.isoformat() if current.accepted_at else None,
    }
    return feature


def assignment_shape(row: Assignment) -> dict[str, Any]:
    """A department that has the report, or had it."""
    return {
        "department": _names(row.department),
        "reason": row.reason,
        "note": row.note,
        "declined_by": _names(row.declined_by),
        "contested": row.is_contested,
        "method": row.method,
        "rule_id": row.rule_id,
        "boundary_id": row.boundary_id,
        "rerouting": row.rerouting_id,
        "assigned_at": row.assigned_at.isoformat(),
        "assigned_by": row.assigned_by.called if row.assigned_by else None,
        "accepted_at": row.accepted_at.isoformat() if row.accepted_at else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def _names(row: Department | None) -> dict[str, str] | None:
    return {"code": row.code, "name_fa": row.name_fa, "name_en": row.name_en} if row else None
