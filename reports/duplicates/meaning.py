"""What texts are about, as directions: what people say of one situation lies near each other, whatever the words.

The directions of words are learned from tellings (`reports.duplicates.tellings`) and kept in a file; a text has the
direction of its words together, rare ones counting for more.
"""

import base64
import binascii
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Direction: TypeAlias = NDArray[np.float32]
"""(dimensions,) of length 1."""

NEAR: Final = 0.5  # the cosine from which on two words are used of the same things
MOST_HEARD: Final = 50  # words of a text, those that say most, among which near ones are sought
MOST_SAID: Final = 100.0  # by a word: it is the logarithm of a count
_LEAST: Final = 1e-6
_ONE: Final = 127.0  # what a component of 1 is written as
NOWHERE: Final[Direction] = np.empty(0, np.float32)


class UnreadableMeanings(Exception):
    """A file of directions cannot be used; the text says which and why."""


class Meanings:
    """The directions of words, by their stems, each as long as the word is rare."""

    def __init__(self, words: Mapping[str, int], directions: NDArray[np.float32]) -> None:
        """`words` are places in `directions`, (words, dimensions)."""
        self._words = words
        self._directions = directions
        self._lengths = np.linalg.norm(directions, axis=1)

    def __len__(self) -> int:
        return len(self._words)

    def of(self, stems: Iterable[str]) -> Direction:
        """The direction of a text; `NOWHERE` where none of its words has one."""
        known = sorted({self._words[stem] for stem in stems if stem in self._words})
        if not known:
            return NOWHERE
        found = self._directions[known].sum(axis=0)
        length = float(np.sqrt(found @ found))
        return found / np.float32(length) if length else NOWHERE

    def near(self, ours: Collection[str], theirs: Collection[str]) -> Iterator[tuple[str, str]]:
        """Different words of two texts, by their stems, that are used of the same things; those that say most first.

        The same pairs in the same order for the two texts the other way round; of long texts, among the words that say
        most.
        """
        mine, yours = self._known(ours, but=theirs), self._known(theirs, but=ours)
        if yours < mine:  # what is equally near is not told by who comes first
            yield from ((one, other) for other, one in self.near(theirs, ours))
            return
        if not mine or not yours:
            return
        places = [[self._words[stem] for stem in stems] for stems in (mine, yours)]
        one, other = (self._directions[each] for each in places)
        lengths = [self._lengths[each] for each in places]
        says = np.minimum.outer(*lengths)
        cosines = one @ other.T / np.maximum(np.outer(*lengths), _LEAST)
        while cosines.max() >= NEAR:
            row, column = divmod(int(np.where(cosines >= NEAR, cosines * says, 0.0).argmax()), len(yours))
            yield mine[row], yours[column]
            cosines[row] = cosines[:, column] = 0.0

    def _known(self, stems: Collection[str], *, but: Collection[str]) -> list[str]:
        """Those of some stems that have a direction, and are not among others: those that say most."""
        known = {stem for stem in stems if stem in self._words}.difference(but)
        return sorted(known, key=lambda stem: (-self._lengths[self._words[stem]], stem))[:MOST_HEARD]


NO_MEANINGS: Final = Meanings({}, np.empty((0, 0), np.float32))


def nearness(one: Direction, other: Direction) -> float | None:
    """The cosine between two directions, from -1 to 1, the same either way round; None where one of them is nowhere."""
    return float(one @ other) if len(one) and len(other) else None


def read_meanings(path: Path) -> Meanings:
    """From a file of `write_meanings`. Raises UnreadableMeanings."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableMeanings(f"{path} cannot be read: {error}.") from error
    words: dict[str, int] = {}
    directions = []
    for number, line in enumerate(lines, start=1):
        try:
            word, weight, direction = line.split("\t")
            components = np.frombuffer(base64.b64decode(direction, validate=True), np.int8).astype(np.float32)
            directions.append(components * (_weight(weight) / _ONE))
        except (ValueError, binascii.Error) as error:
            raise UnreadableMeanings(
                f"{path.name}, line {number}: not a word, its weight and its direction."
            ) from error
        if len(components) != len(directions[0]) or words.setdefault(word, len(words)) != number - 1:
            raise UnreadableMeanings(f"{path.name}, line {number}: of another length, or a word that stood before.")
    return Meanings(words, np.array(directions, np.float32)) if directions else NO_MEANINGS


def _weight(written: str) -> float:
    weight = float(written)
    if not abs(weight) <= MOST_SAID:  # nor what is no number
        raise ValueError(written)
    return weight


def meanings_of(words: Mapping[str, float], directions: NDArray[np.float32]) -> Meanings:
    """What `read_meanings` would read of these."""
    weights = np.array([round(weight, 2) for weight in words.values()], np.float32)
    places = {word: number for number, word in enumerate(words)}
    return Meanings(places, np.rint(directions * _ONE) * (weights[:, None] / np.float32(_ONE)))


def write_meanings(path: Path, words: Mapping[str, float], directions: NDArray[np.float32]) -> None:
    """Write words, by their stems, with their weights, and their directions, (words, dimensions) of length 1.

    The file appears when it is whole: a service may be reading the one before.
    """
    rows = np.rint(directions * _ONE).astype(np.int8)
    lines = (
        f"{word}\t{weight:.2f}\t{base64.b64encode(row.tobytes()).decode()}\n"
        for (word, weight), row in zip(words.items(), rows, strict=True)
    )
    part = path.parent / f".{path.name}.part"
    try:
        part.write_text("".join(lines), "utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
