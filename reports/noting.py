"""Internal notes."""

from datetime import datetime

from people.models import User
from reports.models import Note, Report


def write_note(*, report: Report, text: str, at: datetime, by: User | None) -> Note:
    """Keep a note for the staff in whose charge the report is."""
    return Note.objects.create(report=report, text=text.strip(), at=at, by=by)
