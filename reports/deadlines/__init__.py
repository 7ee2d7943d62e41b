"""Until when a report is to be accepted and resolved: by service levels, on the city's working calendar."""

from reports.deadlines.keeping import first_deadline, keep_deadlines, why_of_step
from reports.deadlines.telling import Outlook, deadline_of, outlook

__all__ = ["Outlook", "deadline_of", "first_deadline", "keep_deadlines", "outlook", "why_of_step"]
