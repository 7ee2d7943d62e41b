"""Where a report stands: each step of the staff, the reporter and the system."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from people.models import User
from reports.deadlines import keep_deadlines, why_of_step
from reports.duplicates import audience_of, carry, lock_problem_of
from reports.handling.assignment import lock, take_on
from reports.handling.checklist import open_items
from reports.handling.hands import take_back
from reports.models import ChecklistItem, ClosingReason, Photo, PhotoKind, Report, StatusUpdate
from reports.models.photo import PhotoQuerySet
from reports.photos import belong_to
from reports.telling import tell
from reports.workflow import CLOSED, Actor, Need, Status, transition


class TransitionNotAllowed(Exception):
    """A report that is in one status cannot become the other."""

    def __init__(self, *, current: str, to: str) -> None:
        super().__init__(f"{current} cannot become {to}")
        self.current = current
        self.to = to


class StepIncomplete(Exception):
    """Something that the step needs is not given; `need` says what."""

    def __init__(self, need: Need) -> None:
        super().__init__(need.value)
        self.need = need


class ReasonDoesNotFit(Exception):
    """The closing reason explains another status, or is out of use."""


class ChecklistOpen(Exception):
    """Required items of the checklist are not done; `items` are these."""

    def __init__(self, items: Sequence[ChecklistItem]) -> None:
        super().__init__(", ".join(each.code for each in items))
        self.items = items


class TooLateToReopen(Exception):
    """The report was closed too long ago for its reporter to reopen it."""


class ReopenedBefore(Exception):
    """The reporter has reopened the report once already."""


@transaction.atomic
def change_status(
    *,
    report: Report,
    to: str,
    at: datetime,
    by: User | None = None,
    note: str = "",
    is_public: bool = True,
    reason: ClosingReason | None = None,
    alone: bool = False,
) -> StatusUpdate:
    """Take the report one step further, by the staff, or by the system where `by` is None.

    Where it stands for a problem with several reports, these go along unless it goes `alone`. Everybody concerned is
    told of a public step, once. Raises TransitionNotAllowed, StepIncomplete, ReasonDoesNotFit, ChecklistOpen. Two at
    once: the second sees the first's step. It takes the lock of the city's clusters: not to be called with rows locked.
    """
    actor = Actor.STAFF if by else Actor.SYSTEM
    lock_problem_of(report.pk)
    locked = lock(report)
    step = StatusUpdate(
        report=locked, status=to, note=note.strip(), is_public=is_public, reason=reason, at=at, by=by, actor=actor
    )
    _check(locked, step)
    if to == Status.RESOLVED and (left := open_items(locked)):
        raise ChecklistOpen(left)
    return _take(report, locked, step, alone=alone)


@transaction.atomic
def answer(*, report: Report, words: str, at: datetime) -> StatusUpdate:
    """The reporter answers what was asked: the work goes on. Raises TransitionNotAllowed, StepIncomplete."""
    lock_problem_of(report.pk)
    locked = lock(report)
    step = _reporters_step(locked, to=Status.IN_PROGRESS, words=words, at=at)
    _check(locked, step)
    return _take(report, locked, step, alone=True)


@transaction.atomic
def reopen(*, report: Report, words: str, at: datetime) -> StatusUpdate:
    """The reporter says why it is not done: once, and within `REOPEN_WITHIN_DAYS` of the closing.

    Raises TransitionNotAllowed, StepIncomplete, TooLateToReopen, ReopenedBefore.
    """
    lock_problem_of(report.pk)
    locked = lock(report)
    step = _reporters_step(locked, to=Status.RECEIVED, words=words, at=at)
    _check(locked, step)
    if has_reopened(locked):
        raise ReopenedBefore
    if not is_in_time(locked, at=at):
        raise TooLateToReopen
    return _take(report, locked, step, alone=True)


def may_be_reopened(report: Report, *, at: datetime) -> bool:
    """Whether its reporter may reopen the report at this moment."""
    return report.status in CLOSED and is_in_time(report, at=at) and not has_reopened(report)


def is_in_time(report: Report, *, at: datetime) -> bool:
    """Whether the closing, at `status_at`, is not too long ago to be answered."""
    return at < report.status_at + timedelta(days=settings.REOPEN_WITHIN_DAYS)


def has_reopened(report: Report) -> bool:
    """Whether its reporter has ever reopened the report."""
    return StatusUpdate.objects.filter(report=report, actor=Actor.REPORTER, status=Status.RECEIVED).exists()


def _reporters_step(report: Report, *, to: Status, words: str, at: datetime) -> StatusUpdate:
    return StatusUpdate(report=report, status=to, note=words.strip(), is_public=False, at=at, actor=Actor.REPORTER)


def _check(report: Report, step: StatusUpdate) -> None:
    allowed = transition(current=report.status, to=step.status, by=Actor(step.actor))
    if allowed is None:
        raise TransitionNotAllowed(current=report.status, to=step.status)
    if step.reason and (step.reason.status != step.status or not step.reason.is_active):
        raise ReasonDoesNotFit
    if not _has(allowed.needs, step):
        raise StepIncomplete(allowed.needs)


def _has(need: Need, step: StatusUpdate) -> bool:
    """Whether the step brings what it needs."""
    if need == Need.QUESTION:
        return bool(step.note) and step.is_public
    if need == Need.REASON_OR_PHOTO:
        return bool(step.note or step.reason) or _new_photos_of_the_work(step.report).exists()
    if need == Need.REASON:
        return bool(step.note or step.reason)
    return need == Need.NOTHING or bool(step.note)


def _new_photos_of_the_work(report: Report) -> PhotoQuerySet:
    """What the staff have shown since the last step that was resolved; a worker may still be preparing it."""
    shown = Photo.objects.usable().filter(report=report, kind=PhotoKind.AFTER, from_reporter=False)
    return shown.filter(step__isnull=True)


def _take(report: Report, locked: Report, step: StatusUpdate, *, alone: bool) -> StatusUpdate:
    """What one reporter says is of that one's report alone; a step of the staff may be that of a whole problem."""
    was, locked.status, locked.status_at = locked.status, step.status, step.at
    locked.save(update_fields=["status", "status_at"])
    report.status, report.status_at = step.status, step.at
    step.save()
    if step.status == Status.RESOLVED:
        belong_to(photos=list(_new_photos_of_the_work(locked)), step=step)
    moved = [locked.pk, *carry(report=locked, update=step, was=was, alone=alone)]
    if step.actor == Actor.STAFF:  # to act on it is to have taken it
        take_on(reports=moved, at=step.at, by=step.by)
    if step.status in CLOSED:
        take_back(reports=moved, at=step.at, is_done=step.status == Status.RESOLVED)
    keep_deadlines(reports=moved, why=why_of_step(was=was, to=step.status), at=step.at, by=step.by)
    tell(listeners=audience_of(locked, update=step), update=step, at=step.at)
    return step
