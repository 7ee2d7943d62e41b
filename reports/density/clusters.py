"""What a cell of a view holds, as a map draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geo.world import BITS
from reports.models.density import COARSEST

DEEPEST_ZOOM: Final = 24
TOP: Final = 3


def level_of(zoom: int) -> int:
    """The level whose cells are the clusters of a zoom: 64 px wide, where a tile has 512."""
    return zoom + COARSEST


@dataclass(slots=True)
class Cluster:
    """The reports of a view in one cell (`level`, `x`, `y`): how many, the sums of their places, their extent in units.

    `statuses` are counts by status, `categories` by category's key: of all of them, or of the `TOP` most frequent.
    `reference` is that of a single report, where it was at hand.
    """

    level: int
    x: int
    y: int
    count: int
    sum_x: int
    sum_y: int
    west: int
    north: int
    east: int
    south: int
    statuses: Mapping[str, int]
    categories: Mapping[int, int]
    reference: str | None = None

    def add(self, other: "Cluster") -> None:
        """Take in what another source tells of the same cell; counts may be negative until all have told."""
        self.count += other.count
        self.sum_x += other.sum_x
        self.sum_y += other.sum_y
        self.reach(other)
        self.statuses = _sums(self.statuses, other.statuses)
        self.categories = _sums(self.categories, other.categories)
        self.reference = None

    def reach(self, other: "Cluster") -> None:
        """Widen the extent to that of another as well."""
        self.west, self.north = min(self.west, other.west), min(self.north, other.north)
        self.east, self.south = max(self.east, other.east), max(self.south, other.south)

    @property
    def expansion_zoom(self) -> int | None:
        """The first zoom at which its reports fall into more than one cell; None where no zoom parts them."""
        spread = (self.west ^ self.east) | (self.north ^ self.south)
        zoom = BITS + 1 - spread.bit_length() - COARSEST
        return zoom if zoom <= DEEPEST_ZOOM else None

    @property
    def top_categories(self) -> list[tuple[int, int]]:
        """The most frequent categories, (key, count), at most `TOP`."""
        return sorted(self.categories.items(), key=lambda each: (-each[1], each[0]))[:TOP]


def _sums(one: Mapping[Any, int], other: Mapping[Any, int]) -> dict[Any, int]:
    sums = {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}
    return {key: count for key, count in sums.items() if count}
