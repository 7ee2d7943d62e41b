"""The work on one report: taken, done step by step, put into hands, noted."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.errors import Fault, Problem, refusal
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.bodies import validated
from api.v1.desk import schema
from api.v1.desk.acts import hand_over, take_on, take_step
from api.v1.desk.reading import (
    CheckSerializer,
    DelegationSerializer,
    NoteSerializer,
    StepSerializer,
    TheirReferenceSerializer,
    own_report,
)
from api.v1.desk.reports import as_seen
from people.access import Right
from reports.handling import (
    NotOnTheChecklist,
    NotWithAContractor,
    check_item,
    note_their_reference,
    take_back,
)
from reports.models import ChecklistItem, Delegation, Note, Report
from reports.noting import write_note


class StepView(APIView):
    """The door for the next step."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="changeStatus", request=StepSerializer, responses=schema.DESK_REPORT)
    def post(self, request: Request, reference: str) -> Response:
        """Take the report one step further; closing needs a reason, a note, or (resolved) a photo of the work.

        The right: to handle it (`handle`).
        """
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        given = validated(StepSerializer(data=request.data))
        return Response(as_seen(report, viewer, changed=take_step(viewer, report, given)))


class AcceptView(APIView):
    """The door for a department that takes a report."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="acceptReport", request=None, responses=schema.DESK_REPORT)
    def post(self, request: Request, reference: str) -> Response:
        """Say that the report is your department's own: nobody is reminded any more.

        The right: to handle what the department has that has it (`handle`).
        """
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        return Response(as_seen(report, viewer, changed=take_on(viewer, report, {})))


class DelegateView(APIView):
    """The hands that a report is in."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="delegateReport", request=DelegationSerializer, responses=schema.DESK_REPORT)
    def post(self, request: Request, reference: str) -> Response:
        """Put the report into the hands of a person, a crew or a contractor; whoever had it has it no more.

        The right: to handle it (`handle`).
        """
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        given = validated(DelegationSerializer(data=request.data))
        return Response(as_seen(report, viewer, changed=hand_over(viewer, report, given)))

    @extend_schema(operation_id="noteTheirReference", request=TheirReferenceSerializer, responses=schema.DESK_REPORT)
    def patch(self, request: Request, reference: str) -> Response:
        """Keep the number that the contractor who has the report gives it. The right: to handle it (`handle`)."""
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        given = validated(TheirReferenceSerializer(data=request.data))
        try:
            note_their_reference(report=report, **given)
        except NotWithAContractor as error:
            detail = _("No contractor has the report.")
            raise Problem(status=409, code="not_with_a_contractor", detail=detail) from error
        return Response(as_seen(report, viewer, changed=True))

    @extend_schema(operation_id="takeReportBack", request=None, responses=schema.DESK_REPORT)
    def delete(self, request: Request, reference: str) -> Response:
        """Take the report out of the hands that have it. The right: to handle it (`handle`)."""
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        return Response(as_seen(report, viewer, changed=take_back(reports=[report.pk], at=timezone.now())))


class NotesView(APIView):
    """What the staff tell one another about a report."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="listNotes", responses=schema.NOTES)
    def get(self, request: Request, reference: str) -> Response:
        """List the internal notes, the first of them first. The right: `see_reports`."""
        Params(request.GET, known=[])
        _viewer, report = own_report(request, reference, Right.SEE_REPORTS)
        rows = Note.objects.filter(report=report).select_related("by").order_by("at", "pk")
        return Response({"reference": report.reference, "notes": [note_shape(row) for row in rows]})

    @extend_schema(operation_id="writeNote", request=NoteSerializer, responses={201: schema.NOTE})
    def post(self, request: Request, reference: str) -> Response:
        """Write an internal note. The right: to handle it (`handle`)."""
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        given = validated(NoteSerializer(data=request.data))
        made = write_note(report=report, text=given["text"], at=timezone.now(), by=viewer.user)
        return Response(note_shape(made), status=201)


class ChecklistView(APIView):
    """What is to be looked at before a report counts as resolved."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readChecklist", responses=schema.CHECKLIST)
    def get(self, request: Request, reference: str) -> Response:
        """Read the checklist of the report's category with what is done of it. The right: `see_reports`."""
        Params(request.GET, known=[])
        _viewer, report = own_report(request, reference, Right.SEE_REPORTS)
        return Response(checklist_of(report))

    @extend_schema(operation_id="checkItem", request=CheckSerializer, responses=schema.CHECKLIST)
    def post(self, request: Request, reference: str) -> Response:
        """Note that an item is done, or take it back. The right: to handle it (`handle`)."""
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.HANDLE)
        given = validated(CheckSerializer(data=request.data))
        item = ChecklistItem.objects.filter(category=report.category_id, code=given["item"]).first()
        try:
            if item is None:
                raise NotOnTheChecklist
            check_item(report=report, item=item, is_done=given["is_done"], at=timezone.now(), by=viewer.user)
        except NotOnTheChecklist as error:
            detail = _("There is no such item on the checklist of this report.")
            raise refusal([Fault(field="item", code="unknown_item", detail=detail)]) from error
        return Response(checklist_of(report))


def hands_shape(row: Delegation) -> dict[str, Any]:
    """The hands that a report is in, or was."""
    kind = "person" if row.user else "crew" if row.crew else "contractor"
    return {
        "kind": kind,
        "code": row.user.username if row.user else getattr(row.to, "code", ""),
        "name": row.user.called if row.user else str(row.to),
        "since": row.at.isoformat(),
        "note": row.note,
        "external_reference": row.external_reference,
    }


def note_shape(row: Note) -> dict[str, Any]:
    """An internal note."""
    return {"id": row.pk, "text": row.text, "at": row.at.isoformat(), "by": row.by.called if row.by else None}


def checklist_of(report: Report) -> dict[str, Any]:
    """What is to be looked at, and what of it is done."""
    items = ChecklistItem.objects.filter(category=report.category_id, is_active=True).order_by("rank", "code")
    done = {each.item_id: each for each in report.checks.select_related("by")}
    return {
        "reference": report.reference,
        "items": [
            {
                "code": item.code,
                "name_fa": item.name_fa,
                "name_en": item.name_en,
                "is_required": item.is_required,
                "done_at": done[item.pk].at.isoformat() if item.pk in done else None,
            }
            for item in items
        ],
    }
