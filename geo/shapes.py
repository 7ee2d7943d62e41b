"""Polygons: repair, measure and compare them; find overlaps, gaps, slivers and parts outside the parent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

import numpy as np
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import G, to_ground, to_lonlat

Key = tuple[str, str]
"""Level and code: what names a shape within one city."""

NOISE_M2 = 1.0
"""Faults smaller than this come from rounding, not from whoever drew the line."""

TOUCH_DEG = 1e-9
"""A computed gap may miss its neighbors by the last bits of a coordinate."""


@dataclass(frozen=True, kw_only=True)
class NamedShape:
    """A polygonal shape in lon/lat with its level, its code (unique within the level) and its parent."""

    level: str
    code: str
    geometry: Polygon | MultiPolygon
    parent: Key | None = None

    @property
    def key(self) -> Key:
        """Level and code."""
        return (self.level, self.code)


class FaultKind(StrEnum):
    """What can be wrong with the shapes of a level."""

    INVALID = "invalid"
    OVERLAP = "overlap"
    GAP = "gap"
    SLIVER = "sliver"
    OUTSIDE = "outside"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault: whom it concerns (sorted codes), where it is (lon/lat), and how large.

    `width_m` is the diameter of the largest circle that fits inside; zero where the place is a point.
    """

    kind: FaultKind
    codes: tuple[str, ...]
    geometry: BaseGeometry
    area_m2: float
    width_m: float
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one code gained and lost between two sets of shapes, in square metres of ground."""

    code: str
    gained_m2: float
    lost_m2: float


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons of a geometry, however deeply it nests them; points and lines are left out."""
    parts = shapely.get_parts(geometry)
    if any(isinstance(part, MultiPolygon) for part in parts):
        return list(chain.from_iterable(polygons_of(part) for part in parts))
    return [part for part in parts if isinstance(part, Polygon) and not part.is_empty]


def lines_of(geometry: BaseGeometry) -> list[LineString]:
    """The lines of a line or multi-line."""
    return [part for part in shapely.get_parts(geometry) if isinstance(part, LineString) and not part.is_empty]


def as_multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """The polygons of a geometry in one canonical form.

    Outer rings run counter-clockwise (RFC 7946); equal shapes come out equal byte for byte.
    """
    normal = shapely.normalize(MultiPolygon(polygons_of(geometry)))
    return shapely.orient_polygons(normal, exterior_cw=False)


def rounded(geometry: G, *, decimals: int) -> G:
    """The shape with its coordinates rounded one by one; points that were equal stay equal."""
    return shapely.transform(geometry, lambda points: np.round(points, decimals))


def repair(geometry: BaseGeometry) -> MultiPolygon:
    """A valid multipolygon of the same ground: crossed rings untangled, lines and points dropped.

    The result is empty where nothing polygonal is left.
    """
    if not geometry.is_valid:
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    return as_multipolygon(geometry)


def area_m2(geometry: BaseGeometry, *, srid: int) -> float:
    """The area of a lon/lat shape, measured in the metric system `srid`."""
    return float(to_ground(geometry, srid).area)


def width_m(geometry: BaseGeometry, *, srid: int) -> float:
    """How wide a lon/lat polygon is at its widest: the diameter of the largest circle inside."""
    ground = shapely.make_valid(to_ground(geometry, srid))
    widths = (2 * shapely.maximum_inscribed_circle(part).length for part in polygons_of(ground))
    return max(widths, default=0.0)


def deviation_m(shape: BaseGeometry, other: BaseGeometry, *, srid: int, step_m: float = 1.0) -> float:
    """The Hausdorff distance in metres between the outlines of two lon/lat shapes, neither of them empty.

    Segments are sampled every `step_m`, so the answer is at most half a step short.
    """
    one, two = _outline(to_ground(shape, srid)), _outline(to_ground(other, srid))
    return max(_farthest_m(one, two, step_m), _farthest_m(two, one, step_m))


def invalid_shapes(shapes: Sequence[NamedShape], *, srid: int) -> list[Fault]:
    """Shapes that are empty or break the rules of rings, with the reason and what a repair would keep."""
    faults = []
    for shape in shapes:
        reason = "Empty" if shape.geometry.is_empty else shapely.is_valid_reason(shape.geometry)
        if reason != "Valid Geometry":
            found = _Found(FaultKind.INVALID, (shape.code,), repair(shape.geometry), reason)
            faults.append(_fault(found, srid=srid))
    return faults


def coverage_faults(
    shapes: Sequence[NamedShape],
    *,
    srid: int,
    gap_m: float,
    sliver_m: float = 0.0,
    noise_m2: float = NOISE_M2,
) -> list[Fault]:
    """What keeps the valid shapes of one level from being a clean mosaic.

    Overlaps count at every size; gaps where they are enclosed, or open to the outside and up to `gap_m` wide;
    slivers are parts of a shape nowhere wider than `sliver_m`. Faults up to `noise_m2` are left out.
    """
    found = [*_overlaps(shapes), *_gaps(shapes, srid, gap_m)]
    faults = _measured(found, srid=srid, noise_m2=noise_m2)
    slivers = _measured(_thin_parts(shapes, srid, sliver_m), srid=srid, noise_m2=noise_m2) if sliver_m > 0 else []
    return [*faults, *(part for part in slivers if part.width_m <= sliver_m)]


def overlaps(shapes: Sequence[NamedShape], *, srid: int, noise_m2: float = NOISE_M2) -> list[Fault]:
    """Ground that two valid shapes claim, one fault a place; those up to `noise_m2` are left out."""
    return _measured(_overlaps(shapes), srid=srid, noise_m2=noise_m2)


def uncovered(shapes: Sequence[NamedShape], ground: BaseGeometry, *, srid: int) -> list[Fault]:
    """The gaps that valid shapes leave in the ground (lon/lat) they are meant to fill, one fault a part."""
    geometries = [shape.geometry for shape in shapes]
    gaps = polygons_of(ground.difference(shapely.union_all(geometries)))
    return _measured(_named_gaps(gaps, shapes), srid=srid, noise_m2=NOISE_M2)


def parts_outside(
    shapes: Sequence[NamedShape],
    *,
    parents: Mapping[Key, BaseGeometry],
    srid: int,
    noise_m2: float = NOISE_M2,
) -> list[Fault]:
    """Where valid shapes reach beyond the parent they name, one fault a part, if that parent is given."""
    shapely.prepare(list(parents.values()))
    found = [
        _Found(FaultKind.OUTSIDE, (shape.code, shape.parent[1]), part)
        for shape in shapes
        if shape.parent is not None and shape.parent in parents
        if not parents[shape.parent].contains_properly(shape.geometry)
        for part in polygons_of(shape.geometry.difference(parents[shape.parent]))
    ]
    return _measured(found, srid=srid, noise_m2=noise_m2)


def changes(before: Mapping[str, BaseGeometry], after: Mapping[str, BaseGeometry], *, srid: int) -> list[Change]:
    """What each code gained and lost between two sets of valid shapes; a missing code has no ground."""
    nothing = MultiPolygon()
    found = []
    for code in sorted({*before, *after}):
        old, new = before.get(code, nothing), after.get(code, nothing)
        gained = area_m2(new.difference(old), srid=srid)
        found.append(Change(code=code, gained_m2=gained, lost_m2=area_m2(old.difference(new), srid=srid)))
    return found


def _outline(geometry: BaseGeometry) -> BaseGeometry:
    return geometry.boundary if polygons_of(geometry) else geometry


def _farthest_m(line: BaseGeometry, other: BaseGeometry, step_m: float) -> float:
    samples = shapely.points(shapely.get_coordinates(shapely.segmentize(line, step_m)))
    shapely.prepare(other)
    return float(shapely.distance(other, samples).max())


class _Found(NamedTuple):
    kind: FaultKind
    codes: tuple[str, ...]
    geometry: BaseGeometry
    reason: str = ""


def _fault(found: _Found, *, srid: int) -> Fault:
    size = {"area_m2": area_m2(found.geometry, srid=srid), "width_m": width_m(found.geometry, srid=srid)}
    return Fault(kind=found.kind, codes=found.codes, geometry=found.geometry, reason=found.reason, **size)


def _measured(found: Iterable[_Found], *, srid: int, noise_m2: float) -> list[Fault]:
    return [_fault(each, srid=srid) for each in found if area_m2(each.geometry, srid=srid) > noise_m2]


def _overlaps(shapes: Sequence[NamedShape]) -> Iterator[_Found]:
    geometries = np.array([shape.geometry for shape in shapes], dtype=object)
    pairs = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    ones, others = pairs[:, pairs[0] < pairs[1]]
    common = shapely.intersection(geometries[ones], geometries[others])
    for index in np.flatnonzero(shapely.area(common) > 0):
        codes = sorted((shapes[int(ones[index])].code, shapes[int(others[index])].code))
        for part in polygons_of(common[index]):
            yield _Found(FaultKind.OVERLAP, (codes[0], codes[1]), part)


def _gaps(shapes: Sequence[NamedShape], srid: int, gap_m: float) -> Iterator[_Found]:
    geometries = [shape.geometry for shape in shapes]
    ground = shapely.union_all(geometries)
    holes = [Polygon(ring).difference(ground) for part in polygons_of(ground) for ring in part.interiors]
    gaps = [part for hole in holes for part in polygons_of(hole)]
    if gap_m > 0:
        gaps += _open_gaps(to_ground(shapely.GeometryCollection(geometries), srid), srid, gap_m)
    yield from _named_gaps(gaps, shapes)


def _named_gaps(gaps: Iterable[Polygon], shapes: Sequence[NamedShape]) -> Iterator[_Found]:
    tree = shapely.STRtree([shape.geometry for shape in shapes])
    for gap in gaps:
        beside = tree.query(gap, predicate="dwithin", distance=TOUCH_DEG)
        yield _Found(FaultKind.GAP, tuple(sorted(shapes[int(i)].code for i in beside)), gap)


def _open_gaps(level: GeometryCollection, srid: int, gap_m: float) -> list[Polygon]:
    """Gaps that reach the outside, in lon/lat: what closing the level fills where shapes nearly meet."""
    near_misses = shapely.union_all(shapely.coverage_invalid_edges(shapely.get_parts(level), gap_width=gap_m))
    if near_misses.is_empty:
        return []
    shapely.prepare(near_misses)
    # What is valid in lon/lat and narrow may cross itself where it was projected.
    ground = shapely.union_all([repair(part) for part in shapely.get_parts(level)])
    filled = ground.buffer(gap_m / 2, join_style="mitre").buffer(-gap_m / 2, join_style="mitre")
    outside = shapely.union_all([Polygon(part.exterior) for part in polygons_of(ground)])
    gaps = polygons_of(filled.difference(outside))
    return [to_lonlat(gap, srid) for gap in gaps if near_misses.intersects(gap)]


def _thin_parts(shapes: Sequence[NamedShape], srid: int, sliver_m: float) -> Iterator[_Found]:
    """Parts that may be slivers: of a shape nowhere wider than w the area is at most w times half the outline.

    Twice that is let through, so that no part with holes is missed; the width of the others need not be measured.
    """
    for shape in shapes:
        parts = polygons_of(shape.geometry)
        ground = to_ground(MultiPolygon(parts), srid).geoms
        for part, flat in zip(parts, ground, strict=True):
            if flat.area <= sliver_m * flat.length:
                yield _Found(FaultKind.SLIVER, (shape.code,), part)
