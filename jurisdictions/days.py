"""Days as registers hold them, apart from the ends of the calendar."""

from datetime import date
from typing import Final

YEARS: Final = range(1000, 9000)  # beyond them lie the ends of the calendar, where nothing comes before or after a day


def read_day(text: str) -> date:
    """YYYY-MM-DD, of the years 1000 to 8999; raises ValueError."""
    return inner_day(date.fromisoformat(text))


def inner_day(day: date) -> date:
    """The day; raises ValueError for one at the ends of the calendar."""
    if day.year not in YEARS:
        raise ValueError(f"{day} is at an end of the calendar")
    return day
