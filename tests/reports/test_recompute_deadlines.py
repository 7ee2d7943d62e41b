"""What a change of calendars or service levels moves: previewed, applied, interrupted and gone on with."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import tasks
from reports.deadlines import recomputing
from reports.deadlines.recomputing import NotToBeApplied, begin_apply, begin_preview, carry_on
from reports.models import Deadline, DeadlineChange, DeadlineRun
from tests.factories import ServiceLevelFactory, WorkingCalendarFactory
from tests.reports.deadline_ground import deadline_of, file, report_of, step, tehran
from tests.runs import Killed, killed_after

AT = tehran("2026-04-19 12:00")


@pytest.fixture
def calendar(small_city):
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, amount=3)
    return WorkingCalendarFactory(root=small_city.city)


@pytest.fixture
def answers(small_city, calendar):
    """Of five reports one is closed, one waits, one has waited, and two have only come in."""
    found = [file(tehran("2026-04-18 07:00")) for _ in range(5)]
    closed, waits, waited = map(report_of, found[:3])
    step(closed, "resolved", "2026-04-18 09:00")
    for report in (waits, waited):
        step(report, "in_progress", "2026-04-18 08:00")
        step(report, "waiting", "2026-04-18 09:00")
    step(waited, "in_progress", "2026-04-18 11:00")
    return found


def said(*words: object) -> str:
    out = StringIO()
    call_command("recompute_deadlines", *map(str, words), stdout=out, stderr=StringIO())
    return out.getvalue()


def closed_on_monday(calendar) -> None:
    """Monday the 20th becomes a holiday: what was due on it is due on Tuesday."""
    calendar.holidays.create(day=tehran("2026-04-20 00:00").date(), name_fa="تعطیل رسمی")


def test_a_holiday_added_is_previewed_without_a_trace_and_then_applied_with_history(calendar, answers):
    closed_on_monday(calendar)
    told = said("preview", "--city", "sample")
    run = DeadlineRun.objects.get()
    assert f"Recomputation {run.pk} of sample, previewed: 4 reports looked at" in told
    assert "3 later, 0 earlier, 0 get a date, 0 lose it" in told
    assert "furthest later +24.0 h, furthest earlier +0.0 h, mean +24.0 h" in told
    assert not DeadlineChange.objects.filter(run=run).exists()
    assert deadline_of(answers[4]).due_at == tehran("2026-04-20 14:15")
    assert "applied: 4 reports looked at" in said("apply", run.pk)
    assert [deadline_of(each).due_at for each in answers] == [
        tehran("2026-04-20 14:15"),  # closed: its date has been told and stays
        None,
        tehran("2026-04-22 09:00"),  # two hours, in which the citizen was asked, behind the others
        tehran("2026-04-21 14:15"),
        tehran("2026-04-21 14:15"),
    ]
    changes = DeadlineChange.objects.filter(run=run)
    assert {(each.why, each.now - each.was) for each in changes} == {("recomputed", timedelta(days=1))}
    assert "sample, applied" in said("show")
    with pytest.raises(CommandError, match="It is applied: preview anew"):
        said("apply", run.pk)
    with pytest.raises(CommandError, match="There is no recomputation 0"):
        said("apply", 0)
    with pytest.raises(CommandError, match="There is no city"):
        said("preview", "--city", "nowhere")


def test_reports_of_before_the_calendar_get_their_dates_from_their_history(small_city):
    """Told on Saturday at 7:00, asked from 9:00 to 11:00: of 21:45, 2:00 were used and 19:45 left at 11:00, of which
    Saturday takes 3:15 and Sunday and Monday 14:30: 2:00 of Tuesday."""
    answer = file(tehran("2026-04-18 07:00"))
    report = report_of(answer)
    step(report, "in_progress", "2026-04-18 08:00")
    step(report, "waiting", "2026-04-18 09:00")
    step(report, "in_progress", "2026-04-18 11:00")
    assert not Deadline.objects.exists()
    ServiceLevelFactory(root=small_city.city, amount=3)
    WorkingCalendarFactory(root=small_city.city)
    run = begin_preview(root=small_city.city, at=AT)
    carry_on(run=run, at=AT)
    assert (run.appear, run.state) == (1, "previewed")
    begin_apply(run=run, at=AT)
    carry_on(run=run, at=AT)
    deadline = Deadline.objects.get()
    assert (deadline.due_at, deadline.used_seconds) == (tehran("2026-04-21 09:00"), 2 * 3600)


def test_a_service_level_that_goes_takes_the_dates_with_it(small_city, calendar, answers):
    small_city.city.service_levels.update(in_force=(tehran("2030-01-01 00:00").date(), None))
    run = begin_preview(root=small_city.city, at=AT)
    carry_on(run=run, at=AT)
    assert (run.vanish, run.later, run.earlier) == (3, 0, 0)
    begin_apply(run=run, at=AT)
    carry_on(run=run, at=AT)
    assert Deadline.objects.filter(due_at__isnull=False).count() == 1  # the closed one's


def test_interrupted_it_goes_on_where_it_stopped_and_nothing_is_done_twice(calendar, answers, small_city, monkeypatch):
    monkeypatch.setattr(recomputing, "BATCH", 2)
    closed_on_monday(calendar)
    run = begin_preview(root=small_city.city, at=AT)
    carry_on(run=run, at=AT)
    begin_apply(run=run, at=AT)

    with pytest.raises(Killed):
        carry_on(run=run, at=AT, progress=killed_after(1))
    run.refresh_from_db()
    assert (run.state, run.looked_at) == ("applying", 2)
    seen: list[tuple[int, int]] = []
    begin_apply(run=run, at=AT)
    carry_on(run=run, at=AT, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 4)]
    assert (run.state, run.looked_at, run.later) == ("applied", 4, 3)
    assert DeadlineChange.objects.filter(run=run).count() == 3


def test_what_changes_meanwhile_makes_it_outdated(calendar, answers, small_city):
    run = begin_preview(root=small_city.city, at=AT)
    carry_on(run=run, at=AT)
    closed_on_monday(calendar)
    begin_apply(run=run, at=AT)
    carry_on(run=run, at=AT)
    assert run.state == "outdated"
    with pytest.raises(NotToBeApplied):
        begin_apply(run=run, at=AT)
    assert not DeadlineChange.objects.filter(run=run).exists()


def test_the_worker_goes_on_with_what_a_lost_job_left(calendar, answers, small_city):
    closed_on_monday(calendar)
    run = begin_preview(root=small_city.city, at=AT)
    assert tasks.sweep_recomputations() == 1
    run.refresh_from_db()
    assert run.state == "previewed"
    begin_apply(run=run, at=AT)
    assert tasks.carry_on_recomputation(run.pk)
    run.refresh_from_db()
    assert run.state == "applied"
    assert tasks.carry_on_recomputation(0)


def test_a_batch_costs_the_same_statements_however_many_reports(calendar, answers, small_city):
    counts = []
    for hours in (4, 5):
        small_city.city.service_levels.update(amount=hours)
        run = begin_preview(root=small_city.city, at=AT)
        carry_on(run=run, at=AT)
        begin_apply(run=run, at=AT)
        with CaptureQueriesContext(connection) as asked:
            carry_on(run=run, at=AT)
        counts.append(len(asked))
        for _ in range(6):
            file(tehran("2026-04-18 07:00"))
    assert counts[0] == counts[1]
