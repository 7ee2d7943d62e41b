"""Working time, against a model that goes minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jurisdictions.calendars.timetable import SECOND, UNKNOWN, Timetable, as_moment, as_number, timetable
from jurisdictions.hours import NotHours, read_hours, tidy

TEHRAN, CHICAGO = ZoneInfo("Asia/Tehran"), ZoneInfo("America/Chicago")
MINUTE = timedelta(minutes=1)
OFFICE = [[(7 * 60, 14 * 60 + 15)]] * 3 + [[(7 * 60, 13 * 60)], []] + [[(7 * 60, 14 * 60 + 15)]] * 2


def table(week, *, first: date, until: date, zone: ZoneInfo, off: frozenset[date] = frozenset()) -> Timetable:
    def hours_on(day: date):
        return [] if day in off else week[day.isoweekday() - 1]

    return timetable(first=first, until=until, zone=zone, hours_on=hours_on)


def works(at: datetime, week, *, zone: ZoneInfo, off: frozenset[date]) -> bool:
    """Whether the minute that begins at `at` is worked, by the clock on the wall."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return local.date() not in off and any(
        opens <= minute < closes for opens, closes in week[local.date().isoweekday() - 1]
    )


def naive_due(start: datetime, minutes: int, until: datetime, works_at) -> datetime | None:
    """The minute at whose beginning so many have been worked since the start; None beyond `until`."""
    at = start
    while minutes:
        if at >= until:
            return None
        minutes -= works_at(at)
        at += MINUTE
    return at


# Between 1 and 3 a clock may be put forward or back; a span that begins or ends there has no one meaning.
BORDERS = [0, *range(3 * 60, 24 * 60 + 1, 15)]
SPANS = (
    st.lists(st.sampled_from(BORDERS), unique=True, max_size=6)
    .map(sorted)
    .map(lambda cuts: list(zip(cuts[::2], cuts[1::2], strict=False)))
)
WEEKS = st.lists(SPANS, min_size=7, max_size=7)
ZONES = st.sampled_from([TEHRAN, CHICAGO, ZoneInfo("Europe/London"), UTC])
# Around the days on which clocks in Chicago and London change, and the Jalali new year.
FIRST_DAYS = st.sampled_from([date(2026, 3, 5), date(2026, 3, 17), date(2026, 3, 26), date(2026, 10, 22)])
DAYS = 12


@settings(deadline=None, max_examples=60)
@given(
    week=WEEKS,
    zone=ZONES,
    first=FIRST_DAYS,
    off=st.sets(st.integers(0, DAYS - 1)),
    start=st.integers(0, DAYS * 24 * 60 - 1),
    minutes=st.integers(0, 5000),
)
def test_due_and_working_time_are_those_of_a_model_that_goes_minute_by_minute(week, zone, first, off, start, minutes):
    days = frozenset(first + timedelta(days=each) for each in off)
    until = first + timedelta(days=DAYS)
    made = table(week, first=first, until=until, zone=zone, off=days)
    began = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC) + start * MINUTE
    end = datetime.combine(until, datetime.min.time(), zone).astimezone(UTC)
    if began > end:
        return

    def works_at(at: datetime) -> bool:
        return works(at, week, zone=zone, off=days)

    expected = naive_due(began, minutes, end, works_at)
    if len(made.opens) == 0:
        assert expected is None or minutes == 0
        return
    assert made.due_at(began, minutes * MINUTE) == expected
    worked = sum(works_at(began + each * MINUTE) for each in range((end - began) // MINUTE))
    assert made.working_time(began, end) == worked * MINUTE
    if expected is not None:
        assert made.working_time(began, expected) == minutes * MINUTE


@settings(deadline=None, max_examples=50)
@given(starts=st.lists(st.integers(0, 300 * 24 * 3600 * SECOND), min_size=1), seconds=st.integers(-(10**6), 10**6))
def test_many_at_once_are_each_the_one_alone(starts, seconds):
    made = table(OFFICE, first=date(2025, 3, 21), until=date(2026, 3, 21), zone=TEHRAN)
    moments = np.array([made.first + each for each in starts], dtype=np.int64)
    found = made.due(moments, np.full(len(moments), seconds * SECOND))
    for moment, due in zip(moments.tolist(), found.tolist(), strict=True):
        alone = made.due_at(as_moment(moment), timedelta(seconds=seconds))
        assert as_moment(due) == alone
        if due != UNKNOWN and seconds > 0:
            assert made.working_time(as_moment(moment), alone) == timedelta(seconds=seconds)
        if due != UNKNOWN and seconds < 0:
            assert made.working_time(alone, as_moment(moment)) == timedelta(seconds=-seconds)


def test_borders_are_exact_to_the_microsecond():
    made = table(OFFICE, first=date(2026, 4, 4), until=date(2026, 4, 11), zone=TEHRAN)

    def at(day: int, clock: str) -> datetime:
        return datetime.fromisoformat(f"2026-04-{day:02}T{clock}").replace(tzinfo=TEHRAN)

    a_day = timedelta(hours=7, minutes=15)
    # Work that fills a day is due at its end, one microsecond more on the next morning.
    assert made.due_at(at(4, "07:00"), a_day) == at(4, "14:15")
    assert made.due_at(at(4, "07:00"), a_day + timedelta(microseconds=1)) == at(5, "07:00:00.000001")
    # Whenever it comes in after hours, the time begins in the morning.
    assert made.due_at(at(4, "14:15"), a_day) == made.due_at(at(4, "23:59:59.999999"), a_day) == at(5, "14:15")
    assert made.due_at(at(4, "20:00"), timedelta(0)) == at(4, "20:00")
    assert made.working_time(at(4, "14:14:59.999999"), at(5, "07:00:00.000001")) == timedelta(microseconds=2)
    # Thursday is the 9th and ends at 13:00; the 10th is a Friday, and beyond it nothing is known.
    assert made.due_at(at(8, "14:15"), timedelta(hours=6)) == at(9, "13:00")
    assert made.due_at(at(8, "14:15"), timedelta(hours=6, microseconds=1)) is None
    assert made.working_time(at(3, "23:59"), at(5, "12:00")) is None


def test_the_days_on_which_clocks_change_have_their_own_length():
    """All round the clock in Chicago: 8 March 2026 has 23 hours, 1 November 25; in Tehran every day has 24."""
    always = [[(0, 24 * 60)]] * 7
    for zone, day, hours in (
        (CHICAGO, date(2026, 3, 8), 23),
        (CHICAGO, date(2026, 11, 1), 25),
        (TEHRAN, date(2026, 3, 22), 24),
    ):
        made = table(always, first=day, until=day + timedelta(days=1), zone=zone)
        assert made.before[-1] == hours * 3600 * SECOND
        assert made.last - made.first == hours * 3600 * SECOND


def test_hours_that_a_clock_leaves_out_are_not_worked_twice():
    """At 2:00 on 8 March 2026 clocks in Chicago go to 3:00: of 1:00-5:00 and a span within that hour, 3 hours are."""
    week = [[(60, 120), (120, 150), (150, 300)]] * 7
    made = table(week, first=date(2026, 3, 8), until=date(2026, 3, 9), zone=CHICAGO)
    assert made.before[-1] == 3 * 3600 * SECOND
    assert (np.diff(made.opens) > 0).all()


def test_a_table_of_numbers_and_moments():
    moment = datetime(2026, 3, 21, 1, 2, 3, 456789, tzinfo=UTC)
    assert as_moment(as_number(moment)) == moment
    assert as_moment(int(UNKNOWN)) is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("", ""),
        ("07:00-14:15", "07:00-14:15"),
        ("۷ تا ۱۴:۱۵", "07:00-14:15"),
        ("8–12، 13:00 to 24", "08:00-12:00 13:00-24:00"),
        ("07:00-12:00 12:00-13:00", "07:00-12:00 12:00-13:00"),
    ],
)
def test_hours_are_read_as_people_write_them(text, stored):
    assert tidy(text) == stored
    assert read_hours(stored) == read_hours(text)


@pytest.mark.parametrize(
    "text", ["7", "14:00-07:00", "07:00-07:00", "25:00-26:00", "07:00-24:30", "07:60-08:00", "9-12 11-13", "always"]
)
def test_what_names_no_hours_is_refused(text):
    with pytest.raises(NotHours):
        read_hours(text)
