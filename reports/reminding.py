"""Nobody has accepted a report: the department is reminded, then the head of its ground is told; each once."""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, Literal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from jurisdictions.models import Department, Jurisdiction
from notifications.models import Channel
from notifications.outbox import NewMessage, put_all
from people.access import HANDS, members_of
from people.models import Membership, Role, User
from persian.display import digits, moment_text
from reports.models import Assignment
from reports.models.assignment import AssignmentQuerySet

logger = logging.getLogger(__name__)

BATCH: Final = 500
LISTED: Final = 30  # reports in one message, at most: the inbox has the others

Stage = Literal["reminder", "escalation"]


@transaction.atomic
def remind(*, at: datetime) -> int:
    """Write to the members of departments that have not accepted a report in time; for how many reports.

    A batch at a time: call it until it answers 0. One message for each member of a department, with all its reports.
    """
    waiting = _batch(Assignment.objects.unaccepted().to_be_reminded(at=at))
    _tell_each(waiting, stage="reminder", at=at)
    Assignment.objects.filter(pk__in=[each.pk for each in waiting]).update(reminded_at=at)
    return len(waiting)


@transaction.atomic
def escalate(*, at: datetime) -> int:
    """Write to the heads above departments that were reminded and have accepted nothing since; for how many reports.

    A batch at a time, as `remind`.
    """
    waiting = _batch(Assignment.objects.unaccepted().to_be_escalated(at=at))
    _tell_each(waiting, stage="escalation", at=at)
    Assignment.objects.filter(pk__in=[each.pk for each in waiting]).update(escalated_at=at)
    return len(waiting)


def _batch(waiting: AssignmentQuerySet) -> list[Assignment]:
    """The first of these, locked; what another worker has is passed over."""
    related = ("report__category", "report__root", "department__root", "department__jurisdiction")
    rows = waiting.select_related(*related).select_for_update(of=("self",), no_key=True, skip_locked=True)
    return sorted(rows.order_by("assigned_at", "pk")[:BATCH], key=lambda each: (each.department_id or 0, each.pk))


def _tell_each(waiting: Sequence[Assignment], *, stage: Stage, at: datetime) -> None:
    messages: list[NewMessage] = []
    for _key, rows in groupby(waiting, key=lambda each: each.department_id):
        group = list(rows)
        department = group[0].department
        assert department is not None  # noqa: S101 - `unaccepted` leaves out those that nobody has
        people = _whom(department, stage=stage, at=at)
        if not people:
            logger.warning("Nobody with an e-mail address to be told (%s) for department %s", stage, department.code)
        messages += [_message(each, group, department, stage) for each in people]
    put_all(messages, at=at)


def _whom(department: Department, *, stage: Stage, at: datetime) -> list[User]:
    """Who is to hear of it: for a reminder who handles its reports; else the heads above it, from near to far."""
    members = members_of(department, on=department.root.day_at(at)).select_related("user")
    reachable = list(members.filter(user__is_active=True).exclude(user__email="").order_by("user"))
    if stage == "reminder":
        return _people(each for each in reachable if each.department_id and each.role in HANDS)
    heads = [each for each in reachable if each.role == Role.HEAD]
    for place in _up_from(department.jurisdiction):
        if found := _people(each for each in heads if each.jurisdiction_id == place.pk):
            return found
    return _people(each for each in reachable if each.role == Role.DISPATCHER) or _people(heads)


def _up_from(place: Jurisdiction | None) -> Iterable[Jurisdiction]:
    while place is not None:
        yield place
        place = place.parent


def _people(memberships: Iterable[Membership]) -> list[User]:
    return list({each.user_id: each.user for each in memberships}.values())


def _message(user: User, group: Sequence[Assignment], department: Department, stage: Stage) -> NewMessage:
    # An assignment is reminded of once and escalated once: the first one names the message among all.
    with override(settings.LANGUAGE_CODE):
        return NewMessage(
            key=f"unaccepted:{stage}:{group[0].pk}:{user.pk}",
            channel=Channel.EMAIL,
            to=user.email,
            subject=_subject(len(group), department, stage)[:200],
            body="\n".join([_opening(department, stage), "", *_list(group)]),
            language=settings.LANGUAGE_CODE,
        )


def _subject(count: int, department: Department, stage: Stage) -> str:
    parts = {"count": digits(str(count)), "department": department.name()}
    if stage == "reminder":
        text = ngettext(
            "%(count)s report waits to be accepted: %(department)s",
            "%(count)s reports wait to be accepted: %(department)s",
            count,
        )
    else:
        text = ngettext(
            "%(count)s report that %(department)s has not accepted",
            "%(count)s reports that %(department)s has not accepted",
            count,
        )
    return text % parts


def _opening(department: Department, stage: Stage) -> str:
    if stage == "reminder":
        return _("Please accept these reports of %(department)s, or decline what is not yours.") % {
            "department": department.name()
        }
    return _("%(department)s was reminded of these reports and has accepted none of them. Please see to it.") % {
        "department": department.name()
    }


def _list(group: Collection[Assignment]) -> list[str]:
    lines: list[str] = []
    for each in list(group)[:LISTED]:
        since = moment_text(each.assigned_at, time_zone=each.report.root.time_zone)
        lines.append(f"{each.report.reference} · {each.report.category} · {since}")
        lines.append(settings.PUBLIC_URL + reverse("admin:reports_report_change", args=[each.report_id]))
    if len(group) > LISTED:
        rest = digits(str(len(group) - LISTED))
        lines.append(_("and %(count)s more, in the inbox") % {"count": rest})
    return lines
