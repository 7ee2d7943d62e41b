"""The most that a score can be, from numbers alone: whom no text could bring to a limit need not be read.

An upper bound of `score.value_of`, by the same weights, for arrays of pairs. It decides only what is left out; what
counts is scored by `score`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.beside import MOST
from reports.duplicates.facts import Facts
from reports.duplicates.score import CONTRADICTIONS, DECIMALS, ENOUGH, IDENTITY
from reports.duplicates.settings import Settings
from reports.duplicates.signals import ABOUT, AT_ONCE_H, CHANCE, FORTNIGHT_H, MATTER, PLATEAU_H, UNTOLD_M, Signals
from reports.duplicates.told import HEAVIEST, LIGHT, OPPOSED, Told

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WORDS: Final = 1
ADDRESS: Final = 2
PHOTOS: Final = 4
PEOPLE: Final = 8
_SLACK: Final = 1e-6  # by which sums in another order may differ
_BY_NUMBERS: Final = frozenset(
    {"base", "distance", "since", "gap", "at_once", "kinship", "text", "untold", "silent", "silent_distance"}
    | {"across_distance", "across_since", "across_text"}
)
# Of each further signal: what both reports must have for it to be more than 0, what one of them must have besides, and
# the most that it can be. None but the meanings is ever less than 0; what is not named needs words on both sides.
_FURTHER: Final = {
    "photo": (PHOTOS, 0, 1.0),
    "person": (PEOPLE, 0, 1.0),
    "same_address": (ADDRESS, 0, 1.0),
    "same_number": (WORDS | ADDRESS, WORDS, 1.0),
    "other_number": (WORDS | ADDRESS, WORDS, 1.0),
    "same_street": (WORDS | ADDRESS, 0, 1.0),
    "other_street": (WORDS | ADDRESS, 0, 1.0),
    "meaning": (WORDS, 0, MATTER),
    "across_meaning": (WORDS, 0, MATTER),
}
_OTHERWISE: Final = (WORDS, 0, MOST)
_FURTHER_SIGNALS: Final = tuple(name for name in Signals._fields if name not in _BY_NUMBERS)
_MOST_APART: Final = {"side": MOST, "state": 1.0, "thing": 1.0, "look": MOST}
_ACROSS: Final = ("across_meaning", "across_topic", "across_other_topic")
_DETAILS: Final = frozenset({"side", "look"})
_PART: Final = 10_000  # pairs of vectors in memory
_ROUGH: Final = 1e-4  # by which a product of short numbers may be too small


class Numbers(Protocol):
    """Reports as arrays: degrees, seconds since 1970 (infinite: not closed), numbers of categories, meters (NaN: not
    told), and what each has (`WORDS`, …).
    """

    lon: Floats
    lat: Floats
    at: Floats
    closed_at: Floats
    category: Ints
    categories: list[str]
    accuracy_m: Floats
    has: NDArray[np.uint8]


class _Terms(NamedTuple):
    """What the weights of a pair of categories come to."""

    scale_m: float
    fixed: float
    distance: float
    since: float
    gap: float
    at_once: float
    text: float
    untold: float
    silent: float
    silent_distance: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """Upper bounds for pairs of these reports."""

    numbers: Numbers
    settings: Settings

    def of(self, one: Ints, other: Ints, metres: Floats, *, told: "Read | None" = None) -> Floats:
        """No score of these pairs is higher. Both `one` and `other` are places in the arrays, `told` of their texts."""
        if not len(one):
            return np.empty(0)
        pairs, which = kinds_of(self.numbers, one, other)
        kinds = [self._kinds(*pair) for pair in pairs]
        terms = np.array([terms for terms, _weights in kinds])[which]
        heard = told.between(one, other, self.numbers.category[one] == self.numbers.category[other]) if told else None
        alike = self._odds(one, other, metres, terms, said=heard.said if heard else None)
        sure = np.zeros(len(one))
        for name in _FURTHER_SIGNALS:
            weights = np.array([weights[name] for _terms, weights in kinds])[which]
            more = self._more(name, one, other, weights, heard)
            if name in IDENTITY or name in CONTRADICTIONS:
                sure += more
            else:
                alike += more
        odds = np.minimum(ENOUGH, alike) + sure
        most: Floats = np.round(1 / (1 + np.exp(-np.clip(odds + _SLACK, -50, 50))) + _SLACK, DECIMALS)
        return most

    def _kinds(self, one: str, other: str) -> tuple[_Terms, Mapping[str, float]]:
        """The terms of two categories, and their weights: 0 for the signals that such a pair never has."""
        profile = self.settings.pair(one, other)
        weights = profile.weights
        kinship = 1.0 - self.settings.kinship(one, other)
        across = "across_" if one != other else ""
        text = weights[f"{across}text"]
        terms = _Terms(
            scale_m=profile.scale_m,
            fixed=weights["base"] + weights["kinship"] * kinship,
            distance=weights[f"{across}distance"],
            since=weights[f"{across}since"],
            gap=weights["gap"],
            at_once=weights["at_once"],
            text=max(text * (1 - CHANCE), text * -CHANCE),
            untold=weights["untold"],
            silent=weights["silent"],
            silent_distance=weights["silent_distance"],
        )
        silenced = dict.fromkeys(("meaning",) if across else _ACROSS, 0.0)
        return terms, {**weights, **silenced}

    def _odds(self, one: Ints, other: Ints, metres: Floats, terms: Floats, *, said: Floats | None) -> Floats:
        """What place and time say, and the most that texts can by how much is told (None: nobody has read them)."""
        scale_m, fixed, by_distance, by_since, by_gap, at_once, text, untold, silent, by_silent_distance = terms.T
        ours, theirs = (np.nan_to_num(self.numbers.accuracy_m[each], nan=UNTOLD_M) for each in (one, other))
        distance = metres / np.sqrt(scale_m * scale_m + ours * ours + theirs * theirs)
        hours = self._hours(one, other)
        gap = by_gap * np.log1p(np.maximum(0.0, hours - PLATEAU_H) / FORTNIGHT_H)
        # How much is told is between nothing and enough, and linear between: the most is at one of its ends.
        spoken = np.maximum(text, untold) if said is None else text * said + untold * (1 - said)
        sudden = at_once * np.maximum(0.0, 1.0 - hours / AT_ONCE_H)
        told = by_distance * distance + by_since * np.log1p(hours) + sudden + spoken
        alone = silent + by_silent_distance * np.log1p(self._unsure(one, other, metres) / scale_m)
        both = (self.numbers.has[one] & self.numbers.has[other] & WORDS) > 0
        odds: Floats = fixed + gap + np.where(both, told, alone)
        return odds

    def _unsure(self, one: Ints, other: Ints, metres: Floats) -> Floats:
        ours, theirs = (np.nan_to_num(self.numbers.accuracy_m[each], nan=0.0) for each in (one, other))
        most = np.sqrt(metres * metres + ours * ours + theirs * theirs)
        unsure: Floats = np.divide(metres * metres, most, out=np.zeros_like(metres), where=most > 0)
        return unsure

    def _hours(self, one: Ints, other: Ints) -> Floats:
        at, closed_at = self.numbers.at, self.numbers.closed_at
        swapped = at[one] > at[other]
        first, second = np.where(swapped, other, one), np.where(swapped, one, other)
        ended = closed_at[first]
        between = (at[first] < ended) & (ended <= at[second])
        since = np.where(between, ended, at[first])
        hours: Floats = (at[second] - since) / 3600
        return hours

    def _more(self, name: str, one: Ints, other: Ints, weights: Floats, heard: "Heard | None") -> Floats:
        """The most that a further signal can add, by what both reports have and by what they tell."""
        both, either, largest = _FURTHER.get(name, _OTHERWISE)
        ours, theirs = self.numbers.has[one], self.numbers.has[other]
        can = ((ours & both) > 0) & ((theirs & both) > 0)
        if either:
            can &= ((ours | theirs) & either) > 0
        highest: Floats = np.where(can, largest, 0.0)
        if heard and name in heard.most:
            highest = np.minimum(highest, heard.most[name])
        found: Floats = np.maximum(0.0, weights) * highest
        if heard and name in heard.least:
            found += np.minimum(0.0, weights) * heard.least[name]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Pairs of texts: how much is told by both (0 to 1), and between what some of their signals are."""

    said: Floats
    most: Mapping[str, Floats]
    least: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Read:
    """Texts that have been read, and where in the arrays of reports each stands."""

    told: Told
    settings: Settings
    place: Ints

    def between(self, one: Ints, other: Ints, one_kind: NDArray[np.bool_]) -> Heard:
        """What pairs of them have in common, and in what they plainly differ."""
        told, ours, theirs = self.told, self.place[one], self.place[other]
        shared = (told.landmarks[ours] & told.words[theirs]) | (told.landmarks[theirs] & told.words[ours])
        mentioned = (told.beside[ours] & told.words[theirs]) | (told.beside[theirs] & told.words[ours])
        numbers = told.numbers[ours], told.numbers[theirs]
        same_number = (numbers[0] & numbers[1]) > 0
        named = (numbers[0] > 0) & (numbers[1] > 0) & (told.in_text[ours] | told.in_text[theirs])
        placed = told.placed[ours] & told.placed[theirs] & one_kind
        apart, details = self._sides(ours, theirs, one_kind)
        said = np.minimum(told.said[ours], told.said[theirs])
        near = _products(told.meanings, ours, theirs) - ABOUT + _ROUGH
        meaning = np.where(told.meant[ours] & told.meant[theirs], np.minimum(MATTER, near), 0.0)
        least = {f"other_{kind}": np.minimum(_MOST_APART[kind], count) for kind, count in apart.items()}
        return Heard(
            said=said,
            most={
                "same_landmark": np.where(shared > 0, MOST, 0.0),
                "same_word": np.where((told.telling[ours] & told.telling[theirs]) > 0, HEAVIEST, LIGHT),
                "same_number": same_number.astype(np.float64),
                "same_detail": np.where(details, MOST, 0.0),
                "across_topic": _products(told.topics, ours, theirs) + _ROUGH,
                "meaning": meaning * said,
                "across_meaning": meaning,
            },
            least={
                **least,
                "other_landmark": (placed & (mentioned == 0)).astype(np.float64),
                "other_number": (named & ~same_number).astype(np.float64),
            },
        )

    def _sides(
        self, ours: Ints, theirs: Ints, one_kind: NDArray[np.bool_]
    ) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
        """By kind, on how many axes the two plainly exclude each other; whether they may have a detail in common."""
        apart = {kind: np.zeros(len(ours)) for kind in OPPOSED}
        details = np.zeros(len(ours), np.bool_)
        for axis, named in self.told.sides.items():
            kind = self.settings.lexicon.kind_of(axis)
            mine, yours = named[ours], named[theirs]
            differ = (mine > 0) & (yours > 0) & ((mine & yours) == 0)
            if axis in self.told.about:  # see `signals.by_the_way`
                about = self.told.about[axis]
                differ &= ~one_kind | (about[ours] == about[theirs])
            apart[kind] += differ
            if kind in _DETAILS:
                details |= (mine & yours) > 0
        return apart, details


def _products(vectors: NDArray[np.float32], ours: Ints, theirs: Ints) -> Floats:
    """The products of pairs of these vectors, some at a time: all of them would be copied twice."""
    found = np.empty(len(ours))
    for start in range(0, len(ours), _PART):
        part = slice(start, start + _PART)
        found[part] = np.einsum("ij,ij->i", vectors[ours[part]], vectors[theirs[part]])
    return found


def kinds_of(numbers: Numbers, one: Ints, other: Ints) -> tuple[list[tuple[str, str]], Ints]:
    """The pairs of categories that these pairs of reports have, each once; and by place which of them each has."""
    names, count = numbers.categories, len(numbers.categories)
    kinds, which = np.unique(numbers.category[one] * count + numbers.category[other], return_inverse=True)
    return [(names[kind // count], names[kind % count]) for kind in kinds.tolist()], which


def read_texts(rows: Ints, facts: Sequence[Facts], *, count: int, settings: Settings) -> Read:
    """Read the texts of these reports, whose places in arrays of `count` are `rows`."""
    place = np.zeros(count, np.int64)
    place[rows] = np.arange(len(rows))
    return Read(Told.of(facts, settings=settings), settings, place)


def has_of(*, words: object, address: object, photos: object, people: object) -> int:
    """What a report has, as the arrays have it; what is empty it has not."""
    parts = ((words, WORDS), (address, ADDRESS), (photos, PHOTOS), (people, PEOPLE))
    return sum(sign for there, sign in parts if there)
