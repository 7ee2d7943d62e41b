"""Work orders to contractors and other bodies' systems: what is to be done, where, by when; never who told it."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.models import Channel
from notifications.outbox import NewMessage, put_all
from people.models import Contractor
from persian.display import moment_text
from reports.models import ChecklistItem, Delegation, Report


def send_order(*, delegation: Delegation, contractor: Contractor, report: Report) -> int:
    """Put the order into the outbox, in the transaction that puts the report into the contractor's hands; how many."""
    with override(contractor.language):
        subject = _("Work order %(reference)s: %(category)s") % _parts(report, contractor)
        body = "\n".join(_lines(delegation, contractor, report))
    return put_all([_message(delegation, contractor, "ordered", subject, body)], at=delegation.at)


def orders_in_hand(reports: Collection[int]) -> list[Delegation]:
    """The orders that contractors have for these reports (by key); one query."""
    rows = Delegation.objects.filter(report__in=reports, ended_at__isnull=True, contractor__isnull=False)
    return list(rows.select_related("contractor", "report__category"))


def withdraw_orders(orders: Collection[Delegation], *, at: datetime) -> int:
    """Tell contractors that reports are out of their hands before the work is done; how many messages."""
    return put_all([_withdrawal(each, each.contractor) for each in orders if each.contractor], at=at)


def _withdrawal(delegation: Delegation, contractor: Contractor) -> NewMessage:
    with override(contractor.language):
        parts = _parts(delegation.report, contractor)
        subject = _("Withdrawn: work order %(reference)s") % parts
        lines = [_("The work order %(reference)s (%(category)s) is withdrawn: please do nothing more on it.") % parts]
        if delegation.external_reference:
            lines.append(_("Your reference: %(reference)s") % {"reference": delegation.external_reference})
    return _message(delegation, contractor, "withdrawn", subject, "\n".join(lines))


def _message(delegation: Delegation, contractor: Contractor, event: str, subject: str, body: str) -> NewMessage:
    return NewMessage(
        key=f"order:{delegation.pk}:{event}",
        channel=Channel.EMAIL,
        to=contractor.email,
        subject=subject[:200],
        body=body,
        language=contractor.language,
    )


def _parts(report: Report, contractor: Contractor) -> dict[str, str]:
    return {"reference": report.reference, "category": report.category.name(contractor.language)}


def _lines(delegation: Delegation, contractor: Contractor, report: Report) -> list[str]:
    department = report.department
    place = f"{report.location.y:.6f},{report.location.x:.6f}"
    lines = [
        _("Work order: %(reference)s") % {"reference": report.reference},
        _("Category: %(name)s") % {"name": report.category.name(contractor.language)},
        _("Department: %(name)s") % {"name": department.name(contractor.language) if department else "—"},
        _("Address: %(address)s") % {"address": report.address} if report.address else "",
        _("Place (latitude,longitude): %(place)s") % {"place": place},
        f"geo:{place}",
        *_due(report),
        _("Description: %(text)s") % {"text": report.description},
        _("Note: %(text)s") % {"text": delegation.note} if delegation.note else "",
        _("Your reference: %(reference)s") % {"reference": delegation.external_reference}
        if delegation.external_reference
        else "",
    ]
    return [*filter(None, lines), *_checklist(report, contractor)]


def _due(report: Report) -> list[str]:
    deadline = getattr(report, "deadline", None)
    if deadline is None or deadline.due_at is None:
        return []
    return [_("Due: %(moment)s") % {"moment": moment_text(deadline.due_at, time_zone=report.root.time_zone)}]


def _checklist(report: Report, contractor: Contractor) -> list[str]:
    items = ChecklistItem.objects.filter(category=report.category_id, is_active=True).order_by("rank", "code")
    names = [f"- {item.name(contractor.language)}" for item in items]
    return [_("To be looked at:"), *names] if names else []
