"""What a text tells: its words by weight, where it says that it is, and on which side of each opposition it stands."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from reports.duplicates.meaning import NOWHERE, Direction
from reports.duplicates.words import SMALL, grams, stem

# How much a word of each kind says beside a word that is in no group, which may be a name.
WEIGHTS: Final = {
    "synonym": 0.8,
    "thing": 0.35,
    "state": 0.6,
    "landmark": 1.2,
    "side": 0.5,
    "look": 1.0,
    "street": 0.2,
    "relation": 0.1,
    "measure": 0.2,
    "common": 0.2,
    "silent": 0.0,
}
UNKNOWN_WEIGHT: Final = 1.0
NUMBER_WEIGHT: Final = 1.0
HOUSE: Final = "house"  # the axis of words before the number of a house
ALLEY: Final = "alley"  # and of words before the number of an alley that has no name
_SMALL: Final = {stem(word): str(value) for word, value in SMALL.items()}
_AND: Final = frozenset(stem(word) for word in ("و", "تا", "and", "to"))
_PLACES: Final = (stem("فروشی"), stem("سازی"))  # what ends so is a shop
_NOT_PLACES: Final = frozenset({"thing", "state", "side", "look"})
_DENIABLE: Final = frozenset({"landmark", "thing", "side", "look"})
DENIED_WITHIN: Final = 4  # words


class Meaning(NamedTuple):
    """The group of a word: its key, empty where each word of the group stands for itself, its kind and its axis."""

    key: str
    kind: str
    axis: str


@dataclass(frozen=True, slots=True)
class Telling:
    """A text as it is compared. Keys are stems, or numbers of groups after a `#`."""

    weights: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0
    shown: Mapping[str, str] = field(default_factory=dict)
    """How each key was written."""
    sides: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """On each axis the groups that the text names."""
    landmarks: frozenset[str] = frozenset()
    """The keys of what it is beside."""
    placed: frozenset[str] = frozenset()
    """Those of them that come after a word that says so (opposite the bakery): others may be mentioned by the way."""
    numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Numbers, by `house`, `alley` or the key of the name before them."""
    grams: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    """The keys of what the text says that it is not about."""
    evoked: "Evoked" = field(default_factory=lambda: Evoked())
    meaning: Direction = field(default_factory=lambda: NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Evoked:
    """Of which categories a text makes one think."""

    topics: Mapping[str, float] = field(default_factory=dict)
    """How many of its phrases evoke each category; one that evokes several counts for each of them in part."""
    total: float = 0.0
    """How many evoke any."""
    norm: float = 0.0
    """The length of `topics` as a vector."""
    faults: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For categories, in which ways their things are at fault."""

    @classmethod
    def by(cls, topics: Iterable[tuple[str, ...]], faults: Iterable[tuple[tuple[str, str], ...]]) -> "Evoked":
        """From what each phrase stands for: categories, and faults of categories."""
        found: dict[str, float] = {}
        total = 0
        for codes in topics:
            total += 1
            share = 1 / len(codes)
            for code in codes:
                found[code] = found.get(code, 0.0) + share
        wrong: dict[str, set[str]] = {}
        for meanings in faults:
            for code, fault in meanings:
                wrong.setdefault(code, set()).add(fault)
        norm = math.hypot(*found.values())
        return cls(topics=found, total=float(total), norm=norm, faults={code: frozenset(wrong[code]) for code in wrong})


class Reading:
    """A text while it is read, word by word."""

    def __init__(self, evoked: Evoked, meaning: Direction) -> None:
        self._evoked = evoked
        self._meaning = meaning
        self._weights: dict[str, float] = {}
        self._shown: dict[str, str] = {}
        self._sides: dict[str, set[str]] = {}
        self._landmarks: set[str] = set()
        self._placed: set[str] = set()
        self._numbers: dict[str, set[str]] = {}
        self._grams: set[str] = set()
        self._before = HOUSE  # what a number would belong to; at the beginning that of a house (351 W 97th Street)
        self._small = False  # whether a small number in words is one
        self._beside = False  # whether what comes next is what it is beside
        self._waiting: str | None = None  # a number, until the word after it says whether it measures
        self._chain = False  # whether a place that comes next belongs to the one before (the gate of the hospital)
        self._denied: set[str] = set()
        self._denying = 0  # how many words on it may still be denied
        self._last = ""  # what was just named

    def take(self, meaning: Meaning, tokens: Sequence[str], stems: Sequence[str]) -> None:
        """The next word or phrase."""
        number = stems[0] if tokens[0].isdigit() else _SMALL.get(stems[0]) if self._small else None
        if number is not None and len(tokens) == 1:
            self._settle()
            self._waiting = number
            self._small = False
            return
        if self._waiting is not None and meaning.kind == "measure":
            self._waiting = None
            return
        self._settle()
        if stems[0] not in _AND:
            self._word(meaning, " ".join(tokens), stems)

    def _word(self, meaning: Meaning, shown: str, stems: Sequence[str]) -> None:
        key = meaning.key or " ".join(stems)
        kind = meaning.kind
        self._small = kind == "street"
        if kind == "silent":
            return
        if kind == "denial":
            self._deny(after=bool(meaning.axis))
            return
        self._last = key if kind in _DENIABLE or self._beside else ""
        if self._denying:
            self._denying -= 1
            if self._last:
                self._denied.add(key)
                return
        self._weigh(key, shown, WEIGHTS.get(kind, UNKNOWN_WEIGHT), stems)
        if kind == "street":
            self._before, self._beside = meaning.axis or ALLEY, False
        elif kind == "relation":
            self._before, self._beside = meaning.axis or HOUSE, True
        elif kind != "common":
            self._content(key, meaning, stems)

    def _deny(self, *, after: bool) -> None:
        """What follows is what it is not; or what came before."""
        if not after:
            self._denying = DENIED_WITHIN
        elif self._last:
            self._denied.add(self._last)
            self._weights.pop(self._last, None)
            self._landmarks.discard(self._last)
            self._placed.discard(self._last)
            for keys in self._sides.values():
                keys.discard(self._last)

    def _content(self, key: str, meaning: Meaning, stems: Sequence[str]) -> None:
        if meaning.axis and meaning.kind != "landmark":
            self._sides.setdefault(meaning.axis, set()).add(key)
        place = self._beside and meaning.kind not in _NOT_PLACES
        if meaning.kind == "landmark" or place or (not meaning.kind and stems[-1].endswith(_PLACES)):
            self._landmarks.add(key)
            if self._beside or self._chain:
                self._placed.add(key)
        self._chain = self._beside or (self._chain and meaning.kind == "landmark")
        self._before, self._beside = key, self._beside and meaning.kind == "thing"  # opposite the door of the school

    def _settle(self) -> None:
        """The number that waits belongs to what came before it."""
        if self._waiting is None:
            return
        self._numbers.setdefault(self._before, set()).add(self._waiting)
        self._weigh(f"{self._before}={self._waiting}", self._waiting, NUMBER_WEIGHT, [self._waiting])
        self._waiting = None
        self._beside = False

    def _weigh(self, key: str, shown: str, weight: float, stems: Iterable[str]) -> None:
        self._weights[key] = max(weight, self._weights.get(key, 0.0))
        self._shown.setdefault(key, shown)
        if weight >= WEIGHTS["thing"]:
            for each in stems:
                self._grams |= grams(each)

    def telling(self) -> Telling:
        """All that was taken."""
        self._settle()
        return Telling(
            weights=self._weights,
            total=sum(self._weights.values()),
            shown=self._shown,
            sides={axis: frozenset(keys) for axis, keys in self._sides.items() if keys},
            landmarks=frozenset(self._landmarks),
            placed=frozenset(self._placed),
            numbers={before: frozenset(numbers) for before, numbers in self._numbers.items()},
            grams=frozenset(self._grams),
            denied=frozenset(self._denied),
            evoked=self._evoked,
            meaning=self._meaning,
        )
