"""A day as commands take it."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Final

YEARS: Final = range(1000, 9000)  # beyond them lie the ends of the calendar, where nothing comes before or after a day


def read_day(value: str) -> date:
    """YYYY-MM-DD, of the years 1000 to 8999; raises ArgumentTypeError."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise ArgumentTypeError(f"“{value}” is no day such as 2026-03-21.")
    return found
