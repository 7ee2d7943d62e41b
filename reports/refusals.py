"""Why a step could not be taken, in the reader's language: the same sentence in the admin, the API and on pages."""

from django.conf import settings
from django.utils.translation import gettext as _

from persian.display import digits
from reports.feedback import AnsweredBefore, NotClosed
from reports.handling import (
    ChecklistOpen,
    ReasonDoesNotFit,
    ReopenedBefore,
    StepIncomplete,
    TooLateToReopen,
    TransitionNotAllowed,
)
from reports.workflow import Need, Status

REFUSALS = (ChecklistOpen, ReasonDoesNotFit, ReopenedBefore, StepIncomplete, TooLateToReopen, TransitionNotAllowed)
FOR_REPORTERS = (AnsweredBefore, NotClosed, *REFUSALS)


def sentence_of(refusal: Exception) -> str:
    """What is wrong and what to do, for one of REFUSALS."""
    if isinstance(refusal, TransitionNotAllowed):
        statuses = {"current": Status(refusal.current).label, "to": Status(refusal.to).label}
        return _("It is “%(current)s” and cannot become “%(to)s”.") % statuses
    if isinstance(refusal, StepIncomplete):
        return _needed(refusal.need)
    if isinstance(refusal, ReasonDoesNotFit):
        return _("This reason explains another status, or is out of use: choose one of those for this status.")
    if isinstance(refusal, ChecklistOpen):
        return _("Not done on its checklist: %(items)s.") % {"items": _(", ").join(map(str, refusal.items))}
    if isinstance(refusal, ReopenedBefore):
        return _("A report is reopened once, and this one has been: please file a new one.")
    days = digits(str(settings.REOPEN_WITHIN_DAYS))
    return _("It was closed more than %(days)s days ago: please file a new report.") % {"days": days}


def sentence_for_reporter(refusal: Exception) -> str:
    """The same for one of FOR_REPORTERS, told to the holder of a tracking link who has answered something."""
    if isinstance(refusal, AnsweredBefore):
        return _("You have answered this already.")
    if isinstance(refusal, NotClosed):
        return _("The report is not closed yet: there is nothing to answer.")
    if isinstance(refusal, TransitionNotAllowed):
        return _("Nobody waits for an answer of yours: nothing was asked, or it is answered already.")
    return sentence_of(refusal)


def _needed(need: Need) -> str:
    if need == Need.QUESTION:
        return _("Ask the citizen something: write a note that the reporter may read.")
    if need == Need.REASON_OR_PHOTO:
        return _("Say how it was solved: choose a reason, write a note, or show a photo of the work.")
    if need == Need.REASON:
        return _("Say why: choose a reason or write a note.")
    return _("Say why, in a few words.")
