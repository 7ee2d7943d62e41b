"""The numbers of houses and streets that two reports name."""

from collections.abc import Mapping
from typing import Final

from reports.duplicates.lexicon import Numbers

UNSURE: Final = 0.5  # the same number after different words


def houses(ours: Numbers, theirs: Numbers) -> tuple[float, float]:
    """Whether the two name the same number of a house, and whether they name others: at least one in its text.

    Two addresses alone may be what a map has made of the pins: they say no more than these.
    """
    mine, yours = ours.told | ours.given, theirs.told | theirs.given
    if not ((ours.told and yours) or (theirs.told and mine)):
        return 0.0, 0.0
    return (0.0, 1.0) if mine.isdisjoint(yours) else (1.0, 0.0)


def streets(ours: Mapping[str, frozenset[str]], theirs: Mapping[str, frozenset[str]]) -> tuple[float, float]:
    """Whether the two name the same number of a street; and whether they name others of one."""
    if not ours or not theirs:
        return 0.0, 0.0
    common = ours.keys() & theirs.keys()
    if any(not ours[name].isdisjoint(theirs[name]) for name in common):
        return 1.0, 0.0
    if common:
        return 0.0, 1.0
    return (0.0 if _values(ours).isdisjoint(_values(theirs)) else UNSURE), 0.0


def _values(numbers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*numbers.values())
