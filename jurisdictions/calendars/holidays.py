"""The holidays of a country made rows of a city's calendar; what was written by hand stays."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from jurisdictions.calendars.national import PublicHoliday, public_holidays
from jurisdictions.models import Holiday, WorkingCalendar
from jurisdictions.models.hours import KnownDays


class NoCountry(Exception):
    """The calendar names no country: its holidays are written by hand."""


class GapInCalendar(Exception):
    """Between the days that are known and those asked for lie others; the known ones are `known`."""

    def __init__(self, *, known: KnownDays) -> None:
        super().__init__(f"known are the days from {known.first} until {known.until}")
        self.known = known


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What reading a country's holidays has changed in a calendar: rows by kind of change, and its known days."""

    new: list[date]
    changed: list[date]
    gone: list[date]
    known: KnownDays

    @property
    def is_empty(self) -> bool:
        """Whether no holiday has changed."""
        return not (self.new or self.changed or self.gone)


@transaction.atomic
def renew_holidays(*, calendar: WorkingCalendar, first: date, until: date) -> Renewal:
    """Let the calendar have its country's holidays from `first` until (without) `until`, and know these days.

    Days written by hand and withdrawn ones stay. The known days have no gap: what is added begins within or at the
    end of them. Raises NoCountry, GapInCalendar, national.UnknownCountry, national.BeyondLibrary.
    """
    locked = WorkingCalendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    if not locked.country:
        raise NoCountry
    if first > locked.known.until or until < locked.known.first:
        raise GapInCalendar(known=locked.known)
    named = public_holidays(country=locked.country, subdivision=locked.subdivision, first=first, until=until)
    renewal = _renewed(locked, {each.day: each for each in named}, KnownDays(first, until))
    if locked.known != renewal.known:
        locked.holidays_known = tuple(renewal.known)
        locked.save(update_fields=["holidays_known"])
    calendar.holidays_known = tuple(renewal.known)
    return renewal


def _renewed(calendar: WorkingCalendar, named: dict[date, PublicHoliday], days: KnownDays) -> Renewal:
    there = {each.day: each for each in calendar.holidays.filter(day__gte=days.first, day__lt=days.until)}
    theirs = {day: each for day, each in there.items() if not each.by_hand and not each.is_withdrawn}
    new = [_row(calendar, each) for day, each in named.items() if day not in there]
    changed = [theirs[day] for day, each in named.items() if day in theirs and _take_over(theirs[day], each)]
    gone = sorted(theirs.keys() - named.keys())
    Holiday.objects.bulk_create(new)
    Holiday.objects.bulk_update(changed, ["name_fa", "name_en", "is_estimate"])
    calendar.holidays.filter(day__in=gone).delete()
    known = calendar.known
    return Renewal(
        new=[each.day for each in new],
        changed=[each.day for each in changed],
        gone=gone,
        known=KnownDays(min(known.first, days.first), max(known.until, days.until)),
    )


def _row(calendar: WorkingCalendar, holiday: PublicHoliday) -> Holiday:
    return Holiday(
        calendar=calendar,
        day=holiday.day,
        name_fa=holiday.name_fa,
        name_en=holiday.name_en,
        is_estimate=holiday.is_estimate,
        by_hand=False,
    )


def _take_over(row: Holiday, holiday: PublicHoliday) -> bool:
    """Let the row say what the library says; whether that is anything new."""
    said = (holiday.name_fa, holiday.name_en, holiday.is_estimate)
    differs = (row.name_fa, row.name_en, row.is_estimate) != said
    row.name_fa, row.name_en, row.is_estimate = said
    return differs
