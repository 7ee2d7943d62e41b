"""Many reports of a city compared with all around them at once: what `linking` does one by one, by the same score."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import connection

from reports.duplicates.bounds import Bounds
from reports.duplicates.facts import facts_of
from reports.duplicates.linking import Pair, compared
from reports.duplicates.pairing import Floats, Ints, Pairing
from reports.duplicates.score import Score
from reports.duplicates.settings import Settings
from reports.duplicates.surroundings import Surroundings, read_surroundings
from reports.photos.likeness import hashes_of

# Whatever a score may depend on, of each report; what may come meanwhile beside it are photos.
_MARKS: Final = """
SELECT id, hashtextextended(concat_ws(chr(31), root_id, category_id, status, status_at, received_at, accuracy_m,
                                      location::text, address, device_hash, description), 0)
FROM reports_report WHERE id = ANY(%s)"""

Marks = Mapping[int, tuple[int, tuple[int, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Pairs (the lower key first) that the machine says something of: what it says, and how alike the two are.

    `pairs` are all that were compared; `marks` show whether any of the reports has changed since.
    """

    likely: Mapping[Pair, tuple[Score, str]]
    pairs: Mapping[int, Collection[int]]
    marks: Marks

    def of(self, keys: Collection[int]) -> dict[Pair, tuple[Score, str]]:
        """What is said of these reports."""
        wanted = {pair: self.likely.get(pair) for key in keys for pair in self._pairs_of(key)}
        return {pair: said for pair, said in wanted.items() if said is not None}

    def _pairs_of(self, key: int) -> Iterator[Pair]:
        return ((min(key, mate), max(key, mate)) for mate in self.pairs.get(key, ()))

    def still_holds(self, keys: Iterable[int]) -> bool:
        """Whether these reports, and all that they were compared with, are as they were."""
        known = {key for key in keys if key in self.pairs}
        known.update(*(self.pairs[key] for key in known))
        return marks_of(known) == {key: self.marks[key] for key in known if key in self.marks}


def marks_of(keys: Collection[int]) -> Marks:
    """What shows that a report is as it was, by its key."""
    photos = hashes_of(keys)
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [list(keys)])
        return {key: (mark, tuple(photos.get(key, ()))) for key, mark in cursor.fetchall()}


def compare(keys: Sequence[int], *, city_id: int, settings: Settings) -> Compared:
    """Compare these reports with what the database would find for each: the nearest of all kin, before and after it."""
    own = marks_of(keys)  # first: what changes from here on shows
    around = read_surroundings(keys, city_id=city_id, settings=settings)
    one, other, metres = _pairs(around, around.places_of(keys), settings)
    near = _worth_it(around, one, other, metres, settings)
    one, other = around.keys[one[near]], around.keys[other[near]]
    ends = np.unique(np.concatenate([one, other])).tolist()
    marks = {**marks_of(ends), **own}
    facts = facts_of(ends)
    likely: dict[Pair, tuple[Score, str]] = {}
    pairs: dict[int, set[int]] = {key: set() for key in keys}
    for first, second in zip(one.tolist(), other.tolist(), strict=True):
        for key, mate in ((first, second), (second, first)):
            if key in pairs:
                pairs[key].add(mate)
        if first in facts and second in facts:  # else it is gone meanwhile
            likeness, state = compared(facts[first], facts[second], settings)
            if likeness is not None and state is not None:
                likely[first, second] = (likeness, state)
    return Compared(likely=likely, pairs=pairs, marks=marks)


def _pairs(around: Surroundings, own: Ints, settings: Settings) -> tuple[Ints, Ints, Floats]:
    """Each pair once, by places in the arrays, the lower first."""
    found = Pairing(around, settings, both_ways=True).pairs(own)
    one, other = np.minimum(found.later, found.earlier), np.maximum(found.later, found.earlier)
    _pair, first = np.unique(one * len(around) + other, return_index=True)
    return one[first], other[first], found.metres[first]


def _worth_it(around: Surroundings, one: Ints, other: Ints, metres: Floats, settings: Settings) -> Ints:
    """The pairs whose score might be enough to say something of them."""
    most = Bounds(around, settings).of(one, other, metres)
    names, count = around.categories, len(around.categories)
    kinds, which = np.unique(around.category[one] * count + around.category[other], return_inverse=True)
    limits = [settings.pair(names[kind // count], names[kind % count]).suggest_from for kind in kinds.tolist()]
    return np.flatnonzero(most >= np.array(limits, np.float64)[which])
