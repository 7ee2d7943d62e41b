"""Days and hours as each language writes them: Jalali in Persian, Gregorian in English."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import override

from persian.calendar import jalali_moment


def moment_in_words(at: datetime, *, time_zone: str, language: str) -> str:
    """A moment on the clock of `time_zone`: ۲ آذر ۱۴۰۵، ساعت ۱۴:۰۵ in Persian, 23 November 2026, 14:05 in English."""
    if language == "fa":
        return jalali_moment(at, time_zone=time_zone)
    with override(language):
        return dateformat.format(at.astimezone(ZoneInfo(time_zone)), "j F Y, H:i")
