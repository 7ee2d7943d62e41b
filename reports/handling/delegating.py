"""Whose hands do the work that a department answers for."""

from datetime import datetime

from django.db import transaction

from people.access import members_of
from people.models import Contractor, Crew, User
from reports.handling.assignment import lock
from reports.handling.hands import take_back
from reports.models import Delegation, Report
from reports.orders import send_order
from reports.workflow import CLOSED

Hands = User | Crew | Contractor


class NotTheirWork(Exception):
    """The person, crew or contractor does not work for the department that has the report, or not any more."""


class NothingToDelegate(Exception):
    """The report is closed, or no department has it."""


class NotWithAContractor(Exception):
    """No contractor has the report."""


@transaction.atomic
def delegate(
    *,
    report: Report,
    to: Hands,
    at: datetime,
    by: User | None,
    note: str = "",
    external_reference: str = "",
) -> Delegation:
    """Put the report into these hands, out of those that have it; a contractor is sent a work order.

    Raises NothingToDelegate, NotTheirWork.
    """
    locked = lock(report)
    if locked.department_id is None or locked.status in CLOSED:
        raise NothingToDelegate
    if not works_for(to, report=locked, at=at):
        raise NotTheirWork
    take_back(reports=[locked.pk], at=at)
    made = Delegation.objects.create(
        report=locked,
        user=to if isinstance(to, User) else None,
        crew=to if isinstance(to, Crew) else None,
        contractor=to if isinstance(to, Contractor) else None,
        note=note.strip(),
        external_reference=external_reference.strip(),
        at=at,
        by=by,
    )
    if isinstance(to, Contractor):
        send_order(delegation=made, contractor=to, report=locked)
    return made


@transaction.atomic
def note_their_reference(*, report: Report, external_reference: str) -> Delegation:
    """Keep what the contractor that has the report calls it. Raises NotWithAContractor."""
    locked = lock(report)
    rows = Delegation.objects.select_related("contractor")
    current = rows.filter(report=locked, ended_at__isnull=True, contractor__isnull=False).first()
    if current is None:
        raise NotWithAContractor
    current.external_reference = external_reference.strip()
    current.save(update_fields=["external_reference"])
    return current


def works_for(hands: Hands, *, report: Report, at: datetime) -> bool:
    """Whether these hands may be given a report that its department has."""
    if isinstance(hands, Crew):
        return hands.is_active and hands.department_id == report.department_id
    if isinstance(hands, Contractor):
        return hands.is_active and hands.root_id == report.root_id
    department = report.department
    if department is None or not hands.is_active:
        return False
    return members_of(department, on=report.root.day_at(at)).filter(user=hands).exists()
