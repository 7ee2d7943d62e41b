"""Days, moments and periods as a page shows them: Jalali in Persian, ISO 8601 in every other language."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from persian.calendar import jalali_day, jalali_moment
from persian.normalize import to_persian_digits


def in_persian() -> bool:
    """Whether the active language is Persian."""
    return (get_language() or "").startswith("fa")


def day_text(day: date) -> str:
    """A day in the active language; one that the Jalali calendar does not reach (before 622) is Gregorian."""
    try:
        return jalali_day(day) if in_persian() else day.isoformat()
    except ValueError:
        return digits(day.isoformat())


def moment_text(at: datetime, *, time_zone: str) -> str:
    """A moment on the clock of `time_zone`, to the minute, in the active language."""
    if in_persian():
        return jalali_moment(at, time_zone=time_zone)
    return at.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M")


def period_text(first: date | None, until: date | None) -> str:
    """A half-open range of days in words, with its last day; None leaves a side open."""
    last = until and until - timedelta(days=1)
    if first and last:
        return _("from %(first)s to %(last)s") % {"first": day_text(first), "last": day_text(last)}
    if first:
        return _("since %(first)s") % {"first": day_text(first)}
    return _("to %(last)s") % {"last": day_text(last)} if last else _("always")


def digits(text: str) -> str:
    """`text` with the digits of the active language."""
    return to_persian_digits(text) if in_persian() else text
