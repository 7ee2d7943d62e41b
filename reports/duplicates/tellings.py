"""Directions of words, learned from tellings: what different people say of one situation.

Words that are used of the same situations lie in one direction (latent semantic analysis: Deerwester et al., 1990): the
situations are the rows of a matrix, the words its columns, and of its decomposition the widest dimensions are kept.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from persian.normalize import fold
from reports.duplicates.words import stem, tokens_of

DIMENSIONS: Final = 80
LEAST: Final = 2  # tellings in which a word must stand
_EMPTY: Final = re.compile(r"\n\s*\n")
_SHOWN: Final = 80  # letters of a line that is told of


class UnreadableTellings(Exception):
    """A file of tellings cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What different people say of one thing; `categories` are those under which it is filed, the likeliest first."""

    categories: tuple[str, ...]
    title: str
    tellings: tuple[str, ...]


def read_situations(path: Path) -> list[Situation]:
    """Blocks of lines with an empty line between them: `# code [code …] | title`, then a telling a line.

    Raises UnreadableTellings.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableTellings(f"{path} cannot be read: {error}.") from error
    return [_situation(path, block.strip().splitlines()) for block in _EMPTY.split(text) if block.strip()]


def _situation(path: Path, lines: Sequence[str]) -> Situation:
    head, _bar, title = lines[0].removeprefix("#").partition("|")
    codes = tuple(head.split())
    if not lines[0].startswith("#") or not codes or len(lines) < 2:
        raise UnreadableTellings(
            f"{path.name}: “{lines[0][:_SHOWN]}” is no situation with its categories and tellings."
        )
    for line in lines[1:]:
        if line.lstrip().startswith("#"):
            raise UnreadableTellings(f"{path.name}: before “{line.strip()[:_SHOWN]}” there is no empty line.")
    return Situation(codes, title.strip(), tuple(line.strip() for line in lines[1:]))


def learn(
    texts: Iterable[Collection[str]], *, dimensions: int = DIMENSIONS
) -> tuple[dict[str, float], NDArray[np.float32]]:
    """Words, by their stems, with how much each says, and their directions, (words, dimensions) of length 1.

    `texts` are the tellings of each situation. A word that stands in fewer than `LEAST` of all tellings has none.
    """
    read = [[stems_of(telling) for telling in several] for several in texts]
    standing = Counter(word for several in read for telling in several for word in set(telling))
    words = sorted(word for word, count in standing.items() if count >= LEAST)
    count = sum(map(len, read))
    weights = {word: math.log(count / (standing[word] + 1)) for word in words}
    table = _table(read, weights)
    # By the square of the situations, which are mostly fewer than the words; the directions are those of the singular
    # vectors of the table.
    values, vectors = np.linalg.eigh(table @ table.T)
    kept = np.argsort(values)[::-1][: min(dimensions, len(values))]
    kept = kept[values[kept] > 1e-6]
    wide = np.sqrt(values[kept])
    found = (table.T @ (vectors[:, kept] / wide)) * np.sqrt(wide)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return weights, np.divide(found, lengths, out=np.zeros_like(found), where=lengths > 0)


def _table(read: Sequence[Sequence[Sequence[str]]], weights: dict[str, float]) -> NDArray[np.float32]:
    """A row of length 1 for each situation: how often each word is used of it, by how much the word says."""
    place = {word: number for number, word in enumerate(weights)}
    table = np.zeros((len(read), len(place)), np.float32)
    for row, several in enumerate(read):
        for word, count in Counter(word for telling in several for word in telling).items():
            if word in place:
                table[row, place[word]] = (1 + math.log(count)) * weights[word]
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    rows: NDArray[np.float32] = np.divide(table, lengths, out=table, where=lengths > 0)
    return rows


def stems_of(telling: str) -> list[str]:
    """The words of a text as they are learned: without numbers, and without what is left of endings."""
    stems = map(stem, tokens_of(fold(telling)))
    return [word for word in stems if len(word) > 1 and not word.isdigit()]
