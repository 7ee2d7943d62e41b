"""What a score was made of, for people to read: the same for a pair the other way round."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from reports.duplicates.beside import placed
from reports.duplicates.facts import Facts
from reports.duplicates.numbers import houses
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.signals import (
    Signals,
    by_the_way,
    distance_m,
    hours_between,
    likeness,
    photo_likeness,
)
from reports.duplicates.text import ALLEY, WEIGHTS, Telling

Contradiction = dict[str, Any]
_LITTLE: Final = WEIGHTS["common"]
_MOST_NEAR: Final = 3
_SUDDEN: Final = 1.0  # the weight from which on it is worth a sentence that two were told at once


class Features(Mapping[str, Any]):
    """The features of a pair, made when somebody reads them: of most pairs nobody does."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._made: dict[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return repr(self._read())

    def _read(self) -> dict[str, Any]:
        if self._made is None:
            self._made = self._make()
        return self._made


def features_of(one: Facts, other: Facts, *, found: Signals, profile: Profile, settings: Settings) -> dict[str, Any]:
    """The features of a pair by their names; `evidence` is what each added to the logarithm of the odds."""
    told, heard = settings.lexicon.read(one.words), settings.lexicon.read(other.words)
    near_words = settings.lexicon.near_words
    photos = photo_likeness(one.photos, other.photos)
    about = settings.topic(one.category) if one.category == other.category else frozenset()
    return {
        "metres": round(distance_m(one, other), 1),
        "accuracy_m": max(filter(None, (one.accuracy_m, other.accuracy_m)), default=None),
        "hours": round(hours_between(one, other), 1),
        "kinship": settings.kinship(one.category, other.category),
        "text_likeness": round(likeness(told, heard), 2) if told.total and heard.total else None,
        "words_shared": _shared(told, heard),
        "words_near": [" / ".join(sorted(pair)) for pair in islice(near_words(one.words, other.words), _MOST_NEAR)],
        "contradictions": [
            *_opposites(told, heard, settings, about=about),
            *_places((told, one.address), (heard, other.address), found, settings),
            *_faults(one, other, found, settings),
            *_numbers(one, other, settings),
        ],
        "sudden": found.at_once > 0 and profile.weights["at_once"] >= _SUDDEN,
        "same_address": bool(found.same_address),
        "same_person": bool(found.person),
        "photo_likeness": None if photos is None else round(photos, 2),
        "evidence": {
            name: round(profile.weights[name] * value, 2)
            for name, value in zip(Signals._fields, found, strict=True)
            if value and profile.weights[name]
        },
    }


def _shared(told: Telling, heard: Telling) -> list[str]:
    """The words that both have, as each wrote them, those that say most first."""
    shared = sorted(told.weights.keys() & heard.weights.keys(), key=lambda key: (-told.weights[key], key))
    return [" / ".join(sorted({told.shown[key], heard.shown[key]})) for key in shared if told.weights[key] > _LITTLE]


def _opposites(told: Telling, heard: Telling, settings: Settings, *, about: frozenset[str]) -> Iterator[Contradiction]:
    for axis in sorted(told.sides.keys() & heard.sides.keys()):
        ours, theirs = told.sides[axis], heard.sides[axis]
        thing = settings.lexicon.kind_of(axis) == "thing"
        if ours.isdisjoint(theirs) and not (thing and by_the_way(ours, theirs, about=about)):
            yield _contradiction(axis, _written(told, told.sides[axis]), _written(heard, heard.sides[axis]))


def _places(
    ours: tuple[Telling, str], theirs: tuple[Telling, str], found: Signals, settings: Settings
) -> Iterator[Contradiction]:
    if found.other_landmark:
        yield _contradiction("landmark", _beside(*ours, settings), _beside(*theirs, settings))


def _beside(told: Telling, address: str, settings: Settings) -> str:
    """What a report is beside, or what places it mentions where it does not say so of any."""
    given = settings.lexicon.read(address)
    shown = {**given.shown, **told.shown}
    return _listed(shown[key] for key in placed(told, given) or told.landmarks)


def _faults(one: Facts, other: Facts, found: Signals, settings: Settings) -> Iterator[Contradiction]:
    if found.other_fault:
        ours, theirs = (settings.lexicon.read(each.words).evoked.faults for each in (one, other))
        for code in sorted({one.category, other.category} & ours.keys() & theirs.keys()):
            yield _contradiction("fault", _listed(ours[code]), _listed(theirs[code]))


def _numbers(one: Facts, other: Facts, settings: Settings) -> Iterator[Contradiction]:
    read = settings.lexicon.numbers
    ours, theirs = read(one.words, one.address), read(other.words, other.address)
    if houses(ours, theirs)[1]:
        yield _contradiction("number", _listed(ours.told | ours.given), _listed(theirs.told | theirs.given))
    common = ours.streets.keys() & theirs.streets.keys()
    if not any(ours.streets[name] & theirs.streets[name] for name in common):
        for name in sorted(common):
            yield _contradiction("street", _street(name, ours.streets, one), _street(name, theirs.streets, other))


def _contradiction(axis: str, one: str, other: str) -> Contradiction:
    """On which axis, and by which words: sorted, so that neither report comes first."""
    return {"axis": axis, "words": sorted([one, other])}


def _written(telling: Telling, keys: Iterable[str]) -> str:
    return _listed(telling.shown[key] for key in keys)


def _street(name: str, streets: Mapping[str, frozenset[str]], report: Facts) -> str:
    """The numbers after the name, which is left out where it is none."""
    numbers = _listed(streets[name])
    return (
        numbers
        if name == ALLEY or name.startswith("#") or name not in f"{report.words} {report.address}"
        else f"{name} {numbers}"
    )


def _listed(words: Iterable[str]) -> str:
    return " ".join(sorted(words))
