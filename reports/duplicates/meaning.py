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
        """Different words of two texts, by their stems, that are used of the same things; those that say most first."""
        mine, yours = (sorted({stem for stem in stems if stem in self._words}) for stems in (ours, theirs))
        mine, yours = [stem for stem in mine if stem not in yours], [stem for stem in yours if stem not in mine]
        if not mine or not yours:
            return
        one, other = (self._directions[[self._words[stem] for stem in stems]] for stems in (mine, yours))
        lengths = [np.linalg.norm(each, axis=1) for each in (one, other)]
        says = np.minimum.outer(*lengths)
        cosines = one @ other.T / np.maximum(np.outer(*lengths), _LEAST)
        while cosines.max() >= NEAR:
            row, column = divmod(int(np.where(cosines >= NEAR, cosines * says, 0.0).argmax()), len(yours))
            yield mine[row], yours[column]
            cosines[row] = cosines[:, column] = 0.0


NO_MEANINGS: Final = Meanings({}, np.empty((0, 0), np.float32))


def nearness(one: Direction, other: Direction) -> float | None:
    """The cosine between two directions, from -1 to 1, the same either way round; None where one of them is nowhere."""
    return float(one @ other) if len(one) and len(other) else None


def read_meanings(path: Path) -> Meanings:
    """From a file of `write_meanings`. Raises UnreadableMeanings."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableMeanings(f"{path} cannot be read: {error}.") from error
    words: dict[str, int] = {}
    directions = []
    for number, line in enumerate(lines, start=1):
        try:
            word, weight, direction = line.split("\t")
            components = np.frombuffer(base64.b64decode(direction, validate=True), np.int8).astype(np.float32)
            directions.append(components * (float(weight) / _ONE))
        except (ValueError, binascii.Error) as error:
            raise UnreadableMeanings(
                f"{path.name}, line {number}: not a word, its weight and its direction."
            ) from error
        if len(components) != len(directions[0]) or words.setdefault(word, len(words)) != number - 1:
            raise UnreadableMeanings(f"{path.name}, line {number}: of another length, or a word that stood before.")
    return Meanings(words, np.array(directions, np.float32)) if directions else NO_MEANINGS


def meanings_of(words: Mapping[str, float], directions: NDArray[np.float32]) -> Meanings:
    """What `read_meanings` would read of these."""
    weights = np.array([round(weight, 2) for weight in words.values()], np.float32)
    places = {word: number for number, word in enumerate(words)}
    return Meanings(places, np.rint(directions * _ONE) * (weights[:, None] / np.float32(_ONE)))


def write_meanings(path: Path, words: Mapping[str, float], directions: NDArray[np.float32]) -> None:
    """Write words, by their stems, with their weights, and their directions, (words, dimensions) of length 1."""
    rows = np.rint(directions * _ONE).astype(np.int8)
    lines = (
        f"{word}\t{weight:.2f}\t{base64.b64encode(row.tobytes()).decode()}\n"
        for (word, weight), row in zip(words.items(), rows, strict=True)
    )
    path.write_text("".join(lines), "utf-8")
