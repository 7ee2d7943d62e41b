"""The only changes to where a report stands."""

from datetime import datetime

from django.db import transaction

from people.models import User
from reports.models import Report, StatusUpdate
from reports.workflow import may_follow


class TransitionNotAllowed(Exception):
    """A report that is in one status cannot become the other."""

    def __init__(self, *, current: str, to: str) -> None:
        super().__init__(f"{current} cannot become {to}")
        self.current = current
        self.to = to


@transaction.atomic
def change_status(
    *, report: Report, to: str, at: datetime, by: User | None = None, note: str = "", is_public: bool = True
) -> StatusUpdate:
    """Take the report one step further; raises TransitionNotAllowed. Two at once: the second sees the first's step."""
    # No key changes: who only refers to the report (an assignment, a photo) need not wait.
    locked = Report.objects.select_for_update(no_key=True).only("status").get(pk=report.pk)
    if not may_follow(locked.status, to):
        raise TransitionNotAllowed(current=locked.status, to=to)
    locked.status, locked.status_at = to, at
    locked.save(update_fields=["status", "status_at"])
    report.status, report.status_at = to, at
    return StatusUpdate.objects.create(report=locked, status=to, note=note, is_public=is_public, at=at, by=by)
