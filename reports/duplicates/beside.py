"""What two reports are beside: the same, or different places, and how surely."""

from collections.abc import Collection
from typing import Final, TypeAlias

from reports.duplicates.text import Telling

MOST: Final = 2.0  # two agreements of a kind say all that ten would
# How much it says that two name different places, by how many of the two say that they are there: somebody who mentions
# a place by the way may well be at the other's.
PLACED: Final = (0.2, 0.35, 0.9)

Report: TypeAlias = tuple[Telling, Telling]  # its text and its address


def landmarks(ours: Report, theirs: Report, topic: frozenset[str]) -> tuple[float, float]:
    """How many landmarks of the one's text the other's names too; and how surely the two, each by its text and its
    address, are beside different places that are known as such."""
    (told, _where), (heard, _there) = ours, theirs
    mine, yours = told.landmarks - topic, heard.landmarks - topic
    same = sum(key in heard.weights for key in mine) + sum(key in told.weights for key in yours - mine)
    if _elsewhere(ours, theirs, topic):
        return min(MOST, same), 1.0
    if same or not known(mine) or not known(yours):
        return min(MOST, same), 0.0
    return 0.0, PLACED[known(told.placed - topic) + known(heard.placed - topic)]


def _elsewhere(ours: Report, theirs: Report, topic: frozenset[str]) -> bool:
    """Whether both say beside what they are, and neither so much as mentions where the other is."""
    here, there = placed(*ours), placed(*theirs)
    if not here or not there:
        return False
    here, there = here - topic, there - topic
    return known(here) and known(there) and not _mentioned(here, theirs) and not _mentioned(there, ours)


def placed(told: Telling, address: Telling) -> frozenset[str]:
    """What a report is beside, by its text and its address."""
    return told.placed | address.landmarks if address.landmarks else told.placed


def _mentioned(keys: Collection[str], report: Report) -> bool:
    return any(key in part.weights for key in keys for part in report)


def known(keys: Collection[str]) -> bool:
    """Whether one of these is a place that is known as such."""
    return any(key.startswith("#") for key in keys)
