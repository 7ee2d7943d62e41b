"""The dates of one report at a desk: what they are by, and how they have moved."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.v1.desk import schema
from api.v1.desk.reading import own_report
from people.access import Right
from reports.deadlines import deadline_of
from reports.models import Deadline, DeadlineChange


class DeadlinesView(APIView):
    """Until when, by which service level, and what has moved it."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="listDeadlines", responses=schema.DEADLINES)
    def get(self, request: Request, reference: str) -> Response:
        """Read the dates of a report and each change of them, the first first. The right: `see_reports`."""
        Params(request.GET, known=[])
        _viewer, report = own_report(request, reference, Right.SEE_REPORTS)
        changes = DeadlineChange.objects.filter(report=report).select_related("by").order_by("pk")
        standing = deadline_of(report)
        return Response(
            {
                "reference": report.reference,
                "deadline": _deadline(standing) if standing else None,
                "changes": [_change(each) for each in changes],
            }
        )


def _deadline(deadline: Deadline) -> dict[str, Any]:
    moments = ("accept_by", "due_at", "running_since", "accepted_at", "ended_at")
    return {
        **{name: value.isoformat() if (value := getattr(deadline, name)) else None for name in moments},
        "accept_hours": _hours(deadline.accept_seconds),
        "resolve_hours": _hours(deadline.resolve_seconds),
        "used_hours": _hours(deadline.used_seconds),
        "accept_level": deadline.accept_level_id,
        "resolve_level": deadline.resolve_level_id,
        "kept": deadline.is_kept,
    }


def _hours(seconds: int | None) -> float | None:
    """Working hours, to the second and a bit."""
    return None if seconds is None else round(seconds / 3600, 4)


def _change(row: DeadlineChange) -> dict[str, Any]:
    return {
        "until": row.until,
        "before": row.was.isoformat() if row.was else None,
        "after": row.now.isoformat() if row.now else None,
        "why": row.why,
        "level": row.level_id,
        "at": row.at.isoformat(),
        "by": row.by.called if row.by else None,
        "recomputation": row.run_id,
    }
