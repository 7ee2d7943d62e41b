"""Metres from many points to the edge of a shape, as PostGIS measures them on geography; the nearest of shapes."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

_EQUATOR_M = 6_378_137.0  # WGS 84
_FLATNESS = 0.0066943799901413165  # its first eccentricity, squared
_SPHERE_ERRS = 0.01  # the ellipsoid's flattening three times over
_RUN = 12  # edges that follow each other share a box; most points look into one or two of the boxes
_BLOCK = 1024  # points at a time, so that what is computed on the way stays in the processor's cache


class TouchingPlane:
    """The plane that touches the globe amid some places and shows great circles as straight lines (gnomonic)."""

    def __init__(self, around: Floats) -> None:
        # Their mean in space: it knows no antimeridian.
        lon, lat = np.radians(around).T
        x, y, z = np.mean([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
        self._lon = np.arctan2(y, x)
        self._sin, self._cos = z / np.sqrt(x * x + y * y + z * z), np.hypot(x, y) / np.sqrt(x * x + y * y + z * z)

    def from_globe(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Where places (degrees) of this half of the globe lie on the plane, in radii of the globe."""
        east, north = np.radians(lon) - self._lon, np.radians(lat)
        sin, cos = np.sin(north), np.cos(north)
        forward = cos * np.cos(east)
        scale = 1 / (self._sin * sin + self._cos * forward)
        return scale * cos * np.sin(east), scale * (self._cos * sin - self._sin * forward)

    def to_globe(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude in radians."""
        forward = self._cos - y * self._sin
        return self._lon + np.arctan2(x, forward), np.arctan2(self._sin + y * self._cos, np.hypot(x, forward))


class NearestShapes:
    """Which of several shapes may be the nearest to points that none of them covers."""

    def __init__(self, shapes: Sequence[BaseGeometry]) -> None:
        self._plane = TouchingPlane(shapely.get_coordinates(shapes))
        lines, self._owner = shapely.get_parts(shapely.boundary(shapes), return_index=True)
        flat = shapely.transform(lines, lambda each: np.column_stack(self._plane.from_globe(*each.T)))
        self._lines = np.asarray(flat, dtype=object)
        self._tree = shapely.STRtree(self._lines)

    def candidates(self, lon: Floats, lat: Floats) -> tuple[Integers, Integers]:
        """Pairs of a point (degrees) and the place in the sequence of a shape that may be the nearest to it.

        The plane is a sphere's: on the ellipsoid, what is a little further there may be nearer.
        """
        points = np.asarray(shapely.points(*self._plane.from_globe(lon, lat)), dtype=object)
        least = np.asarray(shapely.distance(points, self._lines[self._tree.nearest(points)]))
        point, line = self._tree.query(points, predicate="dwithin", distance=least * (1 + _SPHERE_ERRS))
        return point, np.asarray(self._owner[line], dtype=np.intp)


class EdgeRuler:
    """Measures to the edge (all rings) of one shape; edges are great circles between their ends, as on geography.

    The nearest place is found on the plane that touches the globe in the middle of the shape; its distance is
    then taken on the ellipsoid. Good to a millimetre within some kilometres of the shape, to a thousandth within
    a hundred.
    """

    def __init__(self, shape: BaseGeometry) -> None:
        starts, ends = edges_of(shape)
        self._plane = TouchingPlane(starts)
        start, end = self._plane.from_globe(*starts.T), self._plane.from_globe(*ends.T)
        length2 = (end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2
        length2[length2 == 0] = 1  # an edge without length is its start
        values = [*start, end[0] - start[0], end[1] - start[1], 1 / length2]
        self._runs = np.stack([_in_runs(each) for each in values])
        corners = [(_in_runs(one), _in_runs(other)) for one, other in zip(start, end, strict=True)]
        self._low = [np.minimum(*pair).min(axis=1) for pair in corners]
        self._high = [np.maximum(*pair).max(axis=1) for pair in corners]

    def measure(self, lon: Floats, lat: Floats) -> Floats:
        """Metres from each point to the edge, on whichever side of it the point lies."""
        metres = np.empty(len(lon))
        for block in _blocks(len(lon)):
            x, y = self._plane.from_globe(lon[block], lat[block])
            foot = self._plane.to_globe(*self._nearest(x, y))
            metres[block] = _metres(np.radians(lon[block]), np.radians(lat[block]), *foot)
        return metres

    def _nearest(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The place on the edge nearest to each point: first in the nearest box, then in all that might hold nearer."""
        least = self._to_boxes(x, y)
        first = least.argmin(axis=1)
        best, foot_x, foot_y = self._on_run(x, y, first)
        least[np.arange(len(x)), first] = np.inf
        point, run = np.nonzero(least < best[:, None])
        distance, other_x, other_y = self._on_run(x[point], y[point], run)
        order = np.lexsort((-distance, point))  # each point's nearest last: the last assignment holds
        order = order[distance[order] < best[point[order]]]
        foot_x[point[order]], foot_y[point[order]] = other_x[order], other_y[order]
        return foot_x, foot_y

    def _to_boxes(self, x: Floats, y: Floats) -> Floats:
        """The squared distance of each point to the box of each run: no edge in it is nearer."""
        beside = [
            np.maximum(np.maximum(low - each[:, None], each[:, None] - high), 0)
            for each, low, high in zip((x, y), self._low, self._high, strict=True)
        ]
        return np.asarray(beside[0] * beside[0] + beside[1] * beside[1])

    def _on_run(self, x: Floats, y: Floats, run: Integers) -> tuple[Floats, Floats, Floats]:
        """The squared distance to the nearest place on a run of edges, and that place; a run for each point."""
        start_x, start_y, along_x, along_y, per_length2 = self._runs.take(run, axis=1)
        from_x, from_y = x[:, None] - start_x, y[:, None] - start_y
        share = np.clip((from_x * along_x + from_y * along_y) * per_length2, 0, 1)
        away_x, away_y = from_x - share * along_x, from_y - share * along_y
        distance = away_x * away_x + away_y * away_y
        best = np.arange(len(x)), distance.argmin(axis=1) if len(x) else np.empty(0, np.intp)
        return distance[best], x - away_x[best], y - away_y[best]


def edges_of(shapes: BaseGeometry | NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Both ends (rows of x and y) of each edge of each ring of a polygon or many, in the order of the rings."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    return coordinates[:-1][follows], coordinates[1:][follows]


def _in_runs(values: Floats) -> Floats:
    """The values in rows of a run each; the last row is filled up with the last value."""
    return np.concatenate([values, np.repeat(values[-1:], -len(values) % _RUN)]).reshape(-1, _RUN)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, count, _BLOCK))


def _metres(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    """Metres on the ellipsoid between places (radians) that are near to each other, by its radii half way."""
    middle = (lat + other_lat) / 2
    bulge = 1 - _FLATNESS * np.sin(middle) ** 2
    east_m = _EQUATOR_M / np.sqrt(bulge)
    north_m = east_m * (1 - _FLATNESS) / bulge
    turn = np.remainder(lon - other_lon + np.pi, 2 * np.pi) - np.pi
    return np.hypot(turn * np.cos(middle) * east_m, (lat - other_lat) * north_m)
