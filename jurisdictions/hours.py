"""The hours of a day as people write them: 07:00-12:00 13:00-16:00; nothing for a day without work."""

import re
from collections.abc import Sequence
from itertools import pairwise

from persian.normalize import to_ascii_digits

DAY = 24 * 60  # minutes
WEEK = 7
LONGEST = 60
NEVER: tuple[str, ...] = ("",) * WEEK

Span = tuple[int, int]  # minutes after midnight: from, until (without)

# What may part two times or two spans, besides what we write ourselves.
_TO = re.compile(r"\s*(?:[-\u2010-\u2015]|تا|to)\s*")
_SPAN = re.compile(r"([01]?\d|2[0-4])(?::([0-5]\d))?-([01]?\d|2[0-4])(?::([0-5]\d))?")
_BETWEEN = re.compile(r"[\s,،;؛]+")


class NotHours(ValueError):
    """The text names no hours: not spans of one day, one after the other."""


def read_hours(text: str) -> list[Span]:
    """The spans that `text` names, in any digits; raises NotHours for what is none, empty, or not in order."""
    plain = _TO.sub("-", to_ascii_digits(text).strip())
    spans = [_span(each) for each in _BETWEEN.split(plain) if each]
    for (_opens, closes), (next_opens, _closes) in pairwise(spans):
        if next_opens < closes:
            raise NotHours(text)
    return spans


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise NotHours(text)
    opens, closes = (int(found[each]) * 60 + int(found[each + 1] or 0) for each in (1, 3))
    if not opens < closes <= DAY:
        raise NotHours(text)
    return opens, closes


def write_hours(spans: Sequence[Span]) -> str:
    """The spans as they are stored."""
    return " ".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in spans)


def clock(minutes: int) -> str:
    """Minutes after midnight, or a length of time, as 07:15."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def tidy(text: str) -> str:
    """Hours as they are stored, however they were written; raises NotHours."""
    return write_hours(read_hours(text))
