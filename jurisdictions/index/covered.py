"""Points whose answer is a matter of what covers them: routing is asked once for each set that makes a difference."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jurisdictions.index.asking import Decisions, Remembered
from jurisdictions.index.ground import Ground

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


class Covered:
    """Decides for points by the set of boundaries that cover them and the category.

    Boundaries of silent levels change nothing but their own codes in the answer, where each level covers once and one
    of them closes gaps. Such sets share a decision; a city of a few districts and hundreds of neighborhoods asks few
    questions.
    """

    def __init__(self, ground: Ground, decisions: Decisions) -> None:
        self._sheets = ground.sheets
        self._decisions = decisions
        self._remembered = Remembered(decisions)
        self._situations: dict[tuple[int, ...], int] = {}
        self._of_set: list[int] = []
        self._finished: dict[tuple[int, int], int] = {}

    def decide(
        self, sets: list[tuple[int, ...]], number: Numbers, lon: Floats, lat: Floats, category: Numbers
    ) -> Numbers:
        """The number of the decision for each point; `number` says which of the `sets` covers it."""
        self._of_set += [self._situation(members) for members in sets[len(self._of_set) :]]
        shared = self._remembered.numbers(np.array(self._of_set, dtype=np.intp)[number], lon, lat, category)
        pairs, which = np.unique(shared * len(sets) + number, return_inverse=True)
        finished = [self._finish(pair // len(sets), pair % len(sets), sets) for pair in pairs.tolist()]
        return np.array(finished, dtype=np.intp)[which]

    def _situation(self, members: tuple[int, ...]) -> int:
        """A number that sets share which have all in common but boundaries of silent levels."""
        loud = tuple(place for place in members if not self._sheets[place].is_silent)
        key = loud if self._is_plain(members) else (-1, *members)
        return self._situations.setdefault(key, len(self._situations))

    def _is_plain(self, members: tuple[int, ...]) -> bool:
        sheets = [self._sheets[place] for place in members]
        return len({sheet.level for sheet in sheets}) == len(sheets) and any(sheet.closes_gaps for sheet in sheets)

    def _finish(self, shared: int, number: int, sets: list[tuple[int, ...]]) -> int:
        """The shared decision with the set's own codes for silent levels."""
        if (shared, number) not in self._finished:
            self._finished[shared, number] = self._with_own_codes(shared, sets[number])
        return self._finished[shared, number]

    def _with_own_codes(self, shared: int, members: tuple[int, ...]) -> int:
        if not self._is_plain(members):
            return shared
        decision = self._decisions.all[shared]
        codes = {sheet.level: sheet.code for sheet in (self._sheets[place] for place in members)}
        own = tuple(codes.get(level, "") for level in range(len(decision.codes)))
        return self._decisions.number_of(replace(decision, codes=own))
