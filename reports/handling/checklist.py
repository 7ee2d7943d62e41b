"""What is to be looked at before a report counts as resolved."""

from datetime import datetime

from django.db import transaction

from people.models import User
from reports.models import Check, ChecklistItem, Report


class NotOnTheChecklist(Exception):
    """The item belongs to another category, or is out of use."""


def open_items(report: Report) -> list[ChecklistItem]:
    """The required items of the report's category that nobody has looked at."""
    required = ChecklistItem.objects.filter(category=report.category_id, is_active=True, is_required=True)
    done = Check.objects.filter(report=report).values("item")
    return list(required.exclude(pk__in=done).order_by("rank", "code"))


@transaction.atomic
def check_item(*, report: Report, item: ChecklistItem, is_done: bool, at: datetime, by: User | None) -> bool:
    """Note that somebody has looked at the item, or take it back; whether this changed anything.

    Raises NotOnTheChecklist.
    """
    if item.category_id != report.category_id or not item.is_active:
        raise NotOnTheChecklist
    if not is_done:
        return bool(Check.objects.filter(report=report, item=item).delete()[0])
    return Check.objects.get_or_create(report=report, item=item, defaults={"at": at, "by": by})[1]
