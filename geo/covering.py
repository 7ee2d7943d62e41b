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

_FEWEST, _MOST = 512, 2048  # cells along each side of a region: a megabyte to sixteen, and sixteen of several
_FINE = 48  # cells along a side for one edge, for four edges twice as many: most of the ground is far from edges then
_BOXES = 200_000  # around the edges of a region, at most
_UNKNOWN, _CROSSED = -1, -2
_EDGES = 0  # the number of the area that is made up of the cells with edges


class Covering:
    """The shapes that cover a point make up a set, and each set that occurs has a number.

    Cells of the map that no edge runs through, and that hang together, make an area with the same set everywhere: the
    first point in it is looked up in the shapes, those after it in the area. Where edges run, each point is looked
    up; within a hair of one the `arbiter` decides.
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
        boxes = _apart(shapely.bounds(self._shapes))
        most = max(_FEWEST, int(_MOST / np.sqrt(len(boxes) or 1)))
        self._regions = [_Region(box, self._shapes, most=most) for box in boxes]

    def at(self, lon: Floats, lat: Floats) -> Numbers:
        """For each point the number of its set; `sets` says which shapes, by their place in the sequence."""
        numbers = np.full(len(lon), NOBODY)
        for region in self._regions:
            inside = np.flatnonzero(region.holds(lon, lat))
            if len(inside):
                numbers[inside] = self._in_region(region, lon[inside], lat[inside])
        return numbers

    def _in_region(self, region: "_Region", lon: Floats, lat: Floats) -> Numbers:
        areas = region.areas_of(lon, lat)
        numbers: Numbers = region.known[areas]
        left = np.flatnonzero(numbers < 0)
        found = self._looked_up(lon[left], lat[left], numbers[left] == _CROSSED, region)
        fresh = numbers[left] == _UNKNOWN
        region.known[areas[left[fresh]]] = found[fresh]
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
    """A part of the world with shapes in it, cut into cells: the area of each, and what is known of each area."""

    def __init__(self, box: Floats, shapes: NDArray[np.object_], *, most: int) -> None:
        inside = shapely.intersects(shapely.box(*box), shapely.envelope(shapes))
        edges = _once(np.concatenate(edges_of(shapes[inside]), axis=1))
        self.edges = _Edges(edges)
        self._box = box
        self._side = int(np.clip(_FINE * np.sqrt(len(edges)), _FEWEST, most))
        self._scale = self._side / np.maximum(box[2:] - box[:2], 1e-9)
        self._areas = _areas(~self._crossed(edges))
        self.known = np.full(int(self._areas.max()) + 1, _UNKNOWN, dtype=np.intp)
        self.known[_EDGES] = _CROSSED

    def holds(self, lon: Floats, lat: Floats) -> Answers:
        """Which points lie in its box."""
        west, south, east, north = self._box
        return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))

    def areas_of(self, lon: Floats, lat: Floats) -> NDArray[np.unsignedinteger]:
        """The number of the area that each point of the region lies in."""
        column, row = (
            np.minimum(((each - low) * scale).astype(np.intp), self._side - 1)
            for each, low, scale in zip((lon, lat), self._box[:2], self._scale, strict=True)
        )
        return np.asarray(self._areas[row, column])

    def _crossed(self, edges: Floats) -> Answers:
        """The cells, by row and column, that edges run through, and those around them.

        Samples lie half a cell apart at most, so whatever an edge runs through is a sample's cell or next to one.
        """
        along = edges[:, 2:] - edges[:, :2]
        samples = np.ceil(np.abs(along * self._scale).max(axis=1) * 2).astype(np.intp) + 1
        edge = np.repeat(np.arange(len(along)), samples)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(samples) - samples, samples)
        places = edges[edge, :2] + along[edge] * (step / samples[edge])[:, None]
        column, row = ((places - self._box[:2]) * self._scale).astype(np.intp).T
        crossed, last = np.zeros((self._side, self._side), dtype=np.bool_), self._side - 1
        for up in (-1, 0, 1):
            for right in (-1, 0, 1):
                crossed[np.clip(row + up, 0, last), np.clip(column + right, 0, last)] = True
        return crossed


def _areas(free: Answers) -> NDArray[np.unsignedinteger]:
    """A number for each cell, the same for free cells that hang together, side by side or one above the other.

    Cells that are not free have the number _EDGES; areas are numbered from there on, in as few bytes as that takes.
    """
    begins = free.copy()
    begins[:, 1:] &= ~free[:, :-1]
    runs = np.cumsum(begins, dtype=np.int32).reshape(free.shape)
    runs[~free] = _EDGES
    # Where a run lies above another, one of the two begins above or below the other.
    touch = (begins[1:] | begins[:-1]) & free[1:] & free[:-1]
    above, below = runs[1:][touch], runs[:-1][touch]
    number = np.arange(runs.max() + 1, dtype=np.int32)
    while (number[above] != number[below]).any():
        least = np.minimum(number[above], number[below])
        np.minimum.at(number, number[above], least)
        np.minimum.at(number, number[below], least)
        number = number[number]
    compact = np.unique(number, return_inverse=True)[1]
    return np.asarray(compact.astype(np.min_scalar_type(compact.max()))[runs])


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
