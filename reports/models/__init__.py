"""What citizens told, and each thing done about it: one module a noun."""

from reports.models.assignment import Assignment
from reports.models.contact import Contact
from reports.models.report import Report
from reports.models.status import StatusUpdate

__all__ = ["Assignment", "Contact", "Report", "StatusUpdate"]
