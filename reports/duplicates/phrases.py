"""Phrases that stand for something, found in a text: the longest first, no word in two of them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Generic, TypeVar

from persian.normalize import fold
from reports.duplicates.words import stem, tokens_of

LONGEST: Final = 3  # words of a phrase
V = TypeVar("V")


@lru_cache(maxsize=20_000)  # the same words come again with each edit of some
def phrases_of(word: str) -> Sequence[tuple[str, ...]]:
    """The stems of a phrase; written together as well, since people leave out the space and the half-space."""
    tokens = tokens_of(fold(word))[:LONGEST]
    return tuple(dict.fromkeys([tuple(map(stem, tokens)), (stem("".join(tokens)),)])) if tokens else ()


class Phrases(Generic[V]):
    """What phrases stand for; one phrase may stand for several things."""

    def __init__(self, meanings: Iterable[tuple[str, V]]) -> None:
        self._found: dict[tuple[str, ...], tuple[V, ...]] = {}
        for word, value in meanings:
            for phrase in phrases_of(word):
                known = self._found.get(phrase, ())
                if len("".join(phrase)) > 1 and value not in known:
                    self._found[phrase] = (*known, value)
        self._lengths: dict[str, set[int]] = {}
        for phrase in self._found:
            self._lengths.setdefault(phrase[0], set()).add(len(phrase))

    def within(self, stems: Sequence[str]) -> Iterator[tuple[V, ...]]:
        """What each phrase of a text stands for; a phrase that comes again says no more."""
        if not self._found:
            return
        taken: set[int] = set()
        met: set[tuple[str, ...]] = set()
        for _shorter, start, phrase in sorted(self._there(stems), key=lambda each: each[:2]):
            places = range(start, start + len(phrase))
            if taken.isdisjoint(places):
                taken.update(places)
                if phrase not in met:
                    met.add(phrase)
                    yield self._found[phrase]

    def _there(self, stems: Sequence[str]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """All phrases of a text: by how much shorter than the longest, and where it begins."""
        for start, first in enumerate(stems):
            for length in self._lengths.get(first, ()):
                phrase = tuple(stems[start : start + length])
                if phrase in self._found and len(phrase) == length:
                    yield LONGEST - length, start, phrase
