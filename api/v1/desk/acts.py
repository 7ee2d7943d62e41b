"""What a desk does with one report, given what was sent: alike for one report and for many at once. Raises Problem."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from api.errors import Fault, Problem, refusal
from api.v1.desk.reading import forbidden, one_of
from api.v1.steps import step_problem
from jurisdictions.models import Department
from people.access import Right, Viewer
from people.models import Contractor, Crew, User
from reports.handling import (
    ChangedMeanwhile,
    DepartmentNotAvailable,
    Hands,
    NothingToAccept,
    NothingToDelegate,
    NotTheirWork,
    accept,
    assign,
    change_status,
    delegate,
)
from reports.models import ClosingReason, Report
from reports.refusals import REFUSALS

HANDS = ("person", "crew", "contractor")


def take_step(viewer: Viewer, report: Report, given: Mapping[str, Any]) -> bool:
    """Take the report one step further; `given` is of a StepSerializer."""
    reason = _reason(given["reason"]) if given.get("reason") else None
    try:
        change_status(report=report, at=timezone.now(), by=viewer.user, **{**given, "reason": reason})
    except REFUSALS as error:
        raise step_problem(error) from error
    return True


def take_on(viewer: Viewer, report: Report, given: Mapping[str, Any]) -> bool:
    """Accept the report for its department; False where that was done before."""
    if report.department and not viewer.acts_for(report.department, Right.HANDLE):
        raise forbidden(_("Only the department that has the report accepts it."))
    try:
        return accept(report=report, at=timezone.now(), by=viewer.user)
    except ChangedMeanwhile as error:
        detail = _("Somebody else was faster: another department has the report by now.")
        raise Problem(status=409, code="report_changed", detail=detail) from error
    except NothingToAccept as error:
        detail = _("There is nothing to accept: the report is closed, or waits for a dispatcher.")
        raise Problem(status=409, code="nothing_to_accept", detail=detail) from error


def hand_over(viewer: Viewer, report: Report, given: Mapping[str, Any]) -> bool:
    """Put the report into somebody's hands; `given` is of a DelegationSerializer."""
    one_of(HANDS, given)
    to = _hands(report, {name: given[name] for name in HANDS if name in given})
    more = {name: value for name, value in given.items() if name not in HANDS}
    try:
        delegate(report=report, to=to, at=timezone.now(), by=viewer.user, **more)
    except NothingToDelegate as error:
        detail = _("There is nothing to hand over: the report is closed, or no department has it.")
        raise Problem(status=409, code="nothing_to_delegate", detail=detail) from error
    except NotTheirWork as error:
        raise _unknown_hands(_("They do not work for the department that has the report.")) from error
    return True


def give_away(viewer: Viewer, report: Report, given: Mapping[str, Any]) -> bool:
    """Give the report to a department of its city; False where that has it. `given` is of a GivingSerializer."""
    code = given["department"]
    department = Department.objects.filter(root=report.root_id, code=code).first()
    if department is None:
        detail = _("There is no department “%(code)s” in the city of the report.") % {"code": code[:80]}
        raise refusal([Fault(field="department", code="unknown_department", detail=detail)])
    note = given.get("note", "")
    try:
        return assign(report=report, department=department, at=timezone.now(), by=viewer.user, note=note)
    except DepartmentNotAvailable as error:
        detail = _("This department takes no work at present.")
        raise refusal([Fault(field="department", code="inactive_department", detail=detail)], status=422) from error


def _reason(code: str) -> ClosingReason:
    reason = ClosingReason.objects.filter(code=code, is_active=True).first()
    if reason is None:
        detail = _("There is no closing reason “%(code)s”: see /api/v1/desk/reasons.") % {"code": code[:80]}
        raise refusal([Fault(field="reason", code="unknown_reason", detail=detail)])
    return reason


def _hands(report: Report, given: dict[str, str]) -> Hands:
    [(kind, code)] = given.items()
    rows: dict[str, Model | None] = {
        "person": User.objects.filter(username=code).first(),
        "crew": Crew.objects.filter(department=report.department_id, code=code).first(),
        "contractor": Contractor.objects.filter(root=report.root_id, code=code).first(),
    }
    found = rows[kind]
    if not isinstance(found, User | Crew | Contractor):
        raise _unknown_hands(_("There is nobody of that name for this report."), kind)
    return found


def _unknown_hands(detail: str, kind: str = "") -> Problem:
    return refusal([Fault(field=kind, code="unknown_hands", detail=detail)])
