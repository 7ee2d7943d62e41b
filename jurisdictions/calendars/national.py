"""The public holidays of countries, from a kept library."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import holidays as library

ESTIMATED: Final = " (estimated)"  # how the library marks, in English, what follows the moon and is not yet fixed
BETWEEN: Final = "; "


class UnknownCountry(Exception):
    """The library has no holidays of this country, or not of this part of it."""


class BeyondLibrary(Exception):
    """The library does not know the holidays of these days; it knows those of `years`."""

    def __init__(self, *, years: range) -> None:
        super().__init__(f"known are the years {years.start} to {years.stop - 1}")
        self.years = years


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHoliday:
    """A day off in a whole country; `is_estimate`: it follows the moon, and may still move by a day."""

    day: date
    name_fa: str
    name_en: str
    is_estimate: bool


def public_holidays(*, country: str, subdivision: str = "", first: date, until: date) -> list[PublicHoliday]:
    """The holidays from `first` until (without) `until`. Raises UnknownCountry, BeyondLibrary."""
    found: list[PublicHoliday] = []
    for year in range(first.year, until.year + 1):
        found += _of_year(country, subdivision, year)
    return [each for each in found if first <= each.day < until]


@lru_cache(maxsize=32)
def _of_year(country: str, subdivision: str, year: int) -> tuple[PublicHoliday, ...]:
    local, english = _library(country, subdivision, year, "fa_IR"), _library(country, subdivision, year, "en_US")
    years = range(local.start_year, local.end_year + 1)
    if year not in years:
        raise BeyondLibrary(years=years)
    return tuple(_holiday(day, local[day], english.get(day) or local[day]) for day in sorted(local))


def _library(country: str, subdivision: str, year: int, language: str) -> library.HolidayBase:
    """The library's holidays, named in that language if it speaks it, else in the country's own."""
    try:
        spoken = library.country_holidays(country).supported_languages
        return library.country_holidays(
            country,
            subdiv=subdivision or None,
            years=year,
            expand=False,
            language=language if language in spoken else None,
        )
    except NotImplementedError as error:
        raise UnknownCountry(f"{country} {subdivision}".strip()) from error


def _holiday(day: date, local: str, english: str) -> PublicHoliday:
    return PublicHoliday(
        day=day,
        name_fa=local,
        name_en=english.replace(ESTIMATED, ""),
        is_estimate=ESTIMATED in english,
    )
