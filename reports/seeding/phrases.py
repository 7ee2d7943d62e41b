"""What made-up citizens say, how often of which category, and at which hours: read from a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from persian.normalize import to_persian_digits

Languages = Mapping[str, Sequence[str]]


class UnreadablePhrases(Exception):
    """The file of phrases cannot be used; the text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is said about a category, and how often: `weight` against the others, in certain `months` only."""

    weight: float
    sentences: Languages
    months: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The whole file. `hours` and `weekdays` (Monday first) weigh the times, `road_classes` the streets."""

    hours: Sequence[float]
    weekdays: Sequence[float]
    road_classes: Mapping[str, float]
    greetings: Languages
    endings: Languages
    spots: Languages
    since: Languages
    notes: Languages
    people: Sequence[str]
    topics: Mapping[str, Topic]
    default: Topic

    def about(self, category: str) -> Topic:
        """The topic of a category's code."""
        return self.topics.get(category, self.default)

    def text(self, random: Random, *, category: str, language: str, street: str) -> str:
        """One message about a problem of this category in this street."""
        number = str(random.randint(2, 60))
        place = {"street": street, "n": to_persian_digits(number) if language == "fa" else number}
        spot = random.choice(self.spots[language]).format(**place)
        core = random.choice(self.about(category).sentences[language])
        parts = [core.format(**place, spot=spot, since=random.choice(self.since[language]))]
        if random.random() < 0.3:
            parts.insert(0, random.choice(self.greetings[language]))
        if random.random() < 0.55:
            parts.append(random.choice(self.endings[language]))
        return " ".join(parts)

    def note(self, random: Random, *, status: str) -> str:
        """What an office writes with a step."""
        return random.choice(self.notes.get(status, ("",)))


def read_phrases(path: Path) -> Phrases:
    """The phrases of a JSON file shaped like fixtures/seed_texts.json. Raises UnreadablePhrases."""
    try:
        values = json.loads(path.read_text("utf-8"))
        topics = {code: _topic(value) for code, value in values.pop("categories").items()}
        return Phrases(topics=topics, default=_topic(values.pop("default")), **values)
    except OSError as error:
        raise UnreadablePhrases(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UnreadablePhrases(f"{path.name} does not hold phrases: {error}.") from error


def _topic(value: dict[str, Any]) -> Topic:
    sentences = {language: value[language] for language in ("fa", "en") if value.get(language)}
    return Topic(weight=value["weight"], sentences=sentences, months=frozenset(value.get("months", ())))
