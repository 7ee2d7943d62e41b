"""Groups of words that mean the same, found in texts by their stems, the longest phrase first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from reports.duplicates.meaning import NO_MEANINGS, Meanings
from reports.duplicates.phrases import Phrases, phrases_of
from reports.duplicates.text import HOUSE, Evoked, Meaning, Reading, Telling
from reports.duplicates.words import skeleton, stem, tokens_of

LEAST_CONSONANTS: Final = 3
REMEMBERED: Final = 10_000  # some 8 kB each
# Kinds whose words do not mean the same as each other.
ALONE: Final = frozenset({"common", "silent", "measure", "relation", "denial"})
_NONE: Final[frozenset[str]] = frozenset()
_UNKNOWN: Final = Meaning("", "", "")
_LETTER: Final = Meaning("", "silent", "")  # by itself it is what is left of an ending


@dataclass(frozen=True, slots=True, kw_only=True)
class WordGroup:
    """Words and phrases that mean the same. `axis` is shared by groups that exclude one another, else empty.

    Groups of kind `topic` and `fault` say of a category, whose code is their axis, by which words it is evoked and how
    its things are at fault; their words may stand in several groups, and mean what other groups say as well.
    """

    kind: str
    words: tuple[str, ...]
    axis: str = ""


class Numbers(NamedTuple):
    """The numbers of houses by text and by address, and those of streets by their names (`alley` without one)."""

    told: frozenset[str]
    given: frozenset[str]
    streets: Mapping[str, frozenset[str]]


class Lexicon:
    """What words mean. Groups of kind `synonym` join what other groups say of one of their words."""

    def __init__(self, groups: Iterable[WordGroup], meanings: Meanings = NO_MEANINGS) -> None:
        self._meanings = meanings
        self._phrases: dict[tuple[str, ...], Meaning] = {}
        self._latin: dict[str, Meaning] = {}
        self._axes: dict[str, str] = {}
        ordered = sorted(groups, key=lambda group: group.kind == "synonym")
        for number, group in enumerate(each for each in ordered if each.kind not in {"topic", "fault"}):
            phrases = [phrase for word in group.words for phrase in phrases_of(word)]
            self._learn(phrases, self._meaning(phrases, group, f"#{number}"))
        lengths: dict[str, set[int]] = {}  # of the phrases that begin with a word
        for phrase in self._phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        self._lengths = {first: sorted(several, reverse=True) for first, several in lengths.items()}
        self._topics = Phrases((word, each.axis) for each in ordered if each.kind == "topic" for word in each.words)
        self._faults = Phrases(
            (word, (each.axis, each.words[0])) for each in ordered if each.kind == "fault" for word in each.words
        )
        self.read = lru_cache(maxsize=REMEMBERED)(self._read)
        self.numbers = lru_cache(maxsize=REMEMBERED)(self._numbers)

    def kind_of(self, axis: str) -> str:
        """The kind of the groups that share an axis."""
        return self._axes[axis]

    def _meaning(self, phrases: Sequence[tuple[str, ...]], group: WordGroup, key: str) -> Meaning:
        known = [self._phrases[phrase] for phrase in phrases if phrase in self._phrases]
        if group.kind == "synonym" and known:
            telling = {each for each in known if each.kind not in ALONE}
            if len(telling) == 1:
                return telling.pop()
            return Meaning(key, "synonym" if telling else known[0].kind, "")
        if group.axis and group.kind not in {"street", "relation"}:
            self._axes.setdefault(group.axis, group.kind)
        return Meaning("" if group.kind in ALONE else key, group.kind, group.axis)

    def _learn(self, phrases: Sequence[tuple[str, ...]], meaning: Meaning) -> None:
        for phrase in phrases:
            before = self._phrases.get(phrase)
            if before is None or (not before.key and meaning.kind == before.kind):
                self._phrases[phrase] = meaning
                self._learn_latin(phrase, meaning)

    def _learn_latin(self, phrase: tuple[str, ...], meaning: Meaning) -> None:
        """How a word of its own is recognized in Latin letters: by three consonants or more."""
        if len(phrase) == 1 and not phrase[0].isascii() and len(consonants := skeleton(phrase[0])) >= LEAST_CONSONANTS:
            self._latin.setdefault(consonants, Meaning(meaning.key or phrase[0], meaning.kind, meaning.axis))

    def _read(self, folded: str) -> Telling:
        """What a folded text tells."""
        tokens = tokens_of(folded)
        stems = [stem(token) for token in tokens]
        evoked = Evoked.by(self._topics.within(stems), self._faults.within(stems))
        reading = Reading(evoked, self._meanings.of(stems))
        place = 0
        while place < len(tokens):
            length, meaning = self._match(stems, place)
            reading.take(meaning, tokens[place : place + length], stems[place : place + length])
            place += length
        return reading.telling()

    def near_words(self, one: str, other: str) -> Iterator[tuple[str, str]]:
        """Different words of two folded texts, as each wrote them, that are used of the same things; without what both
        say, in whichever words of one group."""
        ours, theirs = ({stem(token): token for token in tokens_of(text)} for text in (one, other))
        both = {self._key(each) for each in ours} & {self._key(each) for each in theirs}
        near = self._meanings.near(*([each for each in some if self._key(each) not in both] for some in (ours, theirs)))
        return ((ours[mine], theirs[yours]) for mine, yours in near if not self._exclude(mine, yours))

    def _key(self, word: str) -> str:
        return self._match((word,), 0)[1].key or word

    def _exclude(self, one: str, other: str) -> bool:
        """Whether two words stand for things that exclude each other: a swing and a slide."""
        ours, theirs = (self._match((each,), 0)[1] for each in (one, other))
        return bool(ours.axis) and ours.axis == theirs.axis and ours.key != theirs.key

    def _numbers(self, words: str, address: str) -> Numbers:
        """The numbers that a text and an address name between them."""
        told, given = self.read(words).numbers, self.read(address).numbers
        streets = {before: told.get(before, _NONE) | given.get(before, _NONE) for before in {*told, *given} - {HOUSE}}
        return Numbers(told.get(HOUSE, _NONE), given.get(HOUSE, _NONE), streets)

    def _match(self, stems: Sequence[str], place: int) -> tuple[int, Meaning]:
        for length in self._lengths.get(stems[place], ()):
            meaning = self._phrases.get(tuple(stems[place : place + length]))
            if meaning is not None and place + length <= len(stems):
                return length, meaning
        return 1, self._alone(stems[place])

    def _alone(self, key: str) -> Meaning:
        """The meaning of a word that no group has as it is written."""
        if key.isdigit():
            return _UNKNOWN
        if len(key) == 1:
            return _LETTER
        return self._latin.get(skeleton(key), _UNKNOWN) if key.isascii() else _UNKNOWN
