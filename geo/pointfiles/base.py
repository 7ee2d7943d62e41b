"""The words that all formats share: a chunk of rows with their points, and the columns that are added to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class UnusableFile(Exception):
    """The file is not what it should be, or cannot be read or written; the text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a file are called: those of the point and the category, and those to be added.

    A file need not have the category. The last of the `added` is a number, the others are texts.
    """

    lon: str
    lat: str
    category: str
    added: tuple[str, ...]

    def refuse_taken(self, there: Iterable[str]) -> None:
        """Raise UnusableFile where a column that is to be added is there already."""
        if taken := [name for name in there if name in self.added]:
            raise UnusableFile(f"There is a column {taken[0]} already: choose a prefix for the new ones.")


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts that repeat themselves: the text of the row `n` is `values[which[n]]`."""

    values: Sequence[str]
    which: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows that follow each other: their points (not a number where there is none) and categories.

    `numbers` say where each row is in the file, counted from 1 in what the reader's `unit` names. `rows` are for the
    writer of the same kind of format.
    """

    lon: Floats
    lat: Floats
    categories: Texts
    numbers: Sequence[int]
    rows: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The new columns of a chunk: for the row `n` the texts `texts[which[n]]` and the number `metres[n]`.

    An empty text, and a number that is none, say that the row has no value there. From chunk to chunk, `texts` may only
    grow.
    """

    texts: Sequence[Sequence[str]]
    which: NDArray[np.intp]
    metres: Floats


class Reader(Protocol):
    """Reads a file, once, from its beginning."""

    unit: str

    def chunks(self) -> Iterator[Chunk]:
        """The rows. Raises UnusableFile."""
        ...


class Writer(Protocol):
    """Writes what a reader of the same kind of format has read."""

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write the rows of a chunk with their new columns."""
        ...

    def close(self) -> None:
        """Write what comes after the last row."""
        ...


def texts_of(texts: Sequence[str]) -> Texts:
    """Each different text once, without the space around it."""
    places: dict[str, int] = {}
    which = [places.setdefault(text, len(places)) for text in texts]
    return Texts([text.strip() for text in places], np.array(which, dtype=np.intp))


def no_texts(count: int) -> Texts:
    """An empty text for each of so many rows."""
    return Texts([""], np.zeros(count, dtype=np.intp))


def numbers(texts: Sequence[str]) -> Floats:
    """The numbers that the texts are; not a number where a text is none."""
    try:
        found = np.array([float(text) for text in texts])
    except ValueError:
        found = np.array([_number(text) for text in texts])
    if "_" in "".join(texts):  # 1_000 is a number to Python, and a mistake in a file
        found[["_" in text for text in texts]] = np.nan
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
