"""Many reports of a city compared with all around them at once: what `linking` does one by one, by the same score."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from reports.duplicates.bounds import Bounds, Read, kinds_of, read_texts
from reports.duplicates.facts import Facts, facts_of
from reports.duplicates.linking import Pair, compared
from reports.duplicates.pairing import Floats, Ints, Pairing
from reports.duplicates.score import Score
from reports.duplicates.settings import Settings
from reports.duplicates.surroundings import Surroundings, read_surroundings
from reports.photos.likeness import hashes_of

BLOCK: Final = 20_000  # pairs whose texts are read together

# Whatever a score may depend on, of each report; what may come meanwhile beside it are photos.
_MARKS: Final = """
SELECT id, hashtextextended(concat_ws(chr(31), root_id, category_id, status, status_at, received_at, accuracy_m,
                                      location::text, address, device_hash, description), 0)
FROM reports_report WHERE id = ANY(%s)"""

Marks = Mapping[int, tuple[int, tuple[int, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Pairs (the lower key first) that the machine says something of: what it says, and how alike the two are.

    `pairs` are those that were scored; `marks` show whether any of the reports has changed since.
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
    pairs = _worth_it(around, _pairs(around, keys, settings), settings)
    ends = around.keys[np.unique(np.concatenate([pairs.one, pairs.other]))].tolist()
    marks = {**marks_of(ends), **own}
    facts = facts_of(ends)
    mates: dict[int, set[int]] = {key: set() for key in keys}
    likely: dict[Pair, tuple[Score, str]] = {}
    for start in range(0, len(pairs.one), BLOCK):
        for one, other in _told_pairs(around, pairs.part(start, start + BLOCK), facts, settings):
            for key, mate in ((one, other), (other, one)):
                if key in mates:
                    mates[key].add(mate)
            likeness, state = compared(facts[one], facts[other], settings)
            if likeness is not None and state is not None:
                likely[one, other] = (likeness, state)
    return Compared(likely=likely, pairs=mates, marks=marks)


def _told_pairs(around: Surroundings, pairs: "_Near", facts: Mapping[int, Facts], settings: Settings) -> list[Pair]:
    """The keys of those pairs whose score might be enough once their texts have been read; who is gone is left out."""
    rows = np.unique(np.concatenate([pairs.one, pairs.other]))
    here = rows[np.isin(around.keys[rows], list(facts))]
    pairs = pairs.where(np.isin(pairs.one, here) & np.isin(pairs.other, here))
    told = read_texts(here, [facts[key] for key in around.keys[here].tolist()], count=len(around), settings=settings)
    pairs = _worth_it(around, pairs, settings, told=told)
    return list(zip(around.keys[pairs.one].tolist(), around.keys[pairs.other].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Near:
    """Pairs by places in the arrays, each once, the lower first; metres between them."""

    one: Ints
    other: Ints
    metres: Floats

    def where(self, chosen: NDArray[np.bool_]) -> "_Near":
        """Those that are chosen."""
        return _Near(self.one[chosen], self.other[chosen], self.metres[chosen])

    def part(self, start: int, stop: int) -> "_Near":
        """Those from one number to another."""
        return _Near(self.one[start:stop], self.other[start:stop], self.metres[start:stop])


def _pairs(around: Surroundings, keys: Sequence[int], settings: Settings) -> _Near:
    """The pairs of these reports, in the order of the keys: what lies together is read together."""
    found = Pairing(around, settings, both_ways=True).pairs(around.places_of(keys))
    one, other = np.minimum(found.later, found.earlier), np.maximum(found.later, found.earlier)
    _pair, first = np.unique(one * len(around) + other, return_index=True)
    turn_of = {key: turn for turn, key in enumerate(keys)}
    turns = np.array([turn_of.get(key, len(keys)) for key in around.keys.tolist()], np.int64)
    order = first[np.argsort(np.minimum(turns[one[first]], turns[other[first]]), kind="stable")]
    return _Near(one[order], other[order], found.metres[order])


def _worth_it(around: Surroundings, pairs: _Near, settings: Settings, *, told: Read | None = None) -> _Near:
    """The pairs whose score might be enough to say something of them."""
    most = Bounds(around, settings).of(pairs.one, pairs.other, pairs.metres, told=told)
    kinds, which = kinds_of(around, pairs.one, pairs.other)
    limits = [settings.pair(*kind).suggest_from for kind in kinds]
    return pairs.where(most >= np.array(limits, np.float64)[which])
