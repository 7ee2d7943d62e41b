"""Cells of a table as people fill them: numbers, moments and hashes of photos, in any digits and either calendar."""

import math
from datetime import UTC, datetime, time

from persian.forms import read_day
from persian.normalize import to_ascii_digits


def read_number(text: str) -> float:
    """A number in any digits, with a point, a Persian separator or a comma before its decimals; NaN for none."""
    try:
        value = float(to_ascii_digits(text.strip()).replace("٫", ".").replace(",", "."))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def read_moment(text: str) -> float:
    """Seconds since 1970 of a day or moment, in any digits, Gregorian or Jalali, in UTC unless told; NaN for none."""
    plain = to_ascii_digits(text.strip())
    if not plain:
        return math.nan
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return _moment_by_parts(plain)
    if moment.year < 1500:
        return _moment_by_parts(plain)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _moment_by_parts(plain: str) -> float:
    day, _blank, clock = plain.replace("T", " ").partition(" ")
    try:
        at = time.fromisoformat(clock.strip() or "00:00")
        moment = datetime.combine(read_day(day), at)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return math.nan


def read_hashes(text: str) -> tuple[int, ...]:
    """Perceptual hashes in sixteen hexadecimal digits each; what is none is left out."""
    found = []
    for part in text.replace(";", " ").replace(",", " ").split():
        try:
            found.append(int(part, 16))
        except ValueError:
            continue
    return tuple(found)
