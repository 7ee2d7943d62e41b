"""A step that could not be taken, as a problem with its code; alike for desks and for reporters."""

from typing import Any

from api.errors import Fault, Problem, refusal
from reports.handling import (
    ChecklistOpen,
    ReasonDoesNotFit,
    ReopenedBefore,
    StepIncomplete,
    TooLateToReopen,
    TransitionNotAllowed,
)
from reports.refusals import sentence_of
from reports.workflow import Need

_CONFLICTS = {
    TransitionNotAllowed: "transition_not_allowed",
    ChecklistOpen: "checklist_open",
    ReopenedBefore: "reopened_before",
    TooLateToReopen: "too_late",
}


def step_problem(error: Exception, *, words: str = "note") -> Problem:
    """The problem for one of `reports.refusals.REFUSALS`; `words` is the member that a text belongs into."""
    detail = sentence_of(error)
    if isinstance(error, StepIncomplete):
        code = "question_missing" if error.need == Need.QUESTION else "reason_missing"
        return refusal([Fault(field=words, code=code, detail=detail)])
    if isinstance(error, ReasonDoesNotFit):
        return refusal([Fault(field="reason", code="unknown_reason", detail=detail)])
    more: dict[str, Any] = {}
    if isinstance(error, TransitionNotAllowed):
        more = {"current": error.current}
    if isinstance(error, ChecklistOpen):
        more = {"items": [each.code for each in error.items]}
    return Problem(status=409, code=_CONFLICTS[type(error)], detail=detail, more=more)
