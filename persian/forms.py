"""Days in forms: typed in the Jalali or the Gregorian calendar, shown in the one the page's language reads."""

import re
from datetime import date
from typing import Any

from django import forms
from django.contrib.postgres.forms import DateRangeField, RangeWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from persiantools.jdatetime import JalaliDate

from persian.display import in_persian
from persian.normalize import to_ascii_digits

# The Jalali year 1500 is 2121 and the Gregorian 1500 is long past: no day of a register is read wrongly.
FIRST_GREGORIAN_YEAR = 1500
EXAMPLE = date(2026, 3, 21)
_jalali: Any = JalaliDate  # persiantools leaves its constructor untyped
_DAY = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\s*")


def read_day(text: str) -> date:
    """The day that `text` names as year, month and day in either calendar; raises ValueError."""
    match = _DAY.fullmatch(to_ascii_digits(text))
    if match is None:
        raise ValueError("no year, month and day")
    year, month, day = map(int, match.groups())
    if year < FIRST_GREGORIAN_YEAR:
        gregorian: date = _jalali(year, month, day).to_gregorian()
        return gregorian
    return date(year, month, day)


def write_day(day: date) -> str:
    """A day as it stands in a form: ۱۴۰۵/۰۹/۰۲ in Persian, 2026-11-23 elsewhere."""
    try:
        return str(_jalali(day).strftime("%Y/%m/%d", locale="fa")) if in_persian() else day.isoformat()
    except ValueError:
        return day.isoformat()


class DayWidget(forms.TextInput):
    """A text input that shows a day in the calendar of the page's language, and an example while it is empty."""

    def format_value(self, value: Any) -> str | None:
        """What stands in the input."""
        return write_day(value) if isinstance(value, date) else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Django's, with the example."""
        return super().get_context(name, value, {"placeholder": write_day(EXAMPLE), **(attrs or {})})


class DayField(forms.DateField):
    """A day, shown in the calendar of the page's language and read in either."""

    widget = DayWidget
    default_error_messages = {"invalid": _("Write the day as year/month/day, such as 1405/09/02 or 2026-11-23.")}

    def to_python(self, value: Any) -> date | None:
        """The day, or None where nothing is written; raises ValidationError."""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value or None)
        try:
            return read_day(value)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class DayRangeField(DateRangeField):
    """A half-open range of days: the first day, and the first day it no longer holds."""

    base_field = DayField

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = RangeWidget(DayWidget)
        super().__init__(**kwargs)
