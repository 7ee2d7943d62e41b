"""Days as commands take them."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.management import CommandError

from jurisdictions import days
from persian import forms


def read_day(value: str) -> date:
    """YYYY-MM-DD, of the years 1000 to 8999; raises ArgumentTypeError."""
    try:
        return days.read_day(value)
    except ValueError as error:
        raise ArgumentTypeError(f"“{value}” is no day such as 2026-03-21.") from error


def read_day_in_either_calendar(value: str) -> date:
    """Year, month and day, Jalali or Gregorian, not at an end of the calendar; raises CommandError."""
    try:
        return days.inner_day(forms.read_day(value))
    except ValueError as error:
        raise CommandError(f"{value} is no day: write it as 2025-03-21 or 1404/01/01.") from error
