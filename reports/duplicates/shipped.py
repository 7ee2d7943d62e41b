"""The settings that come with the service, from its fixtures: sound defaults without a label and without a database."""

import json
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeGuard

from django.conf import settings as service
from django.core.exceptions import ValidationError

from reports.duplicates.lexicon import WordGroup
from reports.duplicates.meaning import NO_MEANINGS, Meanings, UnreadableMeanings, read_meanings
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.tellings import read_situations
from reports.models.duplicate_settings import WEIGHT_SIGNS, WordKind, check_weights

logger = logging.getLogger(__name__)

DUPLICATES: Final = "duplicates.json"
SYNONYMS: Final = "synonyms_fa.json"
PLACES: Final = "places_fa.json"
TOPICS: Final = "topics_fa.json"
MEANINGS: Final = "meanings_fa.tsv"
TELLINGS: Final = "tellings_fa.txt"
CATEGORIES: Final = "categories.json"
ALSO_CALLED: Final = "category_names.json"
_APART: Final = frozenset({WordKind.SYNONYM, WordKind.LANDMARK, WordKind.TOPIC, WordKind.FAULT})
LIMITS: Final = ("radius_m", "window_days", "scale_m", "suggest_from", "link_from", "cap_m")


class UnreadableSettings(Exception):
    """A file of settings cannot be used; the text says which and why."""


@cache
def shipped_settings() -> Settings:
    """The settings of the fixtures."""
    folder = Path(service.ROOT) / "fixtures"
    words = (
        *read_groups(folder / PLACES, kind=WordKind.LANDMARK, axis="landmark"),
        *read_topics(folder / TOPICS),
        *read_groups(folder / SYNONYMS, kind=WordKind.SYNONYM),
    )
    also = {name: code for code, names in _object(folder / ALSO_CALLED)["names"].items() for name in names}
    names = _names(folder / CATEGORIES)
    return read_settings(folder / DUPLICATES, words=words, meanings=_meanings(), names=names, also=also)


def _meanings() -> Meanings:
    """The directions of words; none where the city's own file cannot be read, for without them texts are compared less
    well, and reports are filed all the same."""
    path = Path(service.MEANINGS_FILE or Path(service.ROOT) / "fixtures" / MEANINGS)
    try:
        found = read_meanings(path)
        if not len(found):
            raise UnreadableMeanings(f"{path} is empty.")
    except UnreadableMeanings as error:
        logger.error("Texts are compared without the directions of words: %s", error)
        return NO_MEANINGS
    return found


def shipped_situations() -> list[list[str]]:
    """What directions of words are learned from: the tellings of each situation, and the words that evoke a category,
    or stand for one way to be at fault."""
    folder = Path(service.ROOT) / "fixtures"
    told = [list(each.tellings) for each in read_situations(folder / TELLINGS)]
    return [*told, *([" ".join(group.words)] for group in read_topics(folder / TOPICS))]


def read_settings(
    path: Path,
    *,
    words: tuple[WordGroup, ...] = (),
    meanings: Meanings = NO_MEANINGS,
    names: Mapping[str, tuple[str, ...]] | None = None,
    also: Mapping[str, str] | None = None,
) -> Settings:
    """The settings that a JSON file holds, with further words, the directions of words, what categories are called, by
    their codes, and what others call them, with the codes.

    Raises UnreadableSettings.
    """
    values = _object(path)
    try:
        return _settings(values, words=words, meanings=meanings, names=names or {}, also=also or {})
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        reason = "; ".join(error.messages) if isinstance(error, ValidationError) else repr(error)
        raise UnreadableSettings(f"{path.name} does not hold settings of duplicates: {reason}") from error


def read_groups(path: Path, *, kind: str, axis: str = "") -> tuple[WordGroup, ...]:
    """Groups of words of one meaning, from a JSON file with a list `groups` of lists. Raises UnreadableSettings."""
    groups = _object(path).get("groups")
    if not _lists(groups):
        raise UnreadableSettings(f"{path.name} has no list “groups” of lists of words.")
    return tuple(WordGroup(kind=kind, words=tuple(map(str, group)), axis=axis) for group in groups)


def read_topics(path: Path) -> tuple[WordGroup, ...]:
    """What evokes each category, and in which ways its things are at fault: `topics`, a list of words by code, and
    `faults`, a list of lists. Raises UnreadableSettings."""
    values = _object(path)
    topics, faults = values.get("topics"), values.get("faults")
    if not isinstance(topics, dict) or not isinstance(faults, dict):
        raise UnreadableSettings(f"{path.name} has no “topics” and “faults” by the codes of categories.")
    if not _lists(list(topics.values())) or not all(map(_lists, faults.values())):
        raise UnreadableSettings(f"{path.name}: a topic is a list of words, faults are lists of them.")
    evoking = (WordGroup(kind=WordKind.TOPIC, words=tuple(words), axis=code) for code, words in topics.items())
    wrong = (
        WordGroup(kind=WordKind.FAULT, words=tuple(words), axis=code) for code, some in faults.items() for words in some
    )
    return (*evoking, *wrong)


def _lists(groups: object) -> TypeGuard[list[list[object]]]:
    return isinstance(groups, list) and all(isinstance(group, list) and group for group in groups)


def _object(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UnreadableSettings(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UnreadableSettings(f"{path.name} is no JSON: {error}.") from error
    if not isinstance(values, dict):
        raise UnreadableSettings(f"{path.name} holds no JSON object.")
    return values


def _names(path: Path) -> dict[str, tuple[str, ...]]:
    return {each["code"]: (each["name_fa"], each["name_en"]) for each in _object(path)["categories"]}


def _settings(
    values: Mapping[str, Any],
    *,
    words: tuple[WordGroup, ...],
    meanings: Meanings,
    names: Mapping[str, tuple[str, ...]],
    also: Mapping[str, str],
) -> Settings:
    default = profile_of(values["default"], dict.fromkeys(WEIGHT_SIGNS, 0.0))
    groups = [
        WordGroup(kind=WordKind(each["kind"]), words=tuple(each["words"]), axis=each.get("axis", ""))
        for each in values.get("words", ())
    ]
    return Settings(
        default=default,
        profiles={each["category"]: profile_of(each, default.weights) for each in values.get("profiles", ())},
        kinship={frozenset((one, other)): float(kinship) for one, other, kinship in values.get("kinship", ())},
        words=[*groups, *words],
        meanings=meanings,
        names=names,
        also=also,
        version="shipped",
    )


def profile_of(values: Mapping[str, Any], weights: Mapping[str, float]) -> Profile:
    """A profile; weights that it does not name are those given. Raises KeyError, ValueError or ValidationError."""
    own = values.get("weights") or {}
    check_weights(own)
    limits = {name: float(values[name]) for name in LIMITS}
    if limits["suggest_from"] > limits["link_from"]:
        raise ValueError("suggest_from is above link_from")
    return Profile(**limits, weights={**weights, **{name: float(weight) for name, weight in own.items()}})


def written_settings(settings: Settings) -> str:
    """The settings as a file that `read_settings` reads, without the words that have files of their own."""
    default = settings.default
    values = {
        "default": _written(default) | {"weights": dict(default.weights)},
        "profiles": [
            {"category": code, **_written(profile), "weights": _own(profile, default)}
            for code, profile in sorted(settings.profiles.items())
        ],
        "kinship": [[*sorted(pair), kinship] for pair, kinship in settings.kinships.items()],
        "words": [
            {"kind": group.kind, "axis": group.axis, "words": list(group.words)}
            for group in settings.words
            if group.kind not in _APART
        ],
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _written(profile: Profile) -> dict[str, float]:
    return {name: getattr(profile, name) for name in LIMITS}


def _own(profile: Profile, default: Profile) -> dict[str, float]:
    return {name: weight for name, weight in profile.weights.items() if weight != default.weights[name]}
