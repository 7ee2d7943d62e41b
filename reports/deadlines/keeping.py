"""A report's dates made with it, and kept with each thing that happens to it: in the transaction that does it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby

from jurisdictions.calendars import as_moment, as_number, plan_of
from people.models import User
from reports.deadlines.course import course_of
from reports.deadlines.reckoning import MOMENTS, Asked, reckon
from reports.deadlines.storing import Difference, Note, Row, read_rows, write, write_first
from reports.models import Deadline, Report, Why
from reports.workflow import CLOSED, PAUSED


def first_deadline(*, report: Report) -> Deadline | None:
    """The dates that a report is born with; None where nothing is promised. Two statements at most."""
    received_at = as_number(report.received_at)
    asked = Asked(
        category_id=report.category_id,
        group_id=report.category.group_id,
        codes=report.jurisdictions,
        received_at=received_at,
        handed_at=received_at,
        accepted_at=None,
        course=course_of(received_at=received_at, steps=()),
    )
    [standing] = reckon(plan_of(report.root_id), [asked])
    if not standing.promises:
        return None
    write_first(report.pk, standing)
    values = standing._asdict()
    moments = {name: as_moment(values[name]) for name in MOMENTS if values[name] is not None}
    made = Deadline(report=report, **values | moments)  # the report knows it from here on, without asking
    made._state.adding = False
    return made


def keep_deadlines(*, reports: Collection[int], why: str, at: datetime, by: User | None = None) -> None:
    """Let the dates of these reports (by key), which the caller has changed and holds locked, be what they are now.

    A closed report whose time has ended keeps its date. Five statements for one city, however many reports.
    """
    write(differences_of(read_rows(reports)), note=Note(why=why, at=at, by=by))


def differences_of(rows: Sequence[Row]) -> list[Difference]:
    """What becomes of the dates of these reports; those that promise nothing and never did are left out."""
    found: list[Difference] = []
    live = sorted((row for row in rows if not row.has_ended), key=lambda row: row.root_id)
    for root_id, group in groupby(live, key=lambda row: row.root_id):
        ours = list(group)
        standings = reckon(plan_of(root_id), [row.asked for row in ours])
        found += [
            Difference(row.report_id, row.stored, now)
            for row, now in zip(ours, standings, strict=True)
            if row.asked.stored is not None or now.promises
        ]
    return found


def why_of_step(*, was: str, to: str) -> Why:
    """What a step from one status to the other says of the dates."""
    if to in CLOSED:
        return Why.CLOSED
    if was in CLOSED:
        return Why.REOPENED
    if to in PAUSED:
        return Why.PAUSED
    return Why.RESUMED if was in PAUSED else Why.RECOMPUTED
