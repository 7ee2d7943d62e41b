"""The most that a score can be, from numbers alone: whom no text could bring to a limit need not be read.

An upper bound of `score.value_of`, by the same weights, for arrays of pairs. It decides only what is left out; what
counts is scored by `score`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.score import DECIMALS
from reports.duplicates.settings import Settings
from reports.duplicates.signals import CHANCE, FORTNIGHT_H, MOST, PLATEAU_H, UNTOLD_M, Signals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WORDS: Final = 1
ADDRESS: Final = 2
PHOTOS: Final = 4
PEOPLE: Final = 8
_SLACK: Final = 1e-6  # by which sums in another order may differ
_BY_NUMBERS: Final = frozenset(
    {"base", "distance", "since", "gap", "kinship", "text", "untold", "silent", "silent_distance"}
    | {"across_distance", "across_since", "across_text"}
)
# Of each further signal: what both reports must have for it to be more than 0, what one of them must have besides, and
# the most that it can be. None is ever less than 0; what is not named needs words on both sides.
_FURTHER: Final = {
    "photo": (PHOTOS, 0, 1.0),
    "person": (PEOPLE, 0, 1.0),
    "same_address": (ADDRESS, 0, 1.0),
    "same_number": (WORDS | ADDRESS, WORDS, 1.0),
    "other_number": (WORDS | ADDRESS, WORDS, 1.0),
    "same_street": (WORDS | ADDRESS, 0, 1.0),
    "other_street": (WORDS | ADDRESS, 0, 1.0),
}
_OTHERWISE: Final = (WORDS, 0, MOST)


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
    text: float
    untold: float
    silent: float
    silent_distance: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """Upper bounds for pairs of these reports."""

    numbers: Numbers
    settings: Settings

    def of(self, one: Ints, other: Ints, metres: Floats) -> Floats:
        """No score of these pairs is higher. Both `one` and `other` are places in the arrays."""
        if not len(one):
            return np.empty(0)
        count = len(self.numbers.categories)
        pairs, which = np.unique(self.numbers.category[one] * count + self.numbers.category[other], return_inverse=True)
        kinds = [self._kinds(pair // count, pair % count) for pair in pairs.tolist()]
        odds = self._odds(one, other, metres, np.array([terms for terms, _more in kinds])[which])
        odds += self._more(one, other, [more for _terms, more in kinds], which)
        most: Floats = np.round(1 / (1 + np.exp(-np.clip(odds + _SLACK, -50, 50))) + _SLACK, DECIMALS)
        return most

    def _kinds(self, one: int, other: int) -> tuple[_Terms, dict[str, float]]:
        """The terms of two categories, and the most that each further signal can add."""
        names = self.numbers.categories
        profile = self.settings.pair(names[one], names[other])
        weights = profile.weights
        kinship = 1.0 - self.settings.kinship(names[one], names[other])
        across = "across_" if one != other else ""
        text = weights[f"{across}text"]
        terms = _Terms(
            scale_m=profile.scale_m,
            fixed=weights["base"] + weights["kinship"] * kinship,
            distance=weights[f"{across}distance"],
            since=weights[f"{across}since"],
            gap=weights["gap"],
            text=max(text * (1 - CHANCE), text * -CHANCE),
            untold=weights["untold"],
            silent=weights["silent"],
            silent_distance=weights["silent_distance"],
        )
        further = [name for name in Signals._fields if name not in _BY_NUMBERS]
        most = {name: max(0.0, weights[name] * _FURTHER.get(name, _OTHERWISE)[2]) for name in further}
        return terms, most if across else {**most, "across_topic": 0.0, "across_other_topic": 0.0}

    def _odds(self, one: Ints, other: Ints, metres: Floats, terms: Floats) -> Floats:
        scale_m, fixed, by_distance, by_since, by_gap, text, untold, silent, by_silent_distance = terms.T
        distance = self._unsure(one, other, metres, UNTOLD_M) / scale_m
        hours = self._hours(one, other)
        gap = by_gap * np.log1p(np.maximum(0.0, hours - PLATEAU_H) / FORTNIGHT_H)
        # How much is told is between nothing and enough, and linear between: the most is at one of its ends.
        told = by_distance * distance + by_since * np.log1p(hours) + np.maximum(text, untold)
        alone = silent + by_silent_distance * np.log1p(self._unsure(one, other, metres, 0.0) / scale_m)
        both = (self.numbers.has[one] & self.numbers.has[other] & WORDS) > 0
        odds: Floats = fixed + gap + np.where(both, told, alone)
        return odds

    def _unsure(self, one: Ints, other: Ints, metres: Floats, untold_m: float) -> Floats:
        ours, theirs = (np.nan_to_num(self.numbers.accuracy_m[each], nan=untold_m) for each in (one, other))
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

    def _more(self, one: Ints, other: Ints, kinds: Sequence[dict[str, float]], which: Ints) -> Floats:
        """What all further signals can add, by what both reports have."""
        ours, theirs = self.numbers.has[one], self.numbers.has[other]
        found = np.zeros(len(one))
        for name in kinds[0]:
            most = np.array([kind[name] for kind in kinds])
            if most.any():
                both, either, _largest = _FURTHER.get(name, _OTHERWISE)
                can = ((ours & both) > 0) & ((theirs & both) > 0)
                if either:
                    can &= ((ours | theirs) & either) > 0
                found += most[which] * can
        return found


def has_of(*, words: object, address: object, photos: object, people: object) -> int:
    """What a report has, as the arrays have it; what is empty it has not."""
    parts = ((words, WORDS), (address, ADDRESS), (photos, PHOTOS), (people, PEOPLE))
    return sum(sign for there, sign in parts if there)
