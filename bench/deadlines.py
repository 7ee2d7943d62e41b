"""How fast the deadlines of all open reports are reckoned anew, in a copy of the bench's database; every date moves.

Beside ours: the same by one report at a time and one day after the other, as it is done where no table of working time
is kept; and, as the limit, the database doing nothing but write as many dates and lines of history.
"""

import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F
from django.utils import timezone

from bench.clock import database_clock
from bench.database import copied
from bench.table import Sheet
from jurisdictions.calendars import plan_of
from jurisdictions.hours import read_hours
from jurisdictions.models import Jurisdiction, ServiceLevel, WorkingCalendar
from reports.deadlines.recomputing import BATCH, begin_apply, begin_preview, carry_on
from reports.models import Deadline, DeadlineRun, Report

COPY: Final = "deadlines"
LIMIT_S: Final = 10.0  # for PER reports
PER: Final = 100_000
ROUNDS: Final = 3
ALONE: Final = 1000  # reports that are reckoned one at a time
HEAD: Final = ("", "seconds", "reports a second", "CPU s: process", "database", "longest batch, ms", "goal")
BIT: Final = Decimal("0.25")  # of an hour or a day


class Taken(NamedTuple):
    """How long something took, how much of it this process and the database's worked, and its longest step."""

    seconds: float
    process_s: float
    database_s: float
    longest_s: float = 0


# An assignment as filing makes it, but for the route; one in two is accepted and in hand, one in twenty waits for the
# citizen.
_FILL: Final = """
DELETE FROM reports_assignment;
DELETE FROM reports_statusupdate;
UPDATE reports_report SET status = CASE WHEN id % 20 = 0 THEN 'waiting' WHEN id % 2 = 0 THEN 'in_progress'
                                        ELSE 'received' END;
INSERT INTO reports_assignment (report_id, department_id, method, edge_m, route, assigned_at, reason, note,
    is_contested, accepted_at)
SELECT id, department_id, 'covers', 100, '{}', received_at, 'filed', '', false,
       CASE WHEN id % 2 = 0 THEN received_at + interval '1 day' END
FROM reports_report;
INSERT INTO reports_statusupdate (report_id, status, note, is_public, at, actor)
SELECT id, 'received', '', true, received_at, 'system' FROM reports_report
UNION ALL SELECT id, 'in_progress', '', true, received_at + interval '1 day', 'staff' FROM reports_report
WHERE id % 2 = 0
UNION ALL SELECT id, 'waiting', '', true, received_at + interval '2 days', 'staff' FROM reports_report
WHERE id % 20 = 0;"""

_BARE: Final = """
WITH moved AS (
    UPDATE reports_deadline SET due_at = due_at + interval '1 second', accept_by = accept_by + interval '1 second'
    WHERE report_id = ANY(%s) RETURNING report_id, accept_by, due_at, accept_level_id, resolve_level_id
)
INSERT INTO reports_deadlinechange (report_id, until, was, now, level_id, why, at)
SELECT report_id, 'accept', accept_by, accept_by, accept_level_id, 'recomputed', now() FROM moved
UNION ALL SELECT report_id, 'resolve', due_at, due_at, resolve_level_id, 'recomputed', now() FROM moved"""


def sheets() -> list[Sheet]:
    """The table of one recomputation after the other, each of which moves every date."""
    with copied(COPY):
        _open_all()
        return [measured(Jurisdiction.objects.cities().get())]


def measured(city: Jurisdiction) -> Sheet:
    """The table of a city's open reports."""
    count = Report.objects.filter(root=city).open().count()
    allowed = LIMIT_S * count / PER
    first = _recomputed(city, change=1)
    rows = [
        ("one report at a time, day by day", *_cells(count, _one_by_one(city, count)), ""),
        ("writing as many dates, and nothing else", *_cells(count, _bare()), ""),
        ("City Eye, where there were no dates yet", *_cells(count, first), _goal(first, allowed)),
    ]
    for number in range(ROUNDS):
        taken = _recomputed(city, change=number)
        rows.append((f"City Eye, all dates move, round {number + 1}", *_cells(count, taken), _goal(taken, allowed)))
    run = DeadlineRun.objects.latest("pk")
    return Sheet(
        title=f"The deadlines of {count:,} open reports reckoned anew",
        head=HEAD,
        rows=rows,
        notes=[f"{run.later + run.earlier:,} dates to be resolved by move; {BATCH:,} reports are one transaction."],
    )


def _cells(count: int, taken: Taken) -> tuple[str, ...]:
    longest = f"{taken.longest_s * 1000:,.0f}" if taken.longest_s else ""
    times = f"{taken.seconds:,.1f}", f"{count / taken.seconds:,.0f}"
    return *times, f"{taken.process_s:,.1f}", f"{taken.database_s:,.1f}", longest


class _Watch:
    """What the clocks have said since it was made."""

    def __init__(self) -> None:
        self._database_ms = database_clock()
        self._began = self._now()

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), self._database_ms() / 1000

    def taken(self, *, longest_s: float = 0, share: float = 1) -> Taken:
        """How long it took, times `share`."""
        spans = (after - before for before, after in zip(self._began, self._now(), strict=True))
        seconds, process, database = (span * share for span in spans)
        return Taken(seconds, process, database, longest_s)


def _goal(taken: Taken, allowed: float) -> str:
    return f"≤ {allowed:.1f} s {'reached' if taken.seconds <= allowed else 'missed'}"


def _open_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILL)
        cursor.execute("VACUUM ANALYZE reports_report, reports_assignment, reports_statusupdate")


def _recomputed(city: Jurisdiction, *, change: int) -> Taken:
    """Give every service level a bit more or less, and preview that; how long it takes to apply it."""
    ServiceLevel.objects.filter(root=city).update(amount=F("amount") + (BIT if change % 2 else -BIT))
    run = begin_preview(root=city, at=timezone.now())
    carry_on(run=run, at=timezone.now())
    begin_apply(run=run, at=timezone.now())
    watch, marks = _Watch(), [time.perf_counter()]
    carry_on(run=run, at=timezone.now(), progress=lambda _done, _total: marks.append(time.perf_counter()))
    longest = max((after - before for before, after in pairwise(marks)), default=0)
    return watch.taken(longest_s=longest)


def _bare() -> Taken:
    keys = list(Deadline.objects.order_by("pk").values_list("pk", flat=True))
    watch = _Watch()
    with connection.cursor() as cursor:
        for start in range(0, len(keys), BATCH):
            cursor.execute(_BARE, [keys[start : start + BATCH]])
    return watch.taken()


def _one_by_one(city: Jurisdiction, count: int) -> Taken:
    """So long all would take if each took as long as the first thousand."""
    zone, plan = ZoneInfo(city.time_zone), plan_of(city.pk)
    calendar = WorkingCalendar.objects.get(root=city)
    off = set(calendar.holidays.filter(is_withdrawn=False).values_list("day", flat=True))
    hours = [read_hours(text) for text in calendar.week]
    keys = list(Report.objects.open().order_by("pk").values_list("pk", flat=True)[:ALONE])
    watch = _Watch()
    for key in keys:
        report = Report.objects.select_related("category").get(pk=key)
        promise = plan.promise(
            "resolve",
            category_id=report.category_id,
            group_id=report.category.group_id,
            codes=report.jurisdictions,
            on=report.received_at.astimezone(zone).date(),
        )
        left = timedelta(seconds=promise.seconds if promise else 0)
        Deadline.objects.filter(pk=key).update(due_at=_walk(report.received_at.astimezone(zone), left, hours, off))
    return watch.taken(share=count / len(keys))


def _walk(at: datetime, left: timedelta, hours: Any, off: set[date]) -> datetime:
    """Day by day from `at` until nothing is left."""
    day = at.date()
    while True:
        for opens, closes in hours[day.weekday()] if day not in off else ():
            midnight = datetime.combine(day, datetime.min.time(), at.tzinfo)
            start, end = max(at, midnight + timedelta(minutes=opens)), midnight + timedelta(minutes=closes)
            if start < end and left <= end - start:
                return start + left
            left -= max(end - start, timedelta(0))
        day += timedelta(days=1)
