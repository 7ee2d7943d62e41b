"""Links in, clusters out: one pure function, the whole truth about which reports are held to be one problem.

The strongest link goes first. Two groups become one unless a person has said "no" to a pair across them, or what they
cover together would be wider than the cap: so a street full of neighbors does not grow into one cluster. What people
have said belongs together is joined before all else, however far apart; such a group may then take in what lies
within a cap of it. Nothing depends on who came first: not the score, not the distance, not what parts two that tie.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from reports.duplicates.nearness import Place, Reach, meters

K = TypeVar("K")  # hashable, and comparable with others of its kind


@dataclass(frozen=True, slots=True)
class Edge(Generic[K]):
    """Two that are held to be one, by so much (0..1); `must`: a person says so."""

    one: K
    other: K
    score: float
    must: bool = False


class _Group(Generic[K]):
    """Those joined so far, how far they reach, and the groups they are not to be joined with."""

    __slots__ = ("blocked", "cap_m", "foes", "members", "reach", "said_m", "width_m")

    def __init__(self, key: K, place: Place, cap_m: float) -> None:
        self.members = [key]
        self.reach = Reach.of(place)
        self.cap_m = cap_m
        self.width_m = 0.0
        self.said_m = 0.0  # the width of the widest part that people joined beyond the cap
        self.foes: set[_Group[K]] = set()
        self.blocked: dict[_Group[K], float] = {}  # too wide together, while `said_m` of both is no more than this


def clusters_of(
    *,
    edges: Iterable[Edge[K]],
    places: Mapping[K, Place],
    apart: Collection[frozenset[K]] = (),
    cap_m: Mapping[K, float] | float,
    ranks: Mapping[K, object] | None = None,
) -> list[frozenset[K]]:
    """The clusters of two and more, in the order of their first keys; each key is in one at most.

    `places` are (longitude, latitude); `cap_m` is the greatest width of a cluster in meters, for each key (the least
    of its members' holds) or for all. `apart` are pairs never in one cluster. `ranks` (such as the moments reports were
    received) part links that tie in score, distance and place; where they tie too, the keys do. Raises KeyError for a
    key without a place or cap.
    """
    caps = cap_m if isinstance(cap_m, Mapping) else dict.fromkeys(places, cap_m)
    ordered = _in_order(edges, places, ranks or {})
    groups = {key: _Group(key, places[key], caps[key]) for edge in ordered for key in (edge.one, edge.other)}
    _set_apart(groups, apart)
    for edge in ordered:
        one, other = groups[edge.one], groups[edge.other]
        if one is not other and other not in one.foes and (edge.must or _fit(one, other)):
            _join(one, other, groups, said=edge.must)
    found = {id(group): group.members for group in groups.values() if len(group.members) > 1}
    return sorted(map(frozenset, found.values()), key=_first)


def tops(pairs: Iterable[tuple[K, K]]) -> dict[K, K]:
    """For each key of these pairs one key that stands for all that hang together with it."""
    above: dict[K, K] = {}

    def top(key: K) -> K:
        while (upper := above.setdefault(key, key)) != key:
            above[key] = above[upper]
            key = upper
        return key

    for one, other in pairs:
        above[top(one)] = top(other)
    return {key: top(key) for key in list(above)}


def _first(keys: Collection[Any]) -> Any:
    return min(keys)


def _in_order(edges: Iterable[Edge[K]], places: Mapping[K, Place], ranks: Mapping[K, object]) -> list[Edge[K]]:
    """What people say first, then the higher score, the nearer; then by content, the same from either end."""

    def rank(edge: Edge[K]) -> tuple[Any, ...]:
        ends: list[tuple[Any, ...]] = [(places[key], ranks.get(key), key) for key in (edge.one, edge.other)]
        one, other = sorted(ends)
        near = round(meters(one[0], other[0]), 3)
        return (not edge.must, -edge.score, near, *zip(one, other, strict=True))

    return sorted((edge for edge in edges if edge.one != edge.other), key=rank)


def _set_apart(groups: Mapping[K, _Group[K]], apart: Collection[frozenset[K]]) -> None:
    for pair in apart:
        one, other = (groups.get(key) for key in pair)
        if one is not None and other is not None:
            one.foes.add(other)
            other.foes.add(one)


def _fit(one: _Group[K], other: _Group[K]) -> bool:
    """Whether both together keep within the cap; a refusal is kept, since joining more never makes them narrower."""
    said_m = max(one.said_m, other.said_m)
    if one.blocked.get(other, -1.0) >= said_m:
        return False
    limit_m = min(one.cap_m, other.cap_m) + said_m
    if max(one.width_m, other.width_m) <= limit_m and one.reach.within(other.reach, limit_m):
        return True
    one.blocked[other] = other.blocked[one] = said_m
    return False


def _join(one: _Group[K], other: _Group[K], groups: dict[K, _Group[K]], *, said: bool) -> None:
    """The smaller becomes part of the larger, with all that is held against either."""
    into, part = (one, other) if len(one.members) >= len(other.members) else (other, one)
    for key in part.members:
        groups[key] = into
    into.members += part.members
    into.width_m = max(into.width_m, part.width_m, into.reach.widest(part.reach))
    into.reach = into.reach.with_(part.reach)
    into.cap_m = min(into.cap_m, part.cap_m)
    into.said_m = max(into.said_m, part.said_m, into.width_m if said and into.width_m > into.cap_m else 0.0)
    _inherit(into, part)


def _inherit(into: _Group[K], part: _Group[K]) -> None:
    """What stood between the part and other groups stands between them and the whole."""
    for foe in part.foes:
        foe.foes.discard(part)
        foe.foes.add(into)
        into.foes.add(foe)
    for foe, said_m in part.blocked.items():
        foe.blocked.pop(part)
        if foe is not into:
            into.blocked[foe] = foe.blocked[into] = max(said_m, into.blocked.get(foe, -1.0))
    into.blocked.pop(part, None)
