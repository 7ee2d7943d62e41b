"""The bench of deadlines: every date moves in each round, and the day-by-day way finds the same dates."""

from datetime import timedelta

from bench import deadlines
from jurisdictions.hours import read_hours
from reports.models import Deadline, DeadlineRun
from tests.factories import ServiceLevelFactory, WorkingCalendarFactory
from tests.reports.deadline_ground import TEHRAN, file, tehran


def test_each_round_moves_every_date_and_the_table_says_how_fast(small_city):
    ServiceLevelFactory(root=small_city.city)
    WorkingCalendarFactory(root=small_city.city)
    for _ in range(3):
        file(tehran("2026-04-18 09:00"))
    sheet = deadlines.measured(small_city.city)
    assert [row[0] for row in sheet.rows[:2]] == [
        "one report at a time, day by day",
        "writing as many dates, and nothing else",
    ]
    assert len(sheet.rows) == 3 + deadlines.ROUNDS
    assert {len(row) for row in sheet.rows} == {len(sheet.head)}
    assert all(each.later + each.earlier == 3 for each in DeadlineRun.objects.order_by("pk")[2:])
    assert Deadline.objects.count() == 3


def test_the_day_by_day_way_finds_the_same_date_across_nowruz(small_city):
    calendar = WorkingCalendarFactory(root=small_city.city)
    hours = [read_hours(text) for text in calendar.week]
    off = set(calendar.holidays.values_list("day", flat=True))
    filed = tehran("2026-03-18 10:00").astimezone(TEHRAN)
    assert deadlines._walk(filed, timedelta(hours=21, minutes=45), hours, off) == tehran("2026-03-26 11:15")
