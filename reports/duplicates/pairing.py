"""Which rows of a file are to be compared: the same as the database would find for each as it comes in, by arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.bounds import Numbers
from reports.duplicates.candidates import MOST
from reports.duplicates.settings import Profile, Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AT_ONCE: Final = 250_000  # pairs in memory
CHUNK: Final = 4_000  # rows whose pairs are made together
STRIP: Final = 6  # the height of a strip of ground, in radii
M_PER_DEG: Final = 110_500.0  # at the least, along a meridian
_ROW: Final = (
    1000.0  # between two bands of latitude: longitudes fit in between, with all that is looked for around them
)
_DAY_S: Final = 86_400.0


class Ground(Numbers, Protocol):
    """What is to be paired. What is not usable (without a place) is left out."""

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Which have a place and a time."""

    def __len__(self) -> int:
        """How many there are."""


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one category, sorted by bands of latitude and by longitude within them."""

    rows: Ints
    keys: Floats
    height: float  # of a band, in degrees

    def between(self, low: Floats, high: Floats) -> tuple[Ints, Ints]:
        """For each range of keys the first row of the block in it, and the first one behind it."""
        return np.searchsorted(self.keys, low, "left"), np.searchsorted(self.keys, high, "right")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Each later row beside an earlier one, of each row the nearest first; metres between them."""

    later: Ints
    earlier: Ints
    metres: Floats


class Pairing:
    """All pairs of a file, in chunks of rows that lie near each other.

    With `both_ways` each row is paired with what came after it as well, as the database finds it for a report that has
    been there for long: what counts is whether the other one is closed now.
    """

    def __init__(self, rows: Ground, settings: Settings, *, both_ways: bool = False) -> None:
        self._rows = rows
        self._settings = settings
        self._both_ways = both_ways
        usable = np.flatnonzero(rows.usable)
        order = usable[np.lexsort((usable, rows.at[usable]))]
        self._rank: Ints = np.full(len(rows), -1)
        self._rank[order] = np.arange(len(order))
        self._members = {code: usable[rows.category[usable] == number] for number, code in enumerate(rows.categories)}
        self._blocks: dict[tuple[str, float], Block] = {}

    def chunks(self) -> list[Ints]:
        """The rows in pieces, along broad strips of ground: what is compared with one is compared with the next."""
        usable = np.flatnonzero(self._rows.usable)
        radius_m = max((self._settings.profile(code).radius_m for code in self._members), default=1.0)
        strip = np.floor(self._rows.lat[usable] / (STRIP * radius_m / M_PER_DEG))
        ordered = usable[np.lexsort((self._rows.lon[usable], strip))]
        return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]

    def pairs(self, chunk: Ints) -> Pairs:
        """The pairs of the rows of a chunk with whatever came before them: the nearest of all kin categories."""
        category = self._rows.category[chunk]
        found = [self._of_one(chunk[category == number]) for number in np.unique(category).tolist()]
        if not found:
            return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        return Pairs(
            np.concatenate([part.later for part in found]),
            np.concatenate([part.earlier for part in found]),
            np.concatenate([part.metres for part in found]),
        )

    def _of_one(self, chunk: Ints) -> Pairs:
        """The pairs of rows of one category."""
        code = self._rows.categories[self._rows.category[chunk[0]]]
        # Of each piece the nearest few: of a crowd not all pairs are in memory at once.
        found = [
            self._nearest(*part)
            for kin, members in sorted(self._members.items())
            if len(members) and self._settings.kinship(code, kin) > 0
            for part in self._kin_pairs(chunk, kin, self._settings.pair(code, kin))
        ]
        if not found:
            return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        return self._nearest(
            np.concatenate([part.later for part in found]),
            np.concatenate([part.earlier for part in found]),
            np.concatenate([part.metres for part in found]),
        )

    def _nearest(self, later: Ints, earlier: Ints, metres: Floats) -> Pairs:
        """Of each row the nearest few; of those equally near the newest."""
        order = np.lexsort((-self._rank[earlier], metres, later))
        later, earlier, metres = later[order], earlier[order], metres[order]
        starts = np.flatnonzero(np.r_[True, later[1:] != later[:-1]])
        place = np.arange(len(later)) - np.repeat(starts, np.diff(np.r_[starts, len(later)]))
        kept = place < MOST
        return Pairs(later[kept], earlier[kept], metres[kept])

    def _kin_pairs(self, chunk: Ints, kin: str, profile: Profile) -> Iterator[tuple[Ints, Ints, Floats]]:
        block = self._block(kin, profile.radius_m)
        for queries, low, high in self._ranges(chunk, block, profile.radius_m):
            first, behind = block.between(low, high)
            for start, stop in _pieces(behind - first):
                yield self._near(queries[start:stop], first[start:stop], behind[start:stop], block, profile)

    def _ranges(self, chunk: Ints, block: Block, radius_m: float) -> Iterator[tuple[Ints, Floats, Floats]]:
        """The ranges of keys that hold all within the radius: three bands, and those across the antimeridian."""
        lon, lat = self._rows.lon[chunk], self._rows.lat[chunk]
        band = np.floor(lat / block.height)
        farthest = np.minimum(90.0, np.abs(lat) + block.height)
        wide = np.minimum(180.0, radius_m / (M_PER_DEG * np.maximum(1e-9, np.cos(np.radians(farthest)))))
        for step in (-1.0, 0.0, 1.0):
            middle = (band + step) * _ROW + lon
            yield chunk, middle - wide, middle + wide
            for turn, across in ((-360.0, lon + wide > 180), (360.0, lon - wide < -180)):
                if across.any():
                    yield chunk[across], (middle - wide + turn)[across], (middle + wide + turn)[across]

    def _near(
        self, queries: Ints, first: Ints, behind: Ints, block: Block, profile: Profile
    ) -> tuple[Ints, Ints, Floats]:
        """Of the rows in the ranges those that came before, near enough and not too long ago."""
        counts = behind - first
        later = np.repeat(queries, counts)
        offsets = np.arange(len(later)) - np.repeat(np.cumsum(counts) - counts, counts)
        earlier = block.rows[np.repeat(first, counts) + offsets]
        rows = self._rows
        within = self._in_time(later, earlier, profile.window_days * _DAY_S)
        later, earlier = later[within], earlier[within]
        metres = metres_between(rows.lon[later], rows.lat[later], rows.lon[earlier], rows.lat[earlier])
        near = metres <= profile.radius_m
        return later[near], earlier[near], metres[near]

    def _in_time(self, later: Ints, earlier: Ints, window_s: float) -> NDArray[np.bool_]:
        """Whether each other one came before, or either way, and not too long ago."""
        rows = self._rows
        closed, came, asked = rows.closed_at[earlier], rows.at[earlier], rows.at[later]
        within: NDArray[np.bool_]
        if self._both_ways:
            since = np.where(np.isinf(closed), came, closed)
            within = (later != earlier) & (came <= asked + window_s) & (since >= asked - window_s)
        else:
            since = np.where(closed <= asked, closed, came)
            within = (self._rank[earlier] < self._rank[later]) & (asked - since <= window_s)
        return within

    def _block(self, code: str, radius_m: float) -> Block:
        if (code, radius_m) not in self._blocks:
            self._blocks[code, radius_m] = self._sorted(self._members[code], radius_m)
        return self._blocks[code, radius_m]

    def _sorted(self, members: Ints, radius_m: float) -> Block:
        height = radius_m / M_PER_DEG
        keys = np.floor(self._rows.lat[members] / height) * _ROW + self._rows.lon[members]
        order = np.argsort(keys, kind="stable")
        return Block(members[order], keys[order], height)


def _pieces(counts: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of rows whose pairs fit into memory together."""
    ends = np.cumsum(counts)
    start, done = 0, 0
    while start < len(counts):
        stop = max(start + 1, int(np.searchsorted(ends, done + AT_ONCE, "right")))
        if ends[stop - 1] > done:
            yield start, stop
        start, done = stop, int(ends[stop - 1])


def metres_between(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    """`nearness.meters`, for arrays."""
    latitude = np.radians((lat + other_lat) / 2)
    east = (lon - other_lon + 180) % 360 - 180
    per_lon = 111_412.84 * np.cos(latitude) - 93.5 * np.cos(3 * latitude) + 0.118 * np.cos(5 * latitude)
    per_lat = 111_132.92 - 559.82 * np.cos(2 * latitude) + 1.175 * np.cos(4 * latitude)
    found: Floats = np.hypot(east * per_lon, (lat - other_lat) * per_lat)
    return found
