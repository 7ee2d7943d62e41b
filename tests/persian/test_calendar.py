"""Dates as people in Iran read them."""

from datetime import UTC, date, datetime

import pytest

from persian.calendar import jalali_day, jalali_moment

DAYS = [
    (date(2026, 3, 21), "۱ فروردین ۱۴۰۵"),
    (date(2026, 3, 20), "۲۹ اسفند ۱۴۰۴"),
    (date(2025, 3, 20), "۳۰ اسفند ۱۴۰۳"),  # a leap year
    (date(2026, 11, 23), "۲ آذر ۱۴۰۵"),
]


@pytest.mark.parametrize("day,text", DAYS)
def test_a_day(day, text):
    assert jalali_day(day) == text


def test_a_moment_is_told_on_the_citys_clock():
    at = datetime(2026, 3, 20, 21, 0, tzinfo=UTC)  # already Nowruz in Tehran
    assert jalali_moment(at, time_zone="Asia/Tehran") == "۱ فروردین ۱۴۰۵، ساعت ۰۰:۳۰"
    assert jalali_moment(at, time_zone="UTC") == "۲۹ اسفند ۱۴۰۴، ساعت ۲۱:۰۰"
