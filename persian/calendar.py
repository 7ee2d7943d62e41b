"""The Jalali calendar, as people in Iran read dates."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from persian.normalize import to_persian_digits


def jalali_day(day: date) -> str:
    """A day in words: ۲ آذر ۱۴۰۵."""
    jalali = JalaliDate(day)
    return to_persian_digits(f"{jalali.day} {jalali.strftime('%B', locale='fa')} {jalali.year}")


def jalali_moment(at: datetime, *, time_zone: str) -> str:
    """A moment on the clock of `time_zone`: ۲ آذر ۱۴۰۵، ساعت ۱۴:۰۵."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{jalali_day(local.date())}، ساعت {to_persian_digits(local.strftime('%H:%M'))}"
