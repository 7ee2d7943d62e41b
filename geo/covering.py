"""Which of many shapes cover which of a million points, edges included: exact, with a memory of cells in front."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.edges import edges_of

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Answers = NDArray[np.bool_]

# Who covers a point within a hair of an edge: asked with lon, lat and the shape's place in the sequence, a row each.
Arbiter = Callable[[Floats, Floats, Numbers], Answers]

HAIR = 1e-11  # degrees, a micrometre: closer to an edge, rounding decides, and every program rounds in its own way
NOBODY = 0  # the number of the set without a shape

_FEWEST, _MOST = 512, 2048  # cells along each side of a region: one to sixteen megabytes
_BOXES = 200_000  # around the edges of a region, at most
_UNKNOWN, _CROSSED = -1, -2


class Covering:
    """The shapes that cover a point make up a set, and each set that occurs has a number.

    A cell of the map that no edge runs through has the same set everywhere: the first point in it is looked up in
    the shapes, those after it in the cell. Where edges run, each point is looked up; within a hair of one the
    `arbiter` decides.
    """

    def __init__(self, shapes: Sequence[MultiPolygon], *, arbiter: Arbiter) -> None:
        self.sets: list[tuple[int, ...]] = [()]
        self._shapes = np.array(shapes, dtype=object)
        self._arbiter = arbiter
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        # A set is known by the sum of its shapes' marks: random 64 bits, which no two sets that occur have in common.
        self._marks = np.random.default_rng(1).integers(1 << 63, size=len(shapes), dtype=np.uint64)
        self._numbers = {0: NOBODY}
        self._regions = [_Region(box, self._shapes) for box in _apart(shapely.bounds(self._shapes))]

    def at(self, lon: Floats, lat: Floats) -> Numbers:
        """For each point the number of its set; `sets` says which shapes, by their place in the sequence."""
        numbers = np.full(len(lon), NOBODY)
        for region in self._regions:
            inside = np.flatnonzero(region.holds(lon, lat))
            if len(inside):
                numbers[inside] = self._in_region(region, lon[inside], lat[inside])
        return numbers

    def _in_region(self, region: "_Region", lon: Floats, lat: Floats) -> Numbers:
        cells = region.cells_of(lon, lat)
        numbers = region.known[cells].astype(np.intp)
        left = np.flatnonzero(numbers < 0)
        found = self._looked_up(lon[left], lat[left], numbers[left] == _CROSSED, region)
        fresh = numbers[left] == _UNKNOWN
        region.known[cells[left[fresh]]] = found[fresh]
        numbers[left] = found
        return numbers

    def _looked_up(self, lon: Floats, lat: Floats, crossed: Answers, region: "_Region") -> Numbers:
        """The numbers of the sets of points by the shapes themselves."""
        places = np.asarray(shapely.points(lon, lat))
        point, shape = self._tree.query(places)
        covers = shapely.intersects_xy(self._shapes[shape], lon[point], lat[point])
        doubtful = np.zeros(len(lon), dtype=bool)
        doubtful[crossed] = region.edges.near(lon[crossed], lat[crossed], places[crossed])
        ask = np.flatnonzero(doubtful[point])
        if len(ask):
            covers[ask] = self._arbiter(lon[point[ask]], lat[point[ask]], shape[ask])
        return self._numbered(len(lon), point[covers], shape[covers])

    def _numbered(self, count: int, point: Numbers, shape: Numbers) -> Numbers:
        """The numbers of sets, given as pairs of a point and a shape that covers it."""
        sums = np.zeros(count, dtype=np.uint64)
        np.add.at(sums, point, self._marks[shape])
        marks, first, which = np.unique(sums, return_index=True, return_inverse=True)
        for mark, example in zip(marks.tolist(), first.tolist(), strict=True):
            if mark not in self._numbers:
                self._numbers[mark] = len(self.sets)
                self.sets.append(tuple(sorted(shape[point == example].tolist())))
        return np.array([self._numbers[mark] for mark in marks.tolist()], dtype=np.intp)[which]


class _Region:
    """A part of the world with shapes in it, cut into cells: what is known of each, and through which edges run."""

    def __init__(self, box: Floats, shapes: NDArray[np.object_]) -> None:
        inside = shapely.intersects(shapely.box(*box), shapely.envelope(shapes))
        edges = _once(np.concatenate(edges_of(shapes[inside]), axis=1))
        self.edges = _Edges(edges)
        self._box = box
        self._side = int(np.clip(2 * np.sqrt(len(edges)), _FEWEST, _MOST))
        self._scale = self._side / np.maximum(box[2:] - box[:2], 1e-9)
        self.known = np.full(self._side**2, _UNKNOWN, dtype=np.int32)
        self._cross(edges)

    def holds(self, lon: Floats, lat: Floats) -> Answers:
        """Which points lie in its box."""
        west, south, east, north = self._box
        return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))

    def cells_of(self, lon: Floats, lat: Floats) -> Numbers:
        """The number of the cell that each point of the region lies in."""
        column, row = (
            np.minimum(((each - low) * scale).astype(np.intp), self._side - 1)
            for each, low, scale in zip((lon, lat), self._box[:2], self._scale, strict=True)
        )
        return np.asarray(row * self._side + column, dtype=np.intp)

    def _cross(self, edges: Floats) -> None:
        """Mark the cells that edges run through, and those around them.

        Samples lie half a cell apart at most, so whatever an edge runs through is a sample's cell or next to one.
        """
        along = edges[:, 2:] - edges[:, :2]
        samples = np.ceil(np.abs(along * self._scale).max(axis=1) * 2).astype(np.intp) + 1
        edge = np.repeat(np.arange(len(along)), samples)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(samples) - samples, samples)
        places = edges[edge, :2] + along[edge] * (step / samples[edge])[:, None]
        column, row = ((places - self._box[:2]) * self._scale).astype(np.intp).T
        last = self._side - 1
        for up in (-1, 0, 1):
            for right in (-1, 0, 1):
                beside = np.clip(row + up, 0, last) * self._side + np.clip(column + right, 0, last)
                self.known[beside] = _CROSSED


class _Edges:
    """Edges (rows of lon, lat, lon, lat) in boxes, each of one edge unless there are very many."""

    def __init__(self, edges: Floats) -> None:
        size = 1 + len(edges) // _BOXES
        filled = np.concatenate([edges, np.repeat(edges[-1:], -len(edges) % size, axis=0)]).reshape(-1, size, 4)
        self._starts, self._along = filled[..., :2], filled[..., 2:] - filled[..., :2]
        low = np.minimum(filled[..., :2], filled[..., 2:]).min(axis=1) - HAIR
        high = np.maximum(filled[..., :2], filled[..., 2:]).max(axis=1) + HAIR
        self._tree = shapely.STRtree(shapely.box(*low.T, *high.T))

    def near(self, lon: Floats, lat: Floats, places: NDArray[np.object_]) -> Answers:
        """Which points (`places` are the same as shapes) lie within a hair of an edge."""
        point, box = self._tree.query(places)
        start, along = self._starts[box], self._along[box]
        away = np.stack([lon[point], lat[point]], axis=1)[:, None] - start
        length2 = np.maximum((along * along).sum(axis=2), np.finfo(np.float64).tiny)
        share = np.clip((away * along).sum(axis=2) / length2, 0, 1)
        away -= share[..., None] * along
        found = np.zeros(len(places), dtype=np.bool_)
        found[point[((away * away).sum(axis=2) <= HAIR * HAIR).any(axis=1)]] = True
        return found


def _once(edges: Floats) -> Floats:
    """The edges without repetition, whichever way they run: a line is often the edge of several shapes."""
    turned = (edges[:, 0] > edges[:, 2]) | ((edges[:, 0] == edges[:, 2]) & (edges[:, 1] > edges[:, 3]))
    straight = np.where(turned[:, None], edges[:, [2, 3, 0, 1]], edges)
    _values, first = np.unique(straight, axis=0, return_index=True)
    return np.asarray(straight[np.sort(first)])


def _apart(boxes: Floats) -> list[Floats]:
    """Boxes (west, south, east, north) that hold all of these and do not touch each other."""
    regions: list[Floats] = []
    for box in boxes:
        grown = box
        while touching := list(_touching(grown, regions)):
            regions = [each for each in regions if not any(each is other for other in touching)]
            grown = np.concatenate([np.min([grown, *touching], axis=0)[:2], np.max([grown, *touching], axis=0)[2:]])
        regions.append(grown)
    return regions


def _touching(box: Floats, others: Sequence[Floats]) -> Iterator[Floats]:
    return (other for other in others if (box[:2] <= other[2:]).all() and (other[:2] <= box[2:]).all())
