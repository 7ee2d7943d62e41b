"""Which pairs are to be scored at all: those that may be among the best few of a row, or enough for a link."""

from bisect import insort
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEFT_OUT: Final = -1.0  # the value of a pair that was not scored, as it cannot matter


def sifted(
    *,
    later: Ints,
    recurs: NDArray[np.bool_],
    most: Floats,
    limits: Floats,
    best: int,
    value: Callable[[int], float],
) -> Floats:
    """The value of each pair that counts, by `value` (of the pair's number), else `LEFT_OUT`.

    `most` is what no value exceeds, `limits` the value from which on a pair is linked. Of a row (`later`) the `best`
    few count, recurrences behind all others, and with a tie all that tie.
    """
    found = np.full(len(later), LEFT_OUT)
    order = np.lexsort((-most, recurs, later))
    columns = (order, later[order], recurs[order], most[order], limits[order])
    row, room, seen, behind = -1, best, 0, False
    kept: list[float] = []
    for pair, this, again, top, limit in zip(*(each.tolist() for each in columns), strict=True):
        if this != row:
            row, room, seen, behind, kept = this, best, 0, False, []
        if again and not behind:
            behind, kept, room = True, [], best - min(best, seen)
        seen += 1
        if (room and (len(kept) < room or top >= kept[0])) or (not again and top >= limit):
            found[pair] = made = value(pair)
            insort(kept, made)
            if len(kept) > room:
                kept.pop(0)
    return found
