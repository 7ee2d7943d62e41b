"""Phrases that stand for something, found in a text: the longest first, no word in two of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from persian.normalize import fold
from reports.duplicates.words import stem, tokens_of

LONGEST: Final = 3  # words of a phrase
V = TypeVar("V")


def phrases_of(word: str) -> list[tuple[str, ...]]:
    """The stems of a phrase; written together as well, since people leave out the space and the half-space."""
    tokens = tokens_of(fold(word))[:LONGEST]
    return list(dict.fromkeys([tuple(map(stem, tokens)), (stem("".join(tokens)),)])) if tokens else []


class Phrases(Generic[V]):
    """What phrases stand for; one phrase may stand for several things."""

    def __init__(self, meanings: Iterable[tuple[str, V]]) -> None:
        self._found: dict[tuple[str, ...], tuple[V, ...]] = {}
        for word, value in meanings:
            for phrase in phrases_of(word):
                known = self._found.get(phrase, ())
                if len("".join(phrase)) > 1 and value not in known:
                    self._found[phrase] = (*known, value)

    def within(self, stems: Sequence[str]) -> Iterator[tuple[V, ...]]:
        """What each phrase of a text stands for; a phrase that comes again says no more."""
        if not self._found:
            return
        taken: set[int] = set()
        met: set[tuple[str, ...]] = set()
        for length in range(LONGEST, 0, -1):
            for start in range(len(stems) - length + 1):
                phrase = tuple(stems[start : start + length])
                places = range(start, start + length)
                if phrase in self._found and taken.isdisjoint(places):
                    taken.update(places)
                    if phrase not in met:
                        met.add(phrase)
                        yield self._found[phrase]
