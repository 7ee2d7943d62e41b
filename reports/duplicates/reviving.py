"""The way back of giving back: reports that are with their root again stand where they stood with it."""

from collections.abc import Sequence
from datetime import datetime

from reports.deadlines import keep_deadlines
from reports.duplicates.giving_back import set_statuses
from reports.models import Report, StatusUpdate, Why


def follow_again(given_back: Sequence[Sequence[object]], *, at: datetime) -> list[int]:
    """Undo what an act gave back ([report, was, is now]), where nothing has happened since; the reports' keys."""
    was = {int(str(key)): (str(before), str(after)) for key, before, after in given_back}
    now = dict(Report.objects.filter(pk__in=was).values_list("pk", "status"))
    keys = [key for key, status in now.items() if status == was[key][1]]
    steps = StatusUpdate.objects.filter(report__in=keys, follows__isnull=False).order_by("report_id", "-pk")
    last = steps.distinct("report_id").select_related("follows")
    StatusUpdate.objects.bulk_create(
        StatusUpdate(report_id=step.report_id, status=was[step.report_id][0], at=at, follows=step.follows)
        for step in last
    )
    set_statuses({key: was[key][0] for key in keys}, at=at)
    if keys:
        keep_deadlines(reports=keys, why=Why.RECOMPUTED, at=at)
    return keys
