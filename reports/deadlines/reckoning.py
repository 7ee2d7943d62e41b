"""The dates of many reports at once, from what each is and how its time has run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np

from jurisdictions.calendars import SECOND, UNKNOWN, Moments, Plan, Promise, Timetable, day_of
from jurisdictions.models import Until
from reports.deadlines.course import Course


class Standing(NamedTuple):
    """The columns of a Deadline, in their order; moments are numbers."""

    accept_level_id: int | None = None
    resolve_level_id: int | None = None
    accept_seconds: int | None = None
    resolve_seconds: int | None = None
    accept_by: int | None = None
    due_at: int | None = None
    used_seconds: int = 0
    running_since: int | None = None
    accepted_at: int | None = None
    ended_at: int | None = None
    is_kept: bool | None = None

    @property
    def promises(self) -> bool:
        """Whether any service level speaks."""
        return self.accept_seconds is not None or self.resolve_seconds is not None


MOMENTS = ("accept_by", "due_at", "running_since", "accepted_at", "ended_at")
NOTHING = Standing()


class Asked(NamedTuple):
    """A report of the plan's city, as much of it as its dates depend on; moments are numbers.

    `codes` are its jurisdictions by level; whoever has it got it at `handed_at` and accepted it at `accepted_at`.
    """

    category_id: int
    group_id: int
    codes: Mapping[str, str]
    received_at: int
    handed_at: int
    accepted_at: int | None
    course: Course
    stored: Standing | None = None


@dataclass(frozen=True, slots=True)
class _Promised:
    accept: Sequence[Promise | None]
    resolve: Sequence[Promise | None]


def reckon(plan: Plan, asked: Sequence[Asked]) -> list[Standing]:
    """Where each report stands by the city's calendar and service levels. No city's calendar: nowhere."""
    if plan.timetable is None or not asked:
        return [NOTHING] * len(asked)
    promised = _promised(plan, asked)
    used, used_before = _used(plan.timetable, asked)
    due = _due(plan.timetable, asked, promised.resolve, used_before)
    accept = _accept(plan.timetable, asked, promised.accept)
    rows = zip(asked, promised.accept, promised.resolve, used.tolist(), due.tolist(), accept.tolist(), strict=True)
    return [_standing(*row) for row in rows]


def _promised(plan: Plan, asked: Sequence[Asked]) -> _Promised:
    """The service levels that speak for each; reports that differ in nothing a level names are asked about once."""
    levels = sorted({each.level for found in plan.promises.values() for each in found if each.level})

    @cache
    def promise(until: str, category_id: int, group_id: int, codes: tuple[str, ...], on: date) -> Promise | None:
        ground = dict(zip(levels, codes, strict=True))
        return plan.promise(until, category_id=category_id, group_id=group_id, codes=ground, on=on)

    keys = [
        (
            each.category_id,
            each.group_id,
            tuple([each.codes.get(level, "") for level in levels]),
            day_of(each.received_at, zone=plan.zone),
        )
        for each in asked
    ]
    return _Promised(
        accept=[promise(Until.ACCEPT, *key) for key in keys], resolve=[promise(Until.RESOLVE, *key) for key in keys]
    )


def _used(table: Timetable, asked: Sequence[Asked]) -> tuple[Moments, Moments]:
    """The working time of all stretches that have ended, and of those before the basis; UNKNOWN as one of them is."""
    if not any(each.course.stretches for each in asked):  # as of a report that is being filed
        none = np.zeros(len(asked), dtype=np.int64)
        return none, none
    owners, began, ended, counts = [], [], [], []
    for position, each in enumerate(asked):
        for number, (start, end) in enumerate(each.course.stretches):
            owners.append(position)
            began.append(start)
            ended.append(end)
            counts.append(number < each.course.before_basis)
    worked = table.between(np.array(began, dtype=np.int64), np.array(ended, dtype=np.int64))
    where, is_before = np.array(owners, dtype=np.int64), np.array(counts, dtype=bool)
    return _summed(len(asked), where, worked), _summed(len(asked), where[is_before], worked[is_before])


def _summed(size: int, where: Moments, worked: Moments) -> Moments:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, where, np.where(worked == UNKNOWN, 0, worked))
    total[where[worked == UNKNOWN]] = UNKNOWN
    return total


def _due(table: Timetable, asked: Sequence[Asked], promises: Sequence[Promise | None], used_before: Moments) -> Moments:
    bases = _numbers([each.course.basis for each in asked])
    given = np.array([each.seconds * SECOND if each else UNKNOWN for each in promises], dtype=np.int64)
    is_none = (bases == UNKNOWN) | (given == UNKNOWN) | (used_before == UNKNOWN)
    left = np.where(is_none, 0, given) - np.where(is_none, 0, used_before)
    return np.where(is_none, UNKNOWN, table.due(np.where(is_none, table.first, bases), left))


def _accept(table: Timetable, asked: Sequence[Asked], promises: Sequence[Promise | None]) -> Moments:
    """By when each is to be accepted, counted from when whoever has it got it."""
    starts = _numbers([each.handed_at for each in asked])
    given = np.array([each.seconds * SECOND if each else UNKNOWN for each in promises], dtype=np.int64)
    found = table.due(starts, np.where(given == UNKNOWN, 0, given))
    return np.where(given == UNKNOWN, UNKNOWN, found)


def _numbers(moments: Sequence[int | None]) -> Moments:
    return np.array([UNKNOWN if each is None else each for each in moments], dtype=np.int64)


def _standing(
    asked: Asked, accept: Promise | None, resolve: Promise | None, used: int, due: int, accept_by: int
) -> Standing:
    course, due_at = asked.course, None if due == UNKNOWN else due
    accept_id, accept_seconds = _terms(accept)
    resolve_id, resolve_seconds = _terms(resolve)
    standing = Standing(
        accept_id,
        resolve_id,
        accept_seconds,
        resolve_seconds,
        None if accept_by == UNKNOWN else accept_by,
        due_at,
        0 if used == UNKNOWN else used // SECOND,
        course.running_since,
        asked.accepted_at,
        course.ended_at,
        None if course.ended_at is None else _is_kept(course, resolve, due_at, used),
    )
    return _as_accepted(standing, asked.stored)


def _terms(promise: Promise | None) -> tuple[int | None, int | None]:
    return (promise.id, promise.seconds) if promise else (None, None)


def _as_accepted(standing: Standing, stored: Standing | None) -> Standing:
    """What has been accepted is not told afterwards that it should have been by another time."""
    if stored is None or stored.accepted_at is None or standing.accepted_at != stored.accepted_at:
        return standing
    return standing._replace(
        accept_level_id=stored.accept_level_id, accept_seconds=stored.accept_seconds, accept_by=stored.accept_by
    )


def _is_kept(course: Course, resolve: Promise | None, due_at: int | None, used: int) -> bool | None:
    """Whether it was closed by its date; closed while the time stood still, whether time was left. None: no date."""
    if course.ended_at is None or resolve is None:
        return None
    if due_at is not None:
        return course.ended_at <= due_at
    return None if course.basis is not None or used == UNKNOWN else used <= resolve.seconds * SECOND
