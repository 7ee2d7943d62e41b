"""Working time as a table that is summed up once: each question about it is a look-up, for one moment or a million.

Moments are whole microseconds since 1970 (UTC), arrays of int64; UNKNOWN stands for what the table does not reach.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from jurisdictions.hours import DAY, Span

Moments = NDArray[np.int64]

SECOND: Final = 1_000_000
UNKNOWN: Final = np.iinfo(np.int64).min
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT: Final = timedelta(microseconds=1)


def as_number(at: datetime) -> int:
    """A moment as microseconds since 1970."""
    return (at - _EPOCH) // _UNIT


def as_moment(number: int) -> datetime | None:
    """The moment of a number; None for UNKNOWN."""
    return None if number == UNKNOWN else _EPOCH + int(number) * _UNIT


def day_of(number: int, *, zone: ZoneInfo) -> date:
    """The day of a moment on the clock of `zone`."""
    return datetime.fromtimestamp(number // SECOND, zone).date()


@dataclass(frozen=True, eq=False, kw_only=True)
class Timetable:
    """Spans of working time, in order and apart, within the days that are known: from `first` until (without) `last`.

    `before[i]` is the working time of the spans before span i, `before[-1]` that of all.
    """

    first: int
    last: int
    opens: Moments
    closes: Moments
    before: Moments

    def worked(self, at: Moments) -> Moments:
        """The working time from the first known day until each moment; UNKNOWN outside the known days."""
        last_opened = np.searchsorted(self.opens, at, side="right") - 1
        span = np.maximum(last_opened, 0)
        within = np.clip(at, self.opens[span], self.closes[span]) - self.opens[span]
        found = np.where(last_opened < 0, 0, self.before[span] + within)
        return np.where((at < self.first) | (at > self.last), UNKNOWN, found)

    def reached(self, worked: Moments) -> Moments:
        """The earliest moment at which so much has been worked since the first known day; UNKNOWN beyond the days."""
        span = np.searchsorted(self.before[1:], worked, side="left")
        is_known = (worked >= 0) & (span < len(self.opens))
        span = np.minimum(span, len(self.opens) - 1)
        return np.where(is_known, self.opens[span] + worked - self.before[span], UNKNOWN)

    def due(self, starts: Moments, working: Moments) -> Moments:
        """When so much working time (microseconds) has passed after each start, or, if it is negative, lacked to it.

        The earliest such moment: work that fills a day to its end is due at its end, not when the next one begins.
        No time at all is due at once.
        """
        done = self.worked(starts)
        # A sum with UNKNOWN would come out somewhere: nothing is added to it.
        found = self.reached(np.where(done == UNKNOWN, UNKNOWN, done + working))
        return np.where((working == 0) & (done != UNKNOWN), starts, found)

    def between(self, starts: Moments, ends: Moments) -> Moments:
        """The working time (microseconds) between two moments; none where the second is the earlier."""
        begun, ended = self.worked(starts), self.worked(np.maximum(starts, ends))
        return np.where((begun == UNKNOWN) | (ended == UNKNOWN), UNKNOWN, ended - begun)

    def due_at(self, start: datetime, working: timedelta) -> datetime | None:
        """When so much working time has passed after `start`; None where that lies beyond the known days."""
        return as_moment(int(self.due(_one(as_number(start)), _one(working // _UNIT))[0]))

    def working_time(self, start: datetime, end: datetime) -> timedelta | None:
        """The working time between two moments; None where one lies beyond the known days."""
        found = int(self.between(_one(as_number(start)), _one(as_number(end)))[0])
        return None if found == UNKNOWN else found * _UNIT


def _one(number: int) -> Moments:
    return np.array([number], dtype=np.int64)


def timetable(*, first: date, until: date, zone: ZoneInfo, hours_on: Callable[[date], Sequence[Span]]) -> Timetable:
    """The table of the days from `first` until (without) `until`, by the hours of each on the clock of `zone`."""
    spans = list(_spans(first, until, zone, hours_on))
    opens = np.array([opens for opens, _closes in spans], dtype=np.int64)
    closes = np.array([closes for _opens, closes in spans], dtype=np.int64)
    # Where a clock is put forward, hours that it leaves out begin and end at the same moment, or later than the next.
    opens = np.maximum(opens, np.concatenate([opens[:1], np.maximum.accumulate(closes)[:-1]]))
    lengths = np.maximum(closes - opens, 0)
    return Timetable(
        first=_midnight(first, zone),
        last=_midnight(until, zone),
        opens=opens[lengths > 0],
        closes=closes[lengths > 0],
        before=np.concatenate([[0], np.cumsum(lengths[lengths > 0])]).astype(np.int64),
    )


def _spans(
    first: date, until: date, zone: ZoneInfo, hours_on: Callable[[date], Sequence[Span]]
) -> Iterable[tuple[int, int]]:
    for number in range((until - first).days):
        day = first + timedelta(days=number)
        for opens, closes in hours_on(day):
            yield _at(day, opens, zone), _at(day, closes, zone)


def _at(day: date, minutes: int, zone: ZoneInfo) -> int:
    """Minutes on the clock of a day; of an hour that the clock shows twice, the first."""
    day, minutes = day + timedelta(days=minutes // DAY), minutes % DAY
    return as_number(datetime.combine(day, time(minutes // 60, minutes % 60), zone))


def _midnight(day: date, zone: ZoneInfo) -> int:
    return as_number(datetime.combine(day, time.min, zone))
