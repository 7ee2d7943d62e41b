"""A city's working calendar from a file: the hours of its week, its holidays, and days with other hours."""

from datetime import date
from pathlib import Path
from typing import Any

from jurisdictions.calendars.holidays import GapInCalendar, renew_holidays
from jurisdictions.calendars.national import BeyondLibrary, UnknownCountry
from jurisdictions.hours import DAY, NEVER, NotHours, read_hours, tidy
from jurisdictions.loading.files import Entry, read_json
from jurisdictions.loading.rows import Ledger
from jurisdictions.models import Holiday, Jurisdiction, SpecialHours, WorkingCalendar
from jurisdictions.weekdays import read_weekday

_NAMES = ("name_fa", "name_en")
_KEYS = ("week", "working_day", "country", "subdivision", "first_day", "until", "holidays", "special_hours")


def load_calendar(path: Path, *, root: Jurisdiction, ledger: Ledger) -> None:
    """Let the city work as the file says; days and holidays that it does not name stay. Raises CannotLoad."""
    file = read_json(path).only(*_KEYS)
    first, until = _days(file)
    before = WorkingCalendar.objects.filter(root=root).first()
    values: dict[str, Any] = {
        "week": _week(file.entry("week")),
        "day_minutes": _length(file, "working_day"),
        "country": file.text("country", ""),
        "subdivision": file.text("subdivision", ""),
    }
    key: dict[str, Any] = {"root": root}
    if before is None:
        values["holidays_known"] = (first, until)
    calendar = ledger.put(WorkingCalendar, file, key=key, values=values)
    ledger.close("Working calendar")
    _load_holidays(file, calendar, first, until, ledger)
    for entry in file.entries("special_hours") if "special_hours" in file.values else []:
        _load_special(entry, calendar, ledger)
    ledger.close("Special hours")


def _days(entry: Entry) -> tuple[date, date]:
    first, until = entry.day("first_day"), entry.day("until")
    if until <= first:
        raise entry.refused("“until” must be later than “first_day”.")
    return first, until


def _week(entry: Entry) -> list[str]:
    week = list(NEVER)
    for name in entry.values:
        try:
            day = read_weekday(name)
        except ValueError as error:
            raise entry.refused(f"“{name}” is no weekday.") from error
        week[day - 1] = _hours(entry, name)
    return week


def _hours(entry: Entry, name: str) -> str:
    try:
        return tidy(entry.text(name))
    except NotHours as error:
        raise entry.refused(f"“{name}”: write hours such as 07:00-14:15, or nothing.") from error


def _length(entry: Entry, key: str) -> int:
    """A length of time such as 07:15, in minutes."""
    try:
        [(_start, minutes)] = read_hours(f"00:00-{entry.text(key)}")
    except ValueError as error:
        raise entry.refused(f"“{key}” must be a length of time such as 07:15.") from error
    return min(minutes, DAY)


def _load_holidays(file: Entry, calendar: WorkingCalendar, first: date, until: date, ledger: Ledger) -> None:
    for entry in file.entries("holidays") if "holidays" in file.values else []:
        entry.only("day", "withdrawn", *_NAMES)
        values: dict[str, Any] = {name: entry.text(name, "") for name in _NAMES}
        values |= {"is_withdrawn": entry.flag("withdrawn", False), "by_hand": True, "is_estimate": False}
        ledger.put(Holiday, entry, key={"calendar": calendar, "day": entry.day("day")}, values=values)
    if calendar.country:
        _load_national(file, calendar, first, until, ledger)
    ledger.close("Holidays")


def _load_national(file: Entry, calendar: WorkingCalendar, first: date, until: date, ledger: Ledger) -> None:
    try:
        renewal = renew_holidays(calendar=calendar, first=first, until=until)
    except UnknownCountry as error:
        raise file.refused(f"The holidays of {error} are not known: write them by hand, without a country.") from error
    except BeyondLibrary as error:
        raise file.refused(f"The holidays of these days are not known: {error}.") from error
    except GapInCalendar as error:
        raise file.refused(f"These days leave a gap: {error}.") from error
    for what, days in (("new", renewal.new), ("changed", renewal.changed), ("ended", renewal.gone)):
        ledger.count(what, len(days))


def _load_special(entry: Entry, calendar: WorkingCalendar, ledger: Ledger) -> None:
    entry.only("first_day", "until", "week", *_NAMES)
    key = {"calendar": calendar, "in_force": _days(entry)}
    values: dict[str, Any] = {name: entry.text(name, "") for name in _NAMES}
    values |= {"week": _week(entry.entry("week"))}
    ledger.put(SpecialHours, entry, key=key, values=values)
