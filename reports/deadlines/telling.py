"""What a report's deadline says to whoever may read it."""

from datetime import datetime
from enum import StrEnum

from reports.models import Deadline, Report
from reports.workflow import PAUSED


class Outlook(StrEnum):
    """What may be said about a report's date."""

    NONE = "none"  # nothing is promised, or it is over
    EXPECTED = "expected"
    LATE = "late"
    PAUSED = "paused"
    UNKNOWN = "unknown"  # it would lie where nobody knows the holidays yet


def deadline_of(report: Report) -> Deadline | None:
    """The report's deadline, without a query where it was read with the report; None where nothing is promised."""
    return getattr(report, "deadline", None)


def outlook(report: Report, *, at: datetime) -> Outlook:
    """What to say about the report's date at that moment."""
    deadline = deadline_of(report)
    if deadline is None or deadline.resolve_seconds is None or deadline.ended_at is not None:
        return Outlook.NONE
    if deadline.due_at is not None:
        return Outlook.LATE if deadline.due_at < at else Outlook.EXPECTED
    return Outlook.PAUSED if report.status in PAUSED else Outlook.UNKNOWN
