"""How likely two reports tell of one problem: the evidence added up, and each part of it named."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from reports.duplicates.facts import Facts
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.signals import Signals, distance_m, hours_between, likeness, photo_likeness, signals
from reports.duplicates.text import Telling

DECIMALS: Final = 3
Kind = Literal["duplicate", "recurrence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How likely, from 0 to 1, the same in either order, with what it was made of.

    `kind` is a recurrence where the earlier report was closed before the later one came.
    """

    value: float
    features: Mapping[str, Any]
    kind: Kind


def score(one: Facts, other: Facts, *, settings: Settings) -> Score:
    """Compare two reports."""
    profile = settings.pair(one.category, other.category)
    found = signals_of(one, other, settings=settings, profile=profile)
    return Score(
        value=_value(evidence(found, profile)),
        features=_features(one, other, found, profile, settings),
        kind=kind_of(one, other),
    )


def value_of(one: Facts, other: Facts, *, settings: Settings) -> float:
    """The value of the score alone."""
    profile = settings.pair(one.category, other.category)
    return _value(evidence(signals_of(one, other, settings=settings, profile=profile), profile))


def signals_of(one: Facts, other: Facts, *, settings: Settings, profile: Profile) -> Signals:
    """The signals of a pair, on the scale of the profile."""
    kinship = settings.kinship(one.category, other.category)
    topic = settings.topic(one.category) | settings.topic(other.category)
    return signals(one, other, scale_m=profile.scale_m, kinship=kinship, lexicon=settings.lexicon, topic=topic)


def evidence(found: Signals, profile: Profile) -> float:
    """The logarithm of the odds."""
    weights = profile.weights
    return sum(weights[name] * value for name, value in zip(Signals._fields, found, strict=True) if value)


def kind_of(one: Facts, other: Facts) -> Kind:
    """Whether the later of the two came after the earlier one had been closed."""
    first, second = (one, other) if one.at <= other.at else (other, one)
    return "recurrence" if first.closed_at is not None and first.closed_at <= second.at else "duplicate"


def _value(odds: float) -> float:
    return round(1 / (1 + math.exp(-max(-50.0, min(50.0, odds)))), DECIMALS)


def _features(one: Facts, other: Facts, found: Signals, profile: Profile, settings: Settings) -> dict[str, Any]:
    told, heard = settings.lexicon.read(one.words), settings.lexicon.read(other.words)
    photos = photo_likeness(one.photos, other.photos)
    return {
        "metres": round(distance_m(one, other), 1),
        "accuracy_m": max(filter(None, (one.accuracy_m, other.accuracy_m)), default=None),
        "hours": round(hours_between(one, other), 1),
        "kinship": settings.kinship(one.category, other.category),
        "text_likeness": round(likeness(told, heard), 2) if told.total and heard.total else None,
        "words_shared": _shared(told, heard),
        "contradictions": _contradictions(told, heard),
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
    """The words that both have, as written, those that say most first; of two spellings the one that sorts first."""
    shared = sorted(told.weights.keys() & heard.weights.keys(), key=lambda key: (-told.weights[key], key))
    return [" / ".join(sorted({told.shown[key], heard.shown[key]})) for key in shared if told.weights[key] > 0.2]


def _contradictions(told: Telling, heard: Telling) -> list[dict[str, Any]]:
    """Where the two exclude each other: on which axis, and by which words (sorted, so that neither comes first)."""
    found = []
    for axis in sorted(told.sides.keys() & heard.sides.keys()):
        if not told.sides[axis] & heard.sides[axis]:
            words = sorted([_written(told, told.sides[axis]), _written(heard, heard.sides[axis])])
            found.append({"axis": axis, "words": words})
    for before in sorted(filter(None, told.numbers.keys() & heard.numbers.keys())):
        if not told.numbers[before] & heard.numbers[before]:
            words = sorted([_numbered(told, before), _numbered(heard, before)])
            found.append({"axis": "number", "words": words})
    return found


def _written(telling: Telling, keys: frozenset[str]) -> str:
    return " ".join(sorted(telling.shown[key] for key in keys))


def _numbered(telling: Telling, before: str) -> str:
    return " ".join([telling.shown.get(before, ""), *sorted(telling.numbers[before])])
