"""A view of the map, and the pieces that it is counted in."""

from dataclasses import dataclass
from typing import Self

from geo.world import WORLD, WorldBox, shift
from reports.models.density import DEEPEST


@dataclass(frozen=True, slots=True)
class Edges:
    """Half-open: the western and southern edge belong to it, the others only where the world ends."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """Disjoint and together the whole view: `cells` by level, which fill `covered`, and a `rim` of units."""

    cells: list[tuple[int, WorldBox]]
    covered: WorldBox | None
    rim: list[WorldBox]


@dataclass(frozen=True, slots=True)
class View:
    """What is counted: all places in a box of units, or (`edges`) those of the box that lie within the edges."""

    box: WorldBox
    edges: Edges | None = None

    @classmethod
    def of_tile(cls, *, z: int, x: int, y: int) -> Self:
        """A tile's places: each place is in exactly one tile of a zoom."""
        return cls(WorldBox.of_tile(z=z, x=x, y=y))

    @classmethod
    def within(cls, *, west: float, south: float, east: float, north: float) -> Self:
        """The places between edges in degrees, half-open."""
        if (west, south, east, north) == (-180, -90, 180, 90):
            return cls(WORLD)
        box = WorldBox.around(west=west, south=south, east=east, north=north)
        return cls(box, Edges(west, south, east, north))

    def pieces(self, level: int) -> Pieces:
        """Whole cells of the level, then whole cells below these at the rim, down to the deepest that are kept."""
        cells: list[tuple[int, WorldBox]] = []
        covered = None
        for depth in range(level, DEEPEST + 1):
            whole = _whole_cells(self.certain(), depth)
            cells += [(depth, part.at(depth)) for part in (whole.without(covered) if whole else ())]
            covered = whole or covered
        return Pieces(cells, covered, list(self.box.without(covered)))

    def certain(self) -> WorldBox | None:
        """The units all of whose places lie within the edges."""
        if self.edges is None:
            return self.box
        edges = self.edges
        return WorldBox.within(west=edges.west, south=edges.south, east=edges.east, north=edges.north)


def _whole_cells(box: WorldBox | None, level: int) -> WorldBox | None:
    """The units of the cells of a level that lie in the box as a whole."""
    if box is None:
        return None
    bits = shift(level)
    first_x, first_y = -(-box.x0 >> bits), -(-box.y0 >> bits)
    end_x, end_y = (box.x1 + 1) >> bits, (box.y1 + 1) >> bits
    if first_x >= end_x or first_y >= end_y:
        return None
    return WorldBox(first_x << bits, first_y << bits, (end_x << bits) - 1, (end_y << bits) - 1)
