"""One problem, one department: what becomes of the reports that a root stands for when somebody else is to have it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Greatest

from people.models import User
from reports.deadlines import keep_deadlines
from reports.handling.hands import take_back
from reports.models import Assignment, Report
from reports.workflow import OPEN


def mates_of(root: Report, *, department_id: int | None) -> list[int]:
    """The keys of the open reports that `root` stands for and that this department has; of another report none.

    The caller holds the lock of the problem.
    """
    mates = Report.objects.filter(duplicate_cluster__root_report=root.pk, department=department_id, status__in=OPEN)
    return list(mates.exclude(pk=root.pk).order_by("pk").values_list("pk", flat=True))


def give_along(*, reports: Sequence[int], like: Assignment, by: User | None, at: datetime) -> None:
    """Give these reports (by key) to whom their root was given, as `like` says; each keeps the route that is its own.

    The number of statements does not depend on how many there are.
    """
    if not reports:
        return
    current = Assignment.objects.filter(report__in=reports, ended_at__isnull=True)
    had = list(current.order_by("report_id"))
    current.update(ended_at=Greatest("assigned_at", Value(at)))
    take_back(reports=reports, at=at)
    Report.objects.filter(pk__in=reports).update(department=like.department_id)
    Assignment.objects.bulk_create(_next(each, like) for each in had)
    keep_deadlines(reports=reports, why=like.reason, at=at, by=by)


def _next(had: Assignment, like: Assignment) -> Assignment:
    return Assignment(
        report_id=had.report_id,
        department_id=like.department_id,
        method=had.method,
        boundary_id=had.boundary_id,
        rule_id=had.rule_id,
        edge_m=had.edge_m,
        route=had.route,
        assigned_at=like.assigned_at,
        assigned_by_id=like.assigned_by_id,
        reason=like.reason,
        note=like.note,
        declined_by_id=like.declined_by_id,
        is_contested=like.is_contested,
    )
