"""Reports that plainly contradict each other are not one problem, even where a vague third one is like both."""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Final, TypeVar

from reports.duplicates.clustering import Edge, clusters_of
from reports.duplicates.facts import Facts
from reports.duplicates.nearness import Place
from reports.duplicates.score import evidence, signals_of, value_of_evidence
from reports.duplicates.settings import Settings
from reports.duplicates.signals import Signals

K = TypeVar("K")

UNLIKELY: Final = 0.02  # below it, and with something that speaks against it, two are not one problem
MOST: Final = 60  # reports that hang together: of greater crowds not all pairs are compared
_AGAINST: Final = tuple(name for name in Signals._fields if name.startswith("other_"))


def contradicting(facts: Mapping[K, Facts], *, settings: Settings) -> list[frozenset[K]]:
    """The pairs of these reports that plainly contradict each other; none among more than `MOST` of them."""
    if len(facts) > MOST:
        return []
    pairs = combinations(facts.items(), 2)
    return [frozenset((one, other)) for (one, mine), (other, yours) in pairs if _contradict(mine, yours, settings)]


def _contradict(one: Facts, other: Facts, settings: Settings) -> bool:
    profile = settings.pair(one.category, other.category)
    found = signals_of(one, other, settings=settings, profile=profile)
    against = any(getattr(found, name) for name in _AGAINST)
    return against and value_of_evidence(evidence(found, profile)) < UNLIKELY


def reconciled(
    edges: Collection[Edge[K]],
    *,
    facts: Mapping[K, Facts],
    settings: Settings,
    cap_m: Mapping[K, float],
    ranks: Mapping[K, object],
) -> list[Edge[K]]:
    """The links without those by which likeness alone would bring together what contradicts each other.

    The facts are of all that hangs together by these links. What people have said is not touched.
    """
    apart = contradicting(facts, settings=settings)
    if not apart:
        return list(edges)
    places: dict[K, Place] = {key: (each.lon, each.lat) for key, each in facts.items()}
    likely = [edge for edge in edges if not edge.must]
    groups = clusters_of(edges=likely, places=places, apart=apart, cap_m=cap_m, ranks=ranks)
    group = _numbered(groups)
    return [edge for edge in edges if edge.must or _together(edge, group)]


def _numbered(groups: Iterable[frozenset[K]]) -> dict[K, int]:
    return {key: number for number, members in enumerate(groups) for key in members}


def _together(edge: Edge[K], group: Mapping[K, int]) -> bool:
    return edge.one in group and group[edge.one] == group.get(edge.other)
