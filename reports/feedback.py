"""After a report was closed: its reporter says whether it was solved, which may open it again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from reports.duplicates import lock_problem_of
from reports.handling import StepIncomplete, TooLateToReopen, is_in_time, lock, may_be_reopened, reopen
from reports.models import Feedback, Report, StatusUpdate
from reports.photos import Stored, add_photos
from reports.workflow import CLOSED, Need


class NotClosed(Exception):
    """There is no closing to answer."""


class AnsweredBefore(Exception):
    """This closing has had its answer."""


@transaction.atomic
def give_feedback(
    *,
    report: Report,
    was_solved: bool,
    at: datetime,
    satisfaction: int | None = None,
    words: str = "",
    photos: Sequence[Stored] = (),
) -> Feedback:
    """Keep the reporter's answer to the last closing; a “no” reopens the report, once and in time.

    `satisfaction` is 1 to 5; `photos` show how it is now. Raises NotClosed, AnsweredBefore, TooLateToReopen (the link's
    time is over), StepIncomplete where a “no” does not say why, and as photos.add_photos does.
    """
    lock_problem_of(report.pk)  # before any row: `reopen` needs it, and whoever has it waits for our row
    locked = lock(report)
    closing = _unanswered_closing(locked, at=at)
    said = words.strip()
    if not was_solved and not said:
        raise StepIncomplete(Need.WORDS)
    reopens = not was_solved and may_be_reopened(locked, at=at)
    made = Feedback.objects.create(
        report=locked,
        closing=closing,
        department_id=locked.department_id,
        was_solved=was_solved,
        satisfaction=satisfaction,
        words=said,
        has_reopened=reopens,
        at=at,
    )
    if photos:
        add_photos(report=locked, stored=photos, at=at)
    if reopens:
        reopen(report=report, words=said, at=at)
    return made


def _unanswered_closing(report: Report, *, at: datetime) -> StatusUpdate:
    """The closing that may be answered now; raises NotClosed, AnsweredBefore, TooLateToReopen."""
    if report.status not in CLOSED:
        raise NotClosed
    closing = _last_closing(report)
    if closing is None or Feedback.objects.filter(closing=closing).exists():
        raise AnsweredBefore
    if not is_in_time(report, at=at):
        raise TooLateToReopen
    return closing


def answer_to_closing(report: Report) -> Feedback | None:
    """What the reporter has said of the closing that holds; None while nothing was said, or the report is open."""
    closing = _last_closing(report) if report.status in CLOSED else None
    return Feedback.objects.filter(closing=closing).first() if closing else None


def _last_closing(report: Report) -> StatusUpdate | None:
    return StatusUpdate.objects.filter(report=report, status__in=CLOSED).order_by("-pk").first()
