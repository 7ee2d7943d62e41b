"""When a city works, and how long it may take: working time, holidays, service levels."""

from jurisdictions.calendars.promises import Promise
from jurisdictions.calendars.reading import Plan, plan_of, seconds_of, timetable_of
from jurisdictions.calendars.timetable import SECOND, UNKNOWN, Moments, Timetable, as_moment, as_number, day_of

__all__ = [
    "SECOND",
    "UNKNOWN",
    "Moments",
    "Plan",
    "Promise",
    "Timetable",
    "as_moment",
    "as_number",
    "day_of",
    "plan_of",
    "seconds_of",
    "timetable_of",
]
