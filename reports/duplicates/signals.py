"""Two reports side by side, in numbers: each signal speaks for or against one problem, whoever came first."""

import math
from collections.abc import Collection, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from reports.duplicates.beside import MOST, landmarks
from reports.duplicates.facts import Facts
from reports.duplicates.lexicon import Lexicon
from reports.duplicates.meaning import nearness
from reports.duplicates.nearness import meters
from reports.duplicates.numbers import houses, streets
from reports.duplicates.settings import Settings
from reports.duplicates.text import Evoked, Telling
from reports.duplicates.words import alike

UNTOLD_M: Final = 35.0  # to which a pin is sure that does not say so: by a phone, or by a finger on a map
PLATEAU_H: Final = 48.0  # within so many hours the order of arrival is chance
FORTNIGHT_H: Final = 336.0
CHANCE: Final = 0.3  # the likeness that two texts about different problems of one kind have
ABOUT: Final = 0.25  # how near each other the directions of two texts about different problems of one kind lie
MATTER: Final = 0.3  # beyond it, two texts say the same, and no more surely that they are about the same
SPOKEN: Final = 2.0  # the weight of words from which on a text can be trusted to be alike or not
SAME_PHOTO_BITS: Final = 6  # of 64, by which two pictures of one photograph differ at most
OTHER_PHOTO_BITS: Final = 20
SURE: Final = 3.0  # phrases from which on one knows of which category a text makes one think
AT_ONCE_H: Final = 4.0  # what happens suddenly is told by many within so many hours
_NOTHING: Final[frozenset[str]] = frozenset()

Kind: TypeAlias = Literal["one", "across", "silent"]
"""Of one category, of two, or one of them without a text."""


class Signals(NamedTuple):
    """What the weights of a profile are multiplied with; nearly all are from 0 to 1 or 2.

    Reports of different categories have signals of their own for distance, time and texts (`across_…`), which stand in
    the place of those for one category; and so have reports of which one tells nothing (`silent…`).
    """

    base: float
    distance: float
    since: float
    gap: float
    at_once: float
    text: float
    meaning: float
    untold: float
    silent: float
    silent_distance: float
    kinship: float
    across_distance: float
    across_since: float
    across_text: float
    across_meaning: float
    across_topic: float
    across_other_topic: float
    same_word: float
    same_landmark: float
    same_number: float
    same_detail: float
    other_landmark: float
    other_number: float
    other_side: float
    other_state: float
    other_thing: float
    other_topic: float
    other_fault: float
    other_look: float
    denied: float
    same_street: float
    other_street: float
    same_address: float
    photo: float
    person: float


def signals(one: Facts, other: Facts, *, scale_m: float, settings: Settings) -> Signals:
    """The signals of a pair, the same for the pair the other way round; `scale_m` is the spread of its problems."""
    silent = not (one.words and other.words)
    kind: Kind = "silent" if silent else "one" if one.category == other.category else "across"
    kinship, topic = settings.relation(one.category, other.category)
    ours, theirs = (settings.lexicon.numbers(each.words, each.address) for each in (one, other))
    same_number, other_number = houses(ours, theirs)
    same_street, other_street = streets(ours.streets, theirs.streets)
    return Signals(
        base=1.0,
        kinship=1.0 - kinship,
        same_number=same_number,
        other_number=other_number,
        same_street=same_street,
        other_street=other_street,
        same_address=float(bool(one.address) and one.address == other.address),
        photo=photo_likeness(one.photos, other.photos) or 0.0,
        person=float(bool(one.people and not one.people.isdisjoint(other.people))),
        **_place_and_time(one, other, scale_m=scale_m, kind=kind),
        **_alike(one, other, topic, settings, kind=kind),
        **_details(one, other, topic, settings, kind=kind),
    )


def _place_and_time(one: Facts, other: Facts, *, scale_m: float, kind: Kind) -> dict[str, float]:
    distance = spreads_apart(one, other, scale_m=scale_m)
    hours = hours_between(one, other)
    since = math.log1p(hours)
    silent = kind == "silent"
    return {
        "distance": distance if kind == "one" else 0.0,
        "since": since if kind == "one" else 0.0,
        "across_distance": distance if kind == "across" else 0.0,
        "across_since": since if kind == "across" else 0.0,
        "gap": math.log1p(max(0.0, hours - PLATEAU_H) / FORTNIGHT_H),
        "at_once": 0.0 if silent else max(0.0, 1.0 - hours / AT_ONCE_H),
        "silent": float(silent),
        "silent_distance": math.log1p(unsure_meters(one, other) / scale_m) if silent else 0.0,
    }


def _alike(one: Facts, other: Facts, topic: frozenset[str], settings: Settings, *, kind: Kind) -> dict[str, float]:
    """How alike the texts are, and of what they make one think."""
    told, heard = settings.lexicon.read(one.words), settings.lexicon.read(other.words)
    said = min(1.0, min(told.total, heard.total) / SPOKEN)
    text = (likeness(told, heard) - CHANCE) * said
    meaning = _meaning(told, heard)
    same_topic, other_topic = _topics(one.words, other.words, settings)
    across = kind == "across"
    one_kind = kind == "one"
    return {
        "text": text if one_kind else 0.0,
        "meaning": meaning * said if one_kind else 0.0,
        "other_topic": other_topic if one_kind else 0.0,
        "across_text": text if across else 0.0,
        "across_meaning": meaning if across else 0.0,
        "across_topic": same_topic if across else 0.0,
        "across_other_topic": other_topic if across else 0.0,
        "untold": 0.0 if kind == "silent" else 1.0 - said,
        "same_word": _rarest(told, heard, topic),
        "other_fault": _faults(told.evoked, heard.evoked, {one.category, other.category}),
    }


def _details(one: Facts, other: Facts, topic: frozenset[str], settings: Settings, *, kind: Kind) -> dict[str, float]:
    """What both name: places, sides, states, things and looks; the same, or such as exclude each other."""
    lexicon = settings.lexicon
    told, heard = lexicon.read(one.words), lexicon.read(other.words)
    where, there = (lexicon.read("" if kind == "silent" else each.address) for each in (one, other))
    same_landmark, other_landmark = landmarks((told, where), (heard, there), topic)
    same, apart = _opposites(told, heard, lexicon, about=topic if one.category == other.category else _NOTHING)
    return {
        "same_landmark": same_landmark,
        "other_landmark": other_landmark,
        "same_detail": min(MOST, same.get("side", 0) + same.get("look", 0)),
        "other_side": min(MOST, apart.get("side", 0)),
        "other_state": min(1.0, apart.get("state", 0)),
        "other_thing": min(1.0, apart.get("thing", 0)),
        "other_look": min(MOST, apart.get("look", 0)),
        "denied": float(_denies(told, heard, topic) or _denies(heard, told, topic)),
    }


def distance_m(one: Facts, other: Facts) -> float:
    """The metres between the two pins."""
    return meters((one.lon, one.lat), (other.lon, other.lat))


def spreads_apart(one: Facts, other: Facts, *, scale_m: float) -> float:
    """How many times as far the two pins are apart as pins of one problem are wont to be: by how far around it is seen,
    and by how sure the two phones are, `UNTOLD_M` where one does not say."""
    ours, theirs = (UNTOLD_M if each.accuracy_m is None else each.accuracy_m for each in (one, other))
    return distance_m(one, other) / math.hypot(scale_m, *sorted((ours, theirs)))


def unsure_meters(one: Facts, other: Facts) -> float:
    """The metres between the two, less what the phones' accuracy, where it is told, may have made of them; it grows
    with the distance."""
    metres = distance_m(one, other)
    if metres == 0:
        return 0.0
    return metres * metres / math.hypot(metres, *sorted((one.accuracy_m or 0.0, other.accuracy_m or 0.0)))


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


def _meaning(told: Telling, heard: Telling) -> float:
    """How much nearer the directions of two texts are than chance has it, -1.25 to `MATTER`; 0 where one has none."""
    near = nearness(told.meaning, heard.meaning)
    return 0.0 if near is None else min(MATTER, near - ABOUT)


def _opposites(
    told: Telling, heard: Telling, lexicon: Lexicon, *, about: frozenset[str]
) -> tuple[dict[str, int], dict[str, int]]:
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
        elif kind != "thing" or not by_the_way(keys, others, about=about):
            apart[kind] = apart.get(kind, 0) + 1
    return same, apart


def by_the_way(keys: frozenset[str], others: frozenset[str], *, about: frozenset[str]) -> bool:
    """Whether one of two under one category names what it is about: then what the other names says nothing."""
    return keys.isdisjoint(about) != others.isdisjoint(about)


def _rarest(told: Telling, heard: Telling, topic: frozenset[str]) -> float:
    """The weight of the word that says most among those that both have; 0 where they share none."""
    ours, theirs = told.weights, heard.weights
    shared = (ours.keys() & theirs.keys()) - topic
    return max(min(ours[key], theirs[key]) for key in shared) if shared else 0.0


def _topics(ours: str, theirs: str, settings: Settings) -> tuple[float, float]:
    """How far two texts make one think of the same categories, and how far of others that are not kin; 0 to 1 each.

    Less where few of their words make one think of any.
    """
    one, other = settings.lexicon.read(ours).evoked, settings.lexicon.read(theirs).evoked
    if not one.topics or not other.topics:
        return 0.0, 0.0
    sure = min(1.0, one.total / SURE) * min(1.0, other.total / SURE)
    few, many = (one, other) if len(one.topics) <= len(other.topics) else (other, one)
    both = math.fsum(share * many.topics[code] for code, share in few.topics.items() if code in many.topics)
    # Either way round, and the mean: so it is the same to the last digit.
    kin = _within(one.topics, settings.kin_topics(theirs)) + _within(other.topics, settings.kin_topics(ours))
    return both / (one.norm * other.norm) * sure, (1.0 - kin / 2) * sure


def _within(topics: Mapping[str, float], kin: Mapping[str, float]) -> float:
    total = sum(topics.values())
    return sum(share * kin[code] for code, share in topics.items() if code in kin) / total


def _faults(ours: Evoked, theirs: Evoked, categories: Collection[str]) -> float:
    """Whether both say what is at fault with the things of a category, and not the same."""
    differ = False
    for code in categories:
        mine, yours = ours.faults.get(code), theirs.faults.get(code)
        if mine and yours:
            if mine & yours:
                return 0.0
            differ = True
    return float(differ)


def _denies(told: Telling, heard: Telling, topic: frozenset[str]) -> bool:
    """Whether one says that it is not what the other names."""
    return any(key in heard.weights for key in told.denied - topic)


def photo_likeness(ours: tuple[int, ...], theirs: tuple[int, ...]) -> float | None:
    """How alike the two photos are that are most alike, from 0 to 1; None where one of the reports has none."""
    if not ours or not theirs:
        return None
    bits = min(((mine ^ yours) & 0xFFFF_FFFF_FFFF_FFFF).bit_count() for mine in ours for yours in theirs)
    return min(1.0, max(0.0, (OTHER_PHOTO_BITS - bits) / (OTHER_PHOTO_BITS - SAME_PHOTO_BITS)))
