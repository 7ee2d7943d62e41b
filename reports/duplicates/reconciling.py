"""Likeness joins by what all reports say of each other, not by the one pair that is most alike.

A vague report is like both of two that are not like each other. So groups grow as long as their reports, each beside
each of the other group, are more likely one problem than two on the average, and none of them contradicts another.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.clustering import Edge, tops
from reports.duplicates.facts import Facts
from reports.duplicates.score import ENOUGH, evidence, kind_of, odds_of_value, signals_of
from reports.duplicates.settings import Settings
from reports.duplicates.signals import Signals

K = TypeVar("K")

MOST: Final = 60  # reports that hang together: of greater crowds not all pairs are compared
UNLIKELY: Final = 0.02  # below it, and with something that speaks against it, two are not one problem
CERTAIN: Final = 0.999  # beyond it no pair outvotes others
_EXACT: Final = 1_000_000  # sums of whole numbers do not depend on their order
_AGAINST: Final = tuple(name for name in Signals._fields if name.startswith("other_"))


def reconciled(
    edges: Collection[Edge[K]], *, facts: Callable[[Collection[K]], Mapping[K, Facts]], settings: Settings
) -> list[Edge[K]]:
    """The links without those that would join by likeness what is not alike; the same in any order.

    `facts` is asked once, for all that is to be compared. Where more than `MOST` reports hang together, their links
    stay. What people have said stays too.
    """
    likely = [edge for edge in edges if not edge.must]
    parts = [part for part in _connected(likely) if 2 < len(part) <= MOST]
    known = facts(set().union(*parts)) if parts else {}
    group: dict[K, int] = {}
    for part in parts:
        inside = [edge for edge in likely if edge.one in part]
        group |= _groups(inside, {key: known[key] for key in part}, settings)
    return [edge for edge in edges if edge.must or group.get(edge.one) == group.get(edge.other)]


def _connected(edges: Iterable[Edge[K]]) -> list[set[K]]:
    """The reports that hang together by links."""
    parts: dict[K, set[K]] = {}
    for key, top in tops((edge.one, edge.other) for edge in edges).items():
        parts.setdefault(top, set()).add(key)
    return list(parts.values())


def _groups(edges: Collection[Edge[K]], facts: Mapping[K, Facts], settings: Settings) -> dict[K, int]:
    """The number of each report's group."""
    keys: list[K] = sorted(facts, key=lambda key: _content(key, facts[key]))
    number = {key: place for place, key in enumerate(keys)}
    odds, apart = _odds([facts[key] for key in keys], settings)
    linked = np.zeros_like(apart)
    for edge in edges:
        one, other = number[edge.one], number[edge.other]
        odds[one, other] = odds[other, one] = _exact(odds_of_value(edge.score))
        linked[one, other] = linked[other, one] = True
    group = _joined(odds, linked, apart)
    return {key: int(group[place]) for key, place in number.items()}


def _content(key: Any, facts: Facts) -> tuple[Any, ...]:
    """What a report is sorted by, so that ties do not depend on who came first; keys part those that are the same."""
    return facts.lon, facts.lat, facts.at, key


def _odds(facts: list[Facts], settings: Settings) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The logarithm of the odds of each pair, and whether its two plainly contradict each other."""
    odds = np.zeros((len(facts), len(facts)), np.int64)
    apart = np.zeros(odds.shape, np.bool_)
    for one, other in combinations(range(len(facts)), 2):
        profile = settings.pair(facts[one].category, facts[other].category)
        found = signals_of(facts[one], facts[other], settings=settings, profile=profile)
        # What comes back after a closing is another problem, whatever a third report is like that was open meanwhile.
        again = kind_of(facts[one], facts[other]) == "recurrence"
        value = -ENOUGH if again else evidence(found, profile)
        against = value < odds_of_value(UNLIKELY) and any(getattr(found, name) for name in _AGAINST)
        odds[one, other] = odds[other, one] = _exact(value)
        apart[one, other] = apart[other, one] = against
    return odds, apart


def _exact(odds: float) -> int:
    limit = odds_of_value(CERTAIN)
    return round(max(-limit, min(limit, odds)) * _EXACT)


def _joined(odds: NDArray[np.int64], linked: NDArray[np.bool_], apart: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Join the two groups most alike on the average, again and again; the group of each, by its first member."""
    group = np.arange(len(odds))
    sizes = np.ones(len(odds), np.int64)
    while True:
        means = np.where(np.triu(linked & ~apart, 1), odds / np.outer(sizes, sizes), -np.inf)
        one, other = divmod(int(means.argmax()), len(odds))
        if means[one, other] < 0:
            return group
        group[group == other] = one
        sizes[one] += sizes[other]
        for table in (odds, linked, apart):
            table[one] = table[one] + table[other]
            table[:, one] = table[:, one] + table[:, other]
        linked[other] = linked[:, other] = False
