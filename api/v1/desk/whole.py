"""One report, whole: everything that a desk needs of it, in one answer."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import viewer_of
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.desk import schema
from api.v1.desk.reading import report_for
from api.v1.desk.reports import assignment_shape
from api.v1.desk.work import checklist_of, hands_shape, note_shape
from api.v1.photo_shapes import photos_for
from api.v1.representations import named_places
from people.access import Right, Viewer
from reports.deadlines import deadline_of, outlook
from reports.explaining import explanation_of
from reports.models import Contact, Delegation, Feedback, Note, Photo, Report, StatusUpdate
from reports.models.report import ReportQuerySet
from reports.workflow import TRANSITIONS

MOST_MATES = 50


class WholeReportView(APIView):
    """One report for the staff in whose charge it is."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readWholeReport", responses=schema.WHOLE)
    def get(self, request: Request, reference: str) -> Response:
        """Read all of one report: what was told, photos, who has it and had it and why, each step and note, its dates.

        Who told it is there with the right `see_contact`. The right: `see_reports`.
        """
        Params(request.GET, known=[])
        viewer = viewer_of(request)
        return Response(whole(report_for(viewer, reference, Right.SEE_REPORTS), viewer))


def whole(report: Report, viewer: Viewer) -> dict[str, Any]:
    """The report as one object; the number of queries does not depend on what there is."""
    had = list(report.assignments.select_related("department", "declined_by", "assigned_by").order_by("pk"))
    hands = list(report.delegations.select_related("user", "crew", "contractor", "by").order_by("pk"))
    photos = Photo.objects.filter(report=report).order_by("number").with_gps_distance()
    notes = Note.objects.filter(report=report).select_related("by").order_by("at", "pk")
    return {
        **_told(report),
        "contact": _contact(report, viewer),
        "explanation": explanation_of(next(each for each in had if each.ended_at is None)),
        "assignments": [assignment_shape(each) for each in had],
        "passed_on": len(had) - 1,
        "steps": _steps(report),
        "next": sorted(TRANSITIONS[report.status]),
        "notes": [note_shape(each) for each in notes],
        "checklist": checklist_of(report)["items"],
        "hands": _current(hands),
        "delegations": [hands_shape(each) | {"ended_at": _iso(each.ended_at)} for each in hands],
        "deadline": _deadline(report),
        "feedback": [_feedback(each) for each in report.feedback.order_by("pk")],
        "photos": photos_for(photos, reference=report.reference, staff=True),
        "problem": _problem(report, viewer),
    }


def _told(report: Report) -> dict[str, Any]:
    names = ("code", "name_fa", "name_en")
    return {
        "reference": report.reference,
        "category": {name: getattr(report.category, name) for name in names},
        "status": report.status,
        "status_at": report.status_at.isoformat(),
        "text": report.description,
        "address": report.address,
        "location": {"type": "Point", "coordinates": [report.location.x, report.location.y]},
        "accuracy_m": report.accuracy_m,
        "language": report.language,
        "source": report.source,
        "reported_at": report.reported_at.isoformat(),
        "received_at": report.received_at.isoformat(),
        "is_public": report.is_public,
        "public_text": report.public_text,
        "department": {name: getattr(report.department, name) for name in names} if report.department else None,
        "jurisdictions": named_places(report.root_id, report.jurisdictions),
    }


def _contact(report: Report, viewer: Viewer) -> dict[str, str] | None:
    """Who told it; nothing without the right over this report. Both are asked for in one query."""
    rows = Contact.objects.filter(report__in=_may_see_contact(viewer), report=report)
    row = rows.first()
    return {"name": row.name, "phone": row.phone, "email": row.email} if row else None


def _may_see_contact(viewer: Viewer) -> ReportQuerySet:
    return Report.objects.in_charge_of(viewer, Right.SEE_CONTACT)


def _steps(report: Report) -> list[dict[str, Any]]:
    rows = StatusUpdate.objects.filter(report=report).select_related("by", "reason").order_by("at", "pk")
    return [
        {
            "status": each.status,
            "actor": each.actor,
            "by": each.by.called if each.by else None,
            "at": each.at.isoformat(),
            "reason": each.reason.code if each.reason else None,
            "note": each.note,
            "is_public": each.is_public,
        }
        for each in rows
    ]


def _current(hands: Iterable[Delegation]) -> dict[str, Any] | None:
    return next((hands_shape(each) for each in hands if each.ended_at is None), None)


def _deadline(report: Report) -> dict[str, Any] | None:
    deadline = deadline_of(report)
    if deadline is None:
        return None
    return {
        "accept_by": _iso(deadline.accept_by),
        "due_at": _iso(deadline.due_at),
        "outlook": outlook(report, at=timezone.now()).value,
        "kept": deadline.is_kept,
    }


def _feedback(row: Feedback) -> dict[str, Any]:
    return {
        "was_solved": row.was_solved,
        "satisfaction": row.satisfaction,
        "words": row.words,
        "has_reopened": row.has_reopened,
        "at": row.at.isoformat(),
    }


def _problem(report: Report, viewer: Viewer) -> dict[str, Any] | None:
    """The other reports of the same problem that are in the viewer's charge; of the rest their number alone."""
    cluster_id = report.duplicate_cluster_id or 0
    mates = Report.objects.filter(duplicate_cluster=cluster_id).exclude(pk=report.pk)
    count = mates.count()
    seen = mates.in_charge_of(viewer).newest_first()[:MOST_MATES]
    others = [{"reference": each.reference, "status": each.status} for each in seen]
    root = Report.objects.filter(rooted_clusters=cluster_id).values_list("reference", flat=True).first()
    return {"root": root, "reports": count + 1, "others": others} if count else None


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
