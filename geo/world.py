"""The square world of web maps as whole numbers: places, and the cells that they fall into at each level.

Web Mercator's square has its origin in the north-west; x grows eastwards, y southwards, each from 0 up to 2**30 - 1,
one unit being 3.7 cm at the equator. Level l cuts the square into 2**l by 2**l cells: tile z/x/y is cell x, y of
level z. The database has the same arithmetic as `world_x(point)` and `world_y(point)`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from django.db.models import Func, IntegerField
from numpy.typing import NDArray

BITS: Final = 30
SIZE: Final = 1 << BITS
MOST_LATITUDE: Final = 85.05112877980659  # where the square ends
UNSURE: Final = 3  # units from the edge of a box within which rounding could tell inside from outside
MARGIN: Final = 1e-9  # degrees: what an index looks up is never the smaller for rounding


class WorldX(Func):
    """The x of a WGS 84 point in the square world."""

    function = "world_x"
    output_field = IntegerField()


class WorldY(Func):
    """The y of a WGS 84 point in the square world; beyond 85.05° that of the square's edge."""

    function = "world_y"
    output_field = IntegerField()


def world_x(lon: float) -> int:
    """The x of a longitude."""
    return _inside((lon + 180) / 360)


def world_y(lat: float) -> int:
    """The y of a latitude; beyond 85.05° that of the square's edge."""
    clipped = max(-MOST_LATITUDE, min(MOST_LATITUDE, lat))
    return _inside(0.5 - math.log(math.tan(math.pi / 4 + math.radians(clipped) / 2)) / (2 * math.pi))


def lon_at(x: float) -> float:
    """The longitude of the western edge of x."""
    return x / SIZE * 360 - 180


def lat_at(y: float) -> float:
    """The latitude of the northern edge of y."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / SIZE))))


def in_degrees(units: Sequence[Sequence[float]], width: int) -> NDArray[np.float64]:
    """Many places at once, or boxes: rows of x, y, …, `width` numbers, as longitude, latitude, …; as above."""
    rows = np.array(units, dtype=np.float64).reshape(-1, width)
    found = np.empty_like(rows)
    found[:, ::2] = rows[:, ::2] / SIZE * 360 - 180
    found[:, 1::2] = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * rows[:, 1::2] / SIZE))))
    return found


def shift(level: int) -> int:
    """By how many bits a coordinate is shifted right to become that of its cell at a level (0 to 30)."""
    return BITS - level


def _inside(share: float) -> int:
    return max(0, min(SIZE - 1, math.floor(share * SIZE)))


@dataclass(frozen=True, slots=True)
class WorldBox:
    """A box of units, or of the cells of a level, edges included; x grows eastwards, y southwards."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, *, west: float, south: float, east: float, north: float) -> Self:
        """The units that hold every place between these longitudes and latitudes, edges included."""
        # A unit more on each side: the database may round a place on the edge into the unit beside ours.
        x0, y0 = max(0, world_x(west) - 1), max(0, world_y(north) - 1)
        return cls(x0, y0, min(SIZE - 1, world_x(east) + 1), min(SIZE - 1, world_y(south) + 1))

    @classmethod
    def within(cls, *, west: float, south: float, east: float, north: float) -> Self | None:
        """The units whose places surely all lie between these longitudes and latitudes; None if there are none."""
        around = cls.around(west=west, south=south, east=east, north=north)
        x0 = 0 if west <= -180 else around.x0 + UNSURE
        y0 = 0 if north >= 90 else around.y0 + UNSURE
        x1 = SIZE - 1 if east >= 180 else around.x1 - UNSURE
        y1 = SIZE - 1 if south <= -90 else around.y1 - UNSURE
        return cls(x0, y0, x1, y1) if x0 <= x1 and y0 <= y1 else None

    @classmethod
    def of_tile(cls, *, z: int, x: int, y: int) -> Self:
        """The units of a tile, which is a cell of level z."""
        bits = shift(z)
        return cls(x << bits, y << bits, ((x + 1) << bits) - 1, ((y + 1) << bits) - 1)

    def at(self, level: int) -> Self:
        """The cells of a level that a box of units touches."""
        bits = shift(level)
        return type(self)(self.x0 >> bits, self.y0 >> bits, self.x1 >> bits, self.y1 >> bits)

    def without(self, inner: Self | None) -> Iterator[Self]:
        """What of it is not in another that lies within it: at most four boxes."""
        if inner is None:
            yield self
            return
        kind = type(self)
        strips = (
            kind(self.x0, self.y0, self.x1, inner.y0 - 1),
            kind(self.x0, inner.y1 + 1, self.x1, self.y1),
            kind(self.x0, inner.y0, inner.x0 - 1, inner.y1),
            kind(inner.x1 + 1, inner.y0, self.x1, inner.y1),
        )
        yield from (strip for strip in strips if strip.x0 <= strip.x1 and strip.y0 <= strip.y1)

    @property
    def degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north of a box of units, a little larger; its first and last row reach to the poles."""
        south = -90.0 if self.y1 == SIZE - 1 else lat_at(self.y1 + 1) - MARGIN
        north = 90.0 if self.y0 == 0 else lat_at(self.y0) + MARGIN
        return lon_at(self.x0) - MARGIN, south, lon_at(self.x1 + 1) + MARGIN, north

    @property
    def count(self) -> int:
        """How many units or cells it holds."""
        return (self.x1 - self.x0 + 1) * (self.y1 - self.y0 + 1)


WORLD: Final = WorldBox(0, 0, SIZE - 1, SIZE - 1)
