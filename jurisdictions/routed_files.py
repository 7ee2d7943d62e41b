"""Route all points of a file: each row goes out as it came in, with who answers for it behind."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from geo.pointfiles import Added, Chunk, Reader, Writer
from jurisdictions.index import REFUSED, BoundaryIndex, Decision, RouteBatch

INVALID = "invalid"
"""The method of a row that asks nothing: no point in longitude and latitude, or a category that nobody knows."""

FAULTS = ("no_number", "out_of_range", "unknown_category", "exchanged", "too_far")
_FIRST = 5  # rows named of each fault

Truths = NDArray[np.bool_]


@dataclass(slots=True)
class Fault:
    """Rows that have no answer for one reason: how many, and where the first of them are."""

    count: int = 0
    first: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What came of a file: its rows by method, and the rows without an answer by the reason (one of FAULTS).

    `unit` is what rows are numbered in: lines, features, rows.
    """

    unit: str
    methods: Counter[str] = field(default_factory=Counter)
    faults: dict[str, Fault] = field(default_factory=lambda: {name: Fault() for name in FAULTS})

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.methods.total()

    @property
    def unanswered(self) -> int:
        """How many of them have no answer."""
        return sum(fault.count for fault in self.faults.values())

    def note(self, name: str, wrong: Truths, numbers: Sequence[int]) -> None:
        """Count the rows that are wrong, and keep the numbers of the first."""
        fault = self.faults[name]
        places = np.flatnonzero(wrong)
        fault.count += len(places)
        fault.first += [numbers[place] for place in islice(places.tolist(), _FIRST - len(fault.first))]


def added_columns(levels: Sequence[str], *, prefix: str = "") -> tuple[str, ...]:
    """The names of the columns that a routed file has more."""
    return tuple(prefix + name for name in (*levels, "department", "method", "edge_m"))


def route_rows(
    *, reader: Reader, writer: Writer, index: BoundaryIndex, levels: Sequence[str], tell: Callable[[int], None]
) -> Tally:
    """Write all rows that there are to read with their answers; `tell` hears how many are done, chunk by chunk.

    The answers are the codes at these levels, the department's, the method and the metres, as `added_columns` names
    them. Memory does not grow with the file. Raises UnusableFile.
    """
    router = _Router(index, levels, Tally(unit=reader.unit))
    for chunk in reader.chunks():
        writer.write(chunk, router.route(chunk))
        tell(router.tally.rows)
    writer.close()
    return router.tally


class _Router:
    def __init__(self, index: BoundaryIndex, levels: Sequence[str], tally: Tally) -> None:
        self.tally = tally
        self._index = index
        self._places = [index.levels.index(level) for level in levels]
        self._texts = [(*("" for _ in levels), "", INVALID)]

    def route(self, chunk: Chunk) -> Added:
        """The new columns of a chunk."""
        categories = self._index.categories(chunk.categories.values)[chunk.categories.which]
        asked = np.flatnonzero(self._asks(chunk, categories))
        batch = self._index.route_many(chunk.lon[asked], chunk.lat[asked], categories[asked])
        self._texts += [self._text(each) for each in batch.decisions[len(self._texts) - 1 :]]
        which, metres = np.zeros(len(chunk.lon), dtype=np.intp), np.full(len(chunk.lon), np.nan)
        which[asked], metres[asked] = batch.which + 1, batch.edge_m
        self._count(batch, np.asarray(chunk.numbers)[asked].tolist())
        return Added(texts=self._texts, which=which, metres=metres)

    def _asks(self, chunk: Chunk, categories: NDArray[np.intp]) -> Truths:
        """Which rows are a question; the others are noted."""
        is_number = np.isfinite(chunk.lon) & np.isfinite(chunk.lat)
        in_range = is_number & (np.abs(chunk.lon) <= 180) & (np.abs(chunk.lat) <= 90)
        known = categories >= 0
        for name, wrong in (
            ("no_number", ~is_number),
            ("out_of_range", is_number & ~in_range),
            ("unknown_category", in_range & ~known),
        ):
            self.tally.note(name, wrong, chunk.numbers)
        asks = np.asarray(in_range & known)
        self.tally.methods[INVALID] += int(np.count_nonzero(~asks))
        return asks

    def _count(self, batch: RouteBatch, numbers: Sequence[int]) -> None:
        """Count the answers by their methods, and note the refusals."""
        for number, count in enumerate(np.bincount(batch.which, minlength=1).tolist()):
            if count:
                self.tally.methods[batch.decisions[number].method] += count
        for name, exchanged in (("exchanged", True), ("too_far", False)):
            refused = np.array([each.method == REFUSED and each.exchanged is exchanged for each in batch.decisions])
            if refused.any():
                self.tally.note(name, refused[batch.which], numbers)

    def _text(self, decision: Decision) -> tuple[str, ...]:
        return (*(decision.codes[place] for place in self._places), decision.department, decision.method)
