"""The answers to many points at once: few different decisions, and for each point which of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jurisdictions.routing import OutsideServiceArea, Route

REFUSED = "refused"
"""The method of a point that the service refuses: too far from every city, or with its axes exchanged."""

NOWHERE = -1

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Measure = Callable[[int, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer that many points share.

    `method` is one of routing's, or "refused"; `codes` are jurisdictions in the order of the index's levels, ""
    where a level has none; `department` is a code, "" where a dispatcher decides. `boundary` is the place in the
    index of the one that decides, NOWHERE if that does not matter; `exchanged` says of a refused point that the pair
    read the other way round lies inside.
    """

    method: str
    codes: tuple[str, ...] = ()
    department: str = ""
    boundary: int = NOWHERE
    exchanged: bool = False


@dataclass(frozen=True, kw_only=True)
class RouteBatch:
    """The answers to points, in their order: `decisions[which[n]]` is the decision for the point `n`."""

    levels: tuple[str, ...]
    decisions: Sequence[Decision]
    which: Numbers
    lon: Floats
    lat: Floats
    told_m: Floats
    measure: Measure

    def __len__(self) -> int:
        return len(self.which)

    def codes(self, level: str) -> NDArray[np.object_]:
        """The codes of the jurisdictions at one level, "" where there is none."""
        place = self.levels.index(level)
        return self._column([each.codes[place] for each in self.decisions])

    @property
    def departments(self) -> NDArray[np.object_]:
        """The departments' codes, "" where there is none."""
        return self._column([each.department for each in self.decisions])

    @property
    def methods(self) -> NDArray[np.object_]:
        """`covers`, `nearest`, `outside` or `refused`."""
        return self._column([each.method for each in self.decisions])

    @cached_property
    def edge_m(self) -> Floats:
        """Metres from each point to the edge of the boundary that decides, measured when first asked for.

        Not a number where the point is refused.
        """
        metres = self.told_m.copy()
        boundaries = np.array([each.boundary for each in self.decisions], dtype=np.intp)[self.which]
        left = np.flatnonzero(np.isnan(metres) & (boundaries != NOWHERE))
        metres[left] = by_boundary(boundaries[left], self.lon[left], self.lat[left], self.measure)
        return metres

    def _column(self, values: list[str]) -> NDArray[np.object_]:
        column: NDArray[np.object_] = np.array(values, dtype=object)[self.which]
        return column


def by_boundary(boundary: Numbers, lon: Floats, lat: Floats, measure: Measure) -> Floats:
    """Metres from each point to the edge of the boundary named beside it, one boundary after the other."""
    metres = np.empty(len(lon))
    order = np.argsort(boundary, kind="stable")
    starts = np.flatnonzero(np.diff(boundary[order])) + 1
    for points in np.split(order, starts) if len(order) else ():
        metres[points] = measure(int(boundary[points[0]]), lon[points], lat[points])
    return metres


def decision_of(answer: Route | OutsideServiceArea, *, levels: Sequence[str], boundaries: dict[int, int]) -> Decision:
    """The part of a route, or of its refusal, that other points share. `boundaries`: id to place in the index."""
    if isinstance(answer, OutsideServiceArea):
        return Decision(method=REFUSED, codes=("",) * len(levels), exchanged=answer.exchanged)
    codes = answer.codes
    return Decision(
        method=str(answer.method),
        codes=tuple(codes.get(level, "") for level in levels),
        department=answer.department.code if answer.department else "",
        boundary=boundaries[answer.decided_by.boundary_id],
    )
