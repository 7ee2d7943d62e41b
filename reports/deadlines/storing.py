"""Reports read with all that their dates depend on, and dates written: a few statements, however many there are."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection

from jurisdictions.models import Until
from people.models import User
from reports.deadlines.course import Step, course_of
from reports.deadlines.reckoning import MOMENTS, NOTHING, Asked, Standing
from reports.models import DeadlineRun
from reports.workflow import CLOSED, Status

# Moments travel as microseconds since 1970: whole numbers are read, compared and written in a fraction of the time.
_NUMBER: Final = "(extract(epoch FROM {0}) * 1000000)::bigint"
_MOMENT: Final = "timestamptz 'epoch' + {0} * interval '1 microsecond'"


def _read(name: str) -> str:
    return _NUMBER.format(f"deadline.{name}") if name in MOMENTS else f"deadline.{name}"


def _write(name: str) -> str:
    return _MOMENT.format(f"given.{name}") if name in MOMENTS else f"given.{name}"


_READ: Final = f"""
SELECT report.id, report.root_id, report.status, report.status_at = report.received_at, report.category_id,
       category.group_id, report.jurisdictions::text, {_NUMBER.format("report.received_at")},
       {_NUMBER.format("coalesce(current.assigned_at, report.received_at)")},
       {_NUMBER.format("current.accepted_at")}, deadline.report_id, {", ".join(map(_read, Standing._fields))}
FROM reports_report AS report
JOIN jurisdictions_category AS category ON category.id = report.category_id
LEFT JOIN reports_assignment AS current ON current.report_id = report.id AND current.ended_at IS NULL
LEFT JOIN reports_deadline AS deadline ON deadline.report_id = report.id
WHERE report.id = ANY(%s)"""  # noqa: S608 - our own names

# In the order in which they were taken, one after the other: by the clock, which may be set back, the last would not be
# where the report stands.
_STEPS: Final = f"""
SELECT report_id, status, {_NUMBER.format("at")} FROM reports_statusupdate
WHERE report_id = ANY(%s) ORDER BY report_id, id"""  # noqa: S608 - our own names

_TYPES: Final = dict.fromkeys(Standing._fields, "bigint") | {
    "accept_seconds": "integer",
    "resolve_seconds": "integer",
    "used_seconds": "integer",
    "is_kept": "boolean",
}
_WRITE: Final = f"""
INSERT INTO reports_deadline (report_id, {", ".join(Standing._fields)})
SELECT given.report_id, {", ".join(map(_write, Standing._fields))}
FROM unnest(%s::bigint[], {", ".join(f"%s::{kind}[]" for kind in _TYPES.values())})
     AS given (report_id, {", ".join(Standing._fields)})
ON CONFLICT (report_id) DO UPDATE SET
{", ".join(f"{name} = excluded.{name}" for name in Standing._fields)}"""  # noqa: S608 - our own names

_NOTE: Final = f"""
INSERT INTO reports_deadlinechange (report_id, until, was, now, level_id, why, at, by_id, run_id)
SELECT report_id, until, {_MOMENT.format("was")}, {_MOMENT.format("now")}, level_id, %s, %s, %s, %s
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
     AS moved (report_id, until, was, now, level_id)"""  # noqa: S608 - our own names


class Row(NamedTuple):
    """A report and its deadline as they are stored; `status` is the report's."""

    report_id: int
    root_id: int
    status: str
    asked: Asked

    @property
    def stored(self) -> Standing:
        """The deadline as it stands, all empty where there is none."""
        return self.asked.stored or NOTHING

    @property
    def has_ended(self) -> bool:
        """Whether the report is closed and its deadline has ended with it."""
        return self.status in CLOSED and self.stored.ended_at is not None


class Difference(NamedTuple):
    """What becomes of one report's deadline."""

    report_id: int
    was: Standing
    now: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the history says of a change: why, when, by whom, within which recomputation."""

    why: str
    at: datetime
    by: User | None = None
    run: DeadlineRun | None = None


def read_rows(reports: Collection[int]) -> list[Row]:
    """These reports (by key), each with its history; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(reports)])
        found = cursor.fetchall()
        cursor.execute(_STEPS, [[values[0] for values in found if not _has_not_moved(*values[2:4])]])
        steps: dict[int, list[Step]] = defaultdict(list)
        for report_id, status, at in cursor.fetchall():
            steps[report_id].append((status, at))
    return [_row(values, steps.get(values[0], ())) for values in found]


def _has_not_moved(status: str, is_new: bool) -> bool:
    """Whether nothing has happened since the report came in: its steps need not be read."""
    return status == Status.RECEIVED and is_new


def _row(values: Sequence[Any], steps: Sequence[Step]) -> Row:
    report_id, root_id, status, _is_new, category_id, group_id, codes, received_at = values[:8]
    handed_at, accepted_at, deadline_id = values[8:11]
    stored = None if deadline_id is None else Standing(*values[11:])
    course = course_of(received_at=received_at, steps=steps)
    asked = Asked(category_id, group_id, _codes(codes), received_at, handed_at, accepted_at, course, stored)
    return Row(report_id, root_id, status, asked)


@lru_cache(maxsize=4096)  # thousands of reports lie in a few hundred neighborhoods
def _codes(text: str) -> dict[str, str]:
    codes: dict[str, str] = json.loads(text)
    return codes


def write_first(report_id: int, standing: Standing) -> None:
    """Store the dates that a report is born with: there is nothing before them that a history could tell."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, _columns([(report_id, *standing)]))


def write(differences: Sequence[Difference], *, note: Note) -> None:
    """Store what differs, and note each date that has moved; two statements for a thousand reports."""
    changed = [each for each in differences if each.now != each.was]
    if not changed:
        return
    rows = [(each.report_id, *each.now) for each in changed]
    moved = [row for each in changed for row in _moved(each)]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, _columns(rows))
        if moved:
            said: list[Any] = [note.why, note.at, note.by and note.by.pk, note.run and note.run.pk]
            cursor.execute(_NOTE, [*said, *_columns(moved)])


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _moved(each: Difference) -> list[tuple[Any, ...]]:
    """The dates of one report that have moved."""
    was, now = each.was, each.now
    dates = [
        (Until.ACCEPT, was.accept_by, now.accept_by, now.accept_level_id),
        (Until.RESOLVE, was.due_at, now.due_at, now.resolve_level_id),
    ]
    return [
        (each.report_id, str(until), before, after, level) for until, before, after, level in dates if before != after
    ]
