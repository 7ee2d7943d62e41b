"""The only changes to a report that exists: who has it, and where it stands."""

from reports.handling.assignment import (
    ChangedMeanwhile,
    Decision,
    DepartmentNotAvailable,
    NotToBeDeclined,
    assign,
    decline,
    first_assignment,
    give,
    lock,
    next_office,
    offices_of,
    who_declined,
)
from reports.handling.status import TransitionNotAllowed, change_status

__all__ = [
    "ChangedMeanwhile",
    "Decision",
    "DepartmentNotAvailable",
    "NotToBeDeclined",
    "TransitionNotAllowed",
    "assign",
    "change_status",
    "decline",
    "first_assignment",
    "give",
    "lock",
    "next_office",
    "offices_of",
    "who_declined",
]
