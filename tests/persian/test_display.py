"""Days and periods on a page."""

from datetime import date

import pytest
from django.utils.translation import override

from persian.display import day_text, period_text
from persian.forms import read_day, write_day


@pytest.mark.parametrize(
    ("language", "day", "text"),
    [
        ("fa", date(2026, 11, 23), "۲ آذر ۱۴۰۵"),
        ("fa", date(1, 1, 1), "۰۰۰۱-۰۱-۰۱"),
        ("en", date(2026, 11, 23), "2026-11-23"),
    ],
)
def test_a_day_is_in_the_calendar_of_the_language(language, day, text):
    with override(language):
        assert day_text(day) == text


@pytest.mark.parametrize(
    ("first", "until", "persian", "english"),
    [
        (date(2026, 3, 21), None, "از ۱ فروردین ۱۴۰۵", "since 2026-03-21"),
        (None, date(2026, 3, 21), "تا ۲۹ اسفند ۱۴۰۴", "to 2026-03-20"),
        (date(2026, 3, 21), date(2026, 3, 23), "از ۱ فروردین ۱۴۰۵ تا ۲ فروردین ۱۴۰۵", "from 2026-03-21 to 2026-03-22"),
        (None, None, "همیشه", "always"),
    ],
)
def test_a_period_is_told_with_its_last_day(first, until, persian, english):
    with override("fa"):
        assert period_text(first, until) == persian
    with override("en"):
        assert period_text(first, until) == english


@pytest.mark.parametrize("text", ["1405/09/02", "۱۴۰۵/۹/۲", "١٤٠٥-٠٩-٠٢", " 2026-11-23 ", "۲۰۲۶.۱۱.۲۳"])
def test_a_day_is_read_in_either_calendar_and_in_any_digits(text):
    assert read_day(text) == date(2026, 11, 23)


@pytest.mark.parametrize(
    "text", ["", "1405", "1405/12/30", "1405/00/01", "0000/01/01", "2026-02-30", "23/11/2026", "x"]
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_day(text)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_day_that_was_written_is_read_back(language):
    with override(language):
        assert read_day(write_day(date(2026, 3, 20))) == date(2026, 3, 20)
