"""Who has a report: given, accepted, declined."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from jurisdictions.models import Department
from jurisdictions.routing import Office, Route, route_from_json
from people.models import User
from reports.deadlines import keep_deadlines
from reports.duplicates.locking import lock_problem_of
from reports.handling.along import give_along, mates_of
from reports.handling.hands import take_back
from reports.models import Assignment, Reason, Report, Rerouting, Why
from reports.workflow import CLOSED


class DepartmentNotAvailable(Exception):
    """The department belongs to another city, or takes no work."""


class NotToBeDeclined(Exception):
    """The report is closed, or no department has it."""


class NothingToAccept(Exception):
    """The report is closed, or no department has it."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the report since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who is to have a report, by which answer of the routing (as it is stored), and why."""

    department_id: int | None
    route: Mapping[str, Any]
    reason: Reason
    note: str = ""
    declined_by_id: int | None = None
    is_contested: bool = False
    rerouting: Rerouting | None = None


def first_assignment(*, report: Report, route: Route, by: User | None, at: datetime) -> Assignment:
    """Record the decision that a report is born with; the report already holds what the route says."""
    office = route.department
    return _record(
        report,
        Decision(department_id=office.id if office else None, route=route.as_json(), reason=Reason.FILED),
        by=by,
        at=at,
    )


def lock(report: Report) -> Report:
    """The report as it is now, until the transaction ends: two who change it come one after the other.

    No key changes: who only refers to the report (an assignment, a photo) need not wait.
    """
    return Report.objects.select_for_update(no_key=True).get(pk=report.pk)


def give(*, report: Report, decision: Decision, by: User | None, at: datetime) -> Assignment:
    """End the current assignment and make the next; `report` is locked, and saved with its new department."""
    current = Assignment.objects.filter(report=report, ended_at__isnull=True)
    current.update(ended_at=Greatest("assigned_at", Value(at)))  # the clocks of two servers may differ
    take_back(reports=[report.pk], at=at)
    report.department_id = decision.department_id
    report.save(update_fields=["department"])
    made = _record(report, decision, by=by, at=at)
    keep_deadlines(reports=[report.pk], why=decision.reason, at=at, by=by)
    return made


def _record(report: Report, decision: Decision, *, by: User | None, at: datetime) -> Assignment:
    route = decision.route
    return Assignment.objects.create(
        report=report,
        department_id=decision.department_id,
        method=route["method"],
        boundary_id=route["decided_by"]["boundary_id"],
        rule_id=route["rule_id"],
        edge_m=route["edge_m"],
        route=route,
        assigned_at=at,
        assigned_by=by,
        reason=decision.reason,
        note=decision.note,
        declined_by_id=decision.declined_by_id,
        is_contested=decision.is_contested,
        rerouting=decision.rerouting,
    )


@transaction.atomic
def assign(*, report: Report, department: Department, at: datetime, by: User | None = None, note: str = "") -> bool:
    """A dispatcher gives the report to a department; False, and nothing changed, where that has it already.

    Where it stands for a problem, its open reports that the same department had go along; so with `accept`, `decline`.
    Raises DepartmentNotAvailable for one of another city or out of work.
    """
    lock_problem_of(report.pk)
    locked = lock(report)
    if department.root_id != locked.root_id or not department.is_active:
        raise DepartmentNotAvailable
    report.department = department
    if locked.department_id == department.pk:
        return False
    decision = Decision(
        department_id=department.pk, route=_current(locked).route, reason=Reason.DISPATCHED, note=note.strip()
    )
    along = mates_of(locked, department_id=locked.department_id)
    made = give(report=locked, decision=decision, by=by, at=at)
    give_along(reports=along, like=made, by=by, at=at)
    return True


@transaction.atomic
def accept(*, report: Report, at: datetime, by: User | None) -> bool:
    """The department that `report`, as it was read, says has it takes it; False where it has done so before.

    Raises ChangedMeanwhile where another has it by now, NothingToAccept where it is closed or nobody has it.
    """
    lock_problem_of(report.pk)
    locked = lock(report)
    if locked.department_id != report.department_id:
        raise ChangedMeanwhile
    if locked.department_id is None or locked.status in CLOSED:
        raise NothingToAccept
    together = [locked.pk, *mates_of(locked, department_id=locked.department_id)]
    taken = take_on(reports=together, at=at, by=by)
    if taken:
        keep_deadlines(reports=together, why=Why.RECOMPUTED, at=at, by=by)
    return taken


def take_on(*, reports: Collection[int], at: datetime, by: User | None) -> bool:
    """Note that departments have taken reports (by key), where nobody has noted it; the reports are locked."""
    waiting = Assignment.objects.filter(report__in=reports, ended_at__isnull=True, accepted_at__isnull=True)
    return bool(waiting.filter(department__isnull=False).update(accepted_at=at, accepted_by=by))


@transaction.atomic
def decline(*, report: Report, reason: str, at: datetime, by: User | None = None) -> Assignment:
    """The department that `report`, as it was read, says has it does not: the next in the route has it then.

    Whoever declined it before is not asked again; where nobody is left, it waits for a dispatcher. The same goes
    for one that declines a second time, since somebody gave it back: the two are of different minds. Raises
    ChangedMeanwhile where another has it by now, NotToBeDeclined where it is closed or nobody has it.
    """
    lock_problem_of(report.pk)
    locked = lock(report)
    if locked.department_id != report.department_id:
        raise ChangedMeanwhile
    if locked.department_id is None or locked.status in CLOSED:
        raise NotToBeDeclined
    current = _current(locked)
    before = who_declined([locked.pk]).get(locked.pk, frozenset())
    again = locked.department_id in before
    offices = [] if again else offices_of(route_from_json(current.route))
    next_id = next_office(offices, without=before | {locked.department_id})
    decision = Decision(
        department_id=next_id,
        route=current.route,
        reason=Reason.DECLINED,
        note=reason.strip(),
        declined_by_id=locked.department_id,
        is_contested=next_id is None and bool(before),
    )
    along = mates_of(locked, department_id=locked.department_id)
    made = give(report=locked, decision=decision, by=by, at=at)
    give_along(reports=along, like=made, by=by, at=at)
    report.department = made.department
    return made


def who_declined(reports: Collection[int]) -> dict[int, frozenset[int]]:
    """The departments that have ever declined each of these reports (both by key); one query."""
    declined = Assignment.objects.filter(report__in=reports, declined_by__isnull=False)
    found: dict[int, set[int]] = {}
    for report_id, department_id in declined.values_list("report_id", "declined_by_id"):
        found.setdefault(report_id, set()).add(department_id or 0)
    return {report_id: frozenset(departments) for report_id, departments in found.items()}


def offices_of(route: Route) -> list[Office]:
    """The departments that an answer names: its own, its neighbors' from near to far, those of the phone's circle."""
    near = sorted(route.runners_up, key=lambda each: each.distance_m)
    offices = [route.department, *(each.department for each in near), *(each.department for each in route.candidates)]
    return [each for each in offices if each is not None]


def next_office(offices: Collection[Office], *, without: Collection[int]) -> int | None:
    """The key of the first of these that takes work and is none of `without`; None: a dispatcher decides."""
    asked = [each.id for each in offices if each.id not in without]
    active = set(Department.objects.active().filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
    return next((each for each in asked if each in active), None)


def _current(report: Report) -> Assignment:
    return Assignment.objects.get(report=report, ended_at__isnull=True)
