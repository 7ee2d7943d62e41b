"""Two reports side by side, in numbers: each signal speaks for or against one problem, whoever came first."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from reports.duplicates.facts import Facts
from reports.duplicates.lexicon import Lexicon, Numbers
from reports.duplicates.nearness import meters
from reports.duplicates.text import Telling
from reports.duplicates.words import alike

PLATEAU_H: Final = 48.0  # within so many hours the order of arrival is chance
FORTNIGHT_H: Final = 336.0
CHANCE: Final = 0.3  # the likeness that two texts about different problems of one kind have
ENOUGH: Final = 2.0  # the weight of words from which on a text can be trusted to be alike or not
SAME_PHOTO_BITS: Final = 6  # of 64, by which two pictures of one photograph differ at most
OTHER_PHOTO_BITS: Final = 20
MOST: Final = 2.0  # two agreements of a kind say all that ten would
UNSURE: Final = 0.5  # the same number after different words


class Signals(NamedTuple):
    """What the weights of a profile are multiplied with; nearly all are from 0 to 1 or 2."""

    base: float
    distance: float
    gap: float
    kinship: float
    text: float
    untold: float
    untold_distance: float
    same_landmark: float
    same_number: float
    same_detail: float
    other_landmark: float
    other_number: float
    other_side: float
    other_state: float
    other_thing: float
    other_look: float
    same_street: float
    other_street: float
    same_address: float
    photo: float
    person: float


def signals(
    one: Facts, other: Facts, *, scale_m: float, kinship: float, lexicon: Lexicon, topic: frozenset[str] = frozenset()
) -> Signals:
    """The signals of a pair, the same for the pair the other way round; `topic` are words that say nothing here."""
    told, heard = lexicon.read(one.words), lexicon.read(other.words)
    same, apart = _opposites(told, heard, lexicon)
    same_landmark, other_landmark = _landmarks(told, heard, topic)
    ours, theirs = lexicon.numbers(one.words, one.address), lexicon.numbers(other.words, other.address)
    same_number, other_number = houses(ours, theirs)
    same_street, other_street = _streets(ours.streets, theirs.streets)
    distance = math.log1p(unsure_meters(one, other) / scale_m)
    said = min(1.0, min(told.total, heard.total) / ENOUGH)
    return Signals(
        base=1.0,
        distance=distance,
        gap=math.log1p(max(0.0, hours_between(one, other) - PLATEAU_H) / FORTNIGHT_H),
        kinship=1.0 - kinship,
        text=(likeness(told, heard) - CHANCE) * said,
        untold=1.0 - said,
        untold_distance=(1.0 - said) * distance,
        same_landmark=same_landmark,
        same_number=same_number,
        same_detail=min(MOST, same.get("side", 0) + same.get("look", 0)),
        other_landmark=other_landmark,
        other_number=other_number,
        other_side=min(MOST, apart.get("side", 0)),
        other_state=min(1.0, apart.get("state", 0)),
        other_thing=min(1.0, apart.get("thing", 0)),
        other_look=min(MOST, apart.get("look", 0)),
        same_street=same_street,
        other_street=other_street,
        same_address=float(bool(one.address) and one.address == other.address),
        photo=photo_likeness(one.photos, other.photos) or 0.0,
        person=float(bool(one.people and not one.people.isdisjoint(other.people))),
    )


def distance_m(one: Facts, other: Facts) -> float:
    """The metres between the two pins."""
    return meters((one.lon, one.lat), (other.lon, other.lat))


def unsure_meters(one: Facts, other: Facts) -> float:
    """The metres between the two, less what the phones' accuracy may have made of them; it grows with the distance."""
    metres = distance_m(one, other)
    if metres == 0:
        return 0.0
    accuracies = sorted((one.accuracy_m or 0.0, other.accuracy_m or 0.0))
    return metres * metres / math.hypot(metres, *accuracies)


def hours_between(one: Facts, other: Facts) -> float:
    """The hours between the two; for one that was closed in between, since it was closed."""
    first, second = (one, other) if one.at <= other.at else (other, one)
    ended = first.closed_at
    since = ended if ended is not None and first.at < ended <= second.at else first.at
    return (second.at - since).total_seconds() / 3600


def likeness(told: Telling, heard: Telling) -> float:
    """How alike two texts are, from 0 to 1: by the words they share, and by trigrams for what is misspelled."""
    if not told.total or not heard.total:
        return 0.0
    few, many = (told, heard) if len(told.weights) <= len(heard.weights) else (heard, told)
    weights = many.weights
    shared = math.fsum(min(weight, weights[key]) for key, weight in few.weights.items() if key in weights)
    return 0.7 * shared / math.sqrt(told.total * heard.total) + 0.3 * alike(told.grams, heard.grams)


def _opposites(told: Telling, heard: Telling, lexicon: Lexicon) -> tuple[dict[str, int], dict[str, int]]:
    """By kind, on how many axes the two say the same, and on how many they exclude each other."""
    same: dict[str, int] = {}
    apart: dict[str, int] = {}
    for axis, keys in told.sides.items():
        others = heard.sides.get(axis)
        if others is None:
            continue
        kind = lexicon.kind_of(axis)
        if shared := len(keys & others):
            same[kind] = same.get(kind, 0) + shared
        else:
            apart[kind] = apart.get(kind, 0) + 1
    return same, apart


def _landmarks(told: Telling, heard: Telling, topic: frozenset[str]) -> tuple[float, float]:
    """How many landmarks of the one the other names too; and whether both name some, and none of them both."""
    ours, theirs = told.landmarks - topic, heard.landmarks - topic
    same = sum(key in heard.weights for key in ours) + sum(key in told.weights for key in theirs - ours)
    return min(MOST, same), float(bool(ours and theirs and not same))


def houses(ours: Numbers, theirs: Numbers) -> tuple[float, float]:
    """Whether the two name the same number of a house, and whether they name others: at least one in its text.

    Two addresses alone may be what a map has made of the pins: they say no more than these.
    """
    mine, yours = ours.told | ours.given, theirs.told | theirs.given
    if not ((ours.told and yours) or (theirs.told and mine)):
        return 0.0, 0.0
    return (0.0, 1.0) if mine.isdisjoint(yours) else (1.0, 0.0)


def _streets(ours: Mapping[str, frozenset[str]], theirs: Mapping[str, frozenset[str]]) -> tuple[float, float]:
    """Whether the two name the same number of a street; and whether they name others of one."""
    if not ours or not theirs:
        return 0.0, 0.0
    common = ours.keys() & theirs.keys()
    if any(not ours[name].isdisjoint(theirs[name]) for name in common):
        return 1.0, 0.0
    if common:
        return 0.0, 1.0
    return (0.0 if _values(ours).isdisjoint(_values(theirs)) else UNSURE), 0.0


def _values(numbers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*numbers.values())


def photo_likeness(ours: tuple[int, ...], theirs: tuple[int, ...]) -> float | None:
    """How alike the two photos are that are most alike, from 0 to 1; None where one of the reports has none."""
    if not ours or not theirs:
        return None
    bits = min(((mine ^ yours) & 0xFFFF_FFFF_FFFF_FFFF).bit_count() for mine in ours for yours in theirs)
    return min(1.0, max(0.0, (OTHER_PHOTO_BITS - bits) / (OTHER_PHOTO_BITS - SAME_PHOTO_BITS)))
