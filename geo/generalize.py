"""Draw all levels of a city with fewer vertices, as one set of shared lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import to_ground, to_lonlat
from geo.shapes import Key, NamedShape, as_multipolygon, deviation_m, lines_of, polygons_of, rounded

Shapes = npt.NDArray[np.object_]
"""An array of shapely geometries."""

Owner = dict[str, Key]
"""Level -> the shape of that level to which a face belongs; empty for ground that belongs to nobody."""

_SHARES_OF_LIMIT: Final = (0.98, 0.9, 0.75, 0.5, 0.25, 0.1, 0.0)


class CannotGeneralize(ValueError):
    """The shapes do not survive being drawn on the grid, even with all their vertices."""


@dataclass(frozen=True, kw_only=True)
class _Mosaic:
    """Faces that tile the ground, no line of any level running through one, and to whom each belongs."""

    faces: Shapes
    owners: list[Owner]

    def draw(self, shape: NamedShape, *, decimals: int) -> NamedShape:
        """The shape as the union of its faces."""
        owned = zip(self.faces, self.owners, strict=True)
        ground = shapely.coverage_union_all([face for face, owner in owned if shape.key in owner.values()])
        return replace(shape, geometry=as_multipolygon(rounded(ground, decimals=decimals)))


def generalize(
    shapes: Sequence[NamedShape], *, srid: int, limit_m: float, sliver_m: float, decimals: int
) -> list[NamedShape]:
    """The same shapes (valid, lon/lat, parents before children) with fewer vertices of so many decimals.

    Within a level nothing overlaps; a child lies inside its parent; an edge that two shapes of any level
    share has the same vertices in both. No outline is more than `limit_m` metres, measured in `srid`, off its
    source. As far as that allows, strips nowhere wider than `sliver_m` between lines that nearly coincide go
    to a neighbor, a child loses what it has outside its parent, and ground that two shapes of a level claim
    goes to the first. Raises CannotGeneralize.
    """
    mosaic = _cut(shapes, srid=srid, sliver_m=sliver_m, decimals=decimals)
    off: list[str] = []
    for share in _SHARES_OF_LIMIT:  # rounding and slivers take a little of the limit; how much must be tried
        simpler = _simplify(mosaic, srid=srid, tolerance_m=share * limit_m, decimals=decimals)
        if simpler:
            drawn = [simpler.draw(shape, decimals=decimals) for shape in shapes]
            off = [_name(shape) for shape in _unfaithful(drawn, shapes, srid=srid, limit_m=limit_m)]
            if not off:
                return drawn
    where = ", ".join(off) or "faces of the mosaic"
    raise CannotGeneralize(
        f"More than {limit_m:g} m off, or gone: {where}. Look for overlaps, parts outside the parent "
        "and shapes narrower than the slivers."
    )


def generalize_line(geometry: BaseGeometry, *, srid: int, limit_m: float, decimals: int) -> MultiLineString:
    """A lon/lat line, its pieces joined end to end, with fewer vertices and at most `limit_m` metres off.

    Empty where the geometry has no lines.
    """
    joined = shapely.line_merge(to_ground(MultiLineString(lines_of(geometry)), srid))
    fewer = shapely.simplify(joined, _SHARES_OF_LIMIT[0] * limit_m, preserve_topology=True)
    drawn = rounded(to_lonlat(fewer, srid), decimals=decimals)
    return MultiLineString([line for line in lines_of(drawn) if line.length > 0])


def _cut(shapes: Sequence[NamedShape], *, srid: int, sliver_m: float, decimals: int) -> _Mosaic:
    """Cut the ground along every line of every level, then merge what the same shapes own on all levels."""
    outlines = _snapped([to_ground(shape.geometry.boundary, srid) for shape in shapes], sliver_m)
    drawn = [rounded(to_lonlat(outline, srid), decimals=decimals) for outline in outlines]
    lines = shapely.union_all(drawn, grid_size=10.0**-decimals)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    owners = _owners(faces, shapes)
    _give_away_slivers(faces, owners, srid=srid, sliver_m=sliver_m)
    groups: dict[tuple[tuple[str, Key], ...], list[Polygon]] = {}
    for face, owner in zip(faces, owners, strict=True):
        groups.setdefault(tuple(owner.items()), []).append(face)
    merged = [(part, dict(key)) for key, group in groups.items() for part in _merge(group)]
    return _Mosaic(faces=np.array([part for part, _ in merged]), owners=[owner for _, owner in merged])


def _snapped(outlines: Sequence[BaseGeometry], reach_m: float) -> list[BaseGeometry]:
    """Pull vertices and edges that nearly coincide onto one point, that of the outline that comes first."""
    kept = _apart(shapely.get_coordinates(outlines), reach_m)
    tree = shapely.STRtree(kept)
    snapped = []
    for outline in outlines:
        near = kept[tree.query(outline, predicate="dwithin", distance=reach_m)]
        snapped.append(shapely.snap(outline, shapely.MultiPoint(near.tolist()), reach_m))
    return snapped


def _apart(coordinates: npt.NDArray[np.float64], reach_m: float) -> Shapes:
    """The points that remain when each takes away those within its reach that come after it."""
    points = np.asarray(shapely.points(coordinates))
    tree = shapely.STRtree(points)
    taken = np.zeros(len(points), dtype=np.bool_)
    for index, point in enumerate(points):
        if not taken[index]:
            near = tree.query(point, predicate="dwithin", distance=reach_m)
            taken[near[near != index]] = True
    return points[~taken]


def _merge(faces: Iterable[Polygon]) -> list[Polygon]:
    return polygons_of(shapely.coverage_union_all(list(faces)))


def _owners(faces: Shapes, shapes: Sequence[NamedShape]) -> list[Owner]:
    tree = shapely.STRtree(shapely.point_on_surface(faces))
    owners: list[Owner] = [{} for _ in faces]
    given = {shape.key for shape in shapes}
    for shape in shapes:
        for index in tree.query(shape.geometry, predicate="contains"):
            owner = owners[int(index)]
            if shape.parent not in given or shape.parent in owner.values():
                owner.setdefault(shape.level, shape.key)
    return owners


def _give_away_slivers(faces: Shapes, owners: list[Owner], *, srid: int, sliver_m: float) -> None:
    """Let each narrow face belong to the neighbor with which it shares the longest edge."""
    ground = np.array([to_ground(face, srid) for face in faces])
    tree = shapely.STRtree(ground)
    narrow = set(np.flatnonzero(shapely.is_empty(shapely.buffer(ground, -sliver_m / 2))).tolist())
    heirs = dict.fromkeys(narrow, -1)
    while heirs:  # in rounds: a sliver among slivers waits until one beside it has an heir
        beside = {face: set(tree.query(ground[face], predicate="intersects").tolist()) for face in narrow}
        found = {face: _heir(face, others - narrow, ground) for face, others in beside.items()}
        heirs = {face: heir for face, heir in found.items() if heir is not None}
        for face, heir in heirs.items():
            owners[face] = owners[heir]
        narrow -= heirs.keys()


def _heir(face: int, others: set[int], ground: Shapes) -> int | None:
    edges = {other: _shared_m(ground[face], ground[other]) for other in sorted(others)}
    longest = max(edges, key=lambda other: edges[other], default=None)
    return longest if longest is not None and edges[longest] > 0 else None


def _shared_m(one: Polygon, other: Polygon) -> float:
    return float(one.boundary.intersection(other.boundary).length)


def _simplify(mosaic: _Mosaic, *, srid: int, tolerance_m: float, decimals: int) -> _Mosaic | None:
    """Simplify each line between two junctions once, for all faces beside it; None if a face is lost or torn.

    By Douglas and Peucker, whose tolerance is a distance. Simplifying the coverage by the area of triangles
    would have to be tuned to the one place that moves most, and leaves far more vertices everywhere else.
    """
    edges = shapely.union_all([face.boundary for face in mosaic.faces])
    lines = MultiLineString(lines_of(shapely.line_merge(edges)))
    fewer = shapely.simplify(to_ground(lines, srid), tolerance_m, preserve_topology=True)
    drawn = rounded(to_lonlat(fewer, srid), decimals=decimals)
    noded = shapely.union_all([drawn], grid_size=10.0**-decimals)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    before = _most_common_ground(faces, mosaic.faces)
    if sorted(before) != list(range(len(mosaic.faces))):
        return None
    return _Mosaic(faces=faces, owners=[mosaic.owners[index] for index in before])


def _most_common_ground(faces: Shapes, others: Shapes) -> list[int]:
    """For each face the index of the one among the others with which it has most ground in common."""
    tree = shapely.STRtree(others)
    found = []
    for face in faces:
        near = tree.query(face, predicate="intersects")
        common = shapely.area(shapely.intersection(face, others[near]))
        found.append(int(near[common.argmax()]) if near.size else -1)
    return found


def _unfaithful(
    drawn: Sequence[NamedShape], source: Sequence[NamedShape], *, srid: int, limit_m: float
) -> Iterator[NamedShape]:
    for new, old in zip(drawn, source, strict=True):
        is_ground = not new.geometry.is_empty and new.geometry.is_valid
        if not is_ground or deviation_m(new.geometry, old.geometry, srid=srid) > limit_m:
            yield old


def _name(shape: NamedShape) -> str:
    return f"{shape.level} {shape.code}"
