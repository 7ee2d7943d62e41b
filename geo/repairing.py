"""Mend shapes: untangle rings, and share out the strips between neighbors that nobody drew on purpose."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LinearRing, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.shapes import (
    TOUCH_DEG,
    Fault,
    FaultKind,
    Key,
    NamedShape,
    area_m2,
    as_multipolygon,
    polygons_of,
    repair,
    width_m,
)

S = TypeVar("S", bound=NamedShape)


def repairs(shapes: Sequence[NamedShape], *, srid: int) -> list[Fault]:
    """The shapes whose rings break the rules, with the ground that a repair has to guess about.

    That ground is what a ring goes round the other way or more than once, and what overlapping or misplaced rings
    leave open. Where nothing is in doubt, the fault is the point at which the rings touch or cross.
    """
    return [_repair_fault(shape, srid) for shape in shapes if not shape.geometry.is_valid]


def _repair_fault(shape: NamedShape, srid: int) -> Fault:
    doubtful = in_doubt(shape.geometry)
    reason, _, place = shapely.is_valid_reason(shape.geometry).partition("[")
    return Fault(
        kind=FaultKind.INVALID,
        codes=(shape.code,),
        geometry=_point(place) if doubtful.is_empty else doubtful,
        area_m2=area_m2(doubtful, srid=srid),
        width_m=width_m(doubtful, srid=srid),
        reason=reason.strip(),
    )


def _point(place: str) -> BaseGeometry:
    try:
        x, y = (float(number) for number in place.rstrip("]").split())
    except ValueError:
        return Point()
    return Point(x, y)


def in_doubt(geometry: BaseGeometry) -> MultiPolygon:
    """The ground about which an invalid polygon can be read in two ways; empty for a valid one."""
    if geometry.is_valid:
        return MultiPolygon()
    loops = [loop for part in polygons_of(geometry) for ring in _rings(part) for loop in _odd_loops(ring)]
    one, other = repair(geometry), shapely.make_valid(geometry, method="linework")
    disputed = one.symmetric_difference(MultiPolygon(polygons_of(other)))
    return as_multipolygon(shapely.union_all([*loops, *polygons_of(disputed)]))


def _rings(polygon: Polygon) -> Iterator[LinearRing]:
    yield polygon.exterior
    yield from polygon.interiors


def _odd_loops(ring: LinearRing) -> list[Polygon]:
    """What a ring that crosses itself goes round more than once, or the other way than most of its ground."""
    if ring.is_simple:
        return []
    faces = polygons_of(shapely.polygonize([shapely.node(ring)]))
    corners = shapely.get_coordinates(ring)
    turns = [_turns(face.representative_point(), corners) for face in faces]
    enclosed = [(face, number) for face, number in zip(faces, turns, strict=True) if number]
    if not enclosed:
        return []
    usual = 1 if max(enclosed, key=lambda each: each[0].area)[1] > 0 else -1
    return [face for face, number in enclosed if number != usual]


def _turns(point: Point, corners: npt.NDArray[np.float64]) -> int:
    """How often a ring goes round a point, counter-clockwise."""
    (x0, y0), (x1, y1) = corners[:-1].T, corners[1:].T
    left = (x1 - x0) * (point.y - y0) - (point.x - x0) * (y1 - y0)
    up, down = (y0 <= point.y) & (y1 > point.y) & (left > 0), (y0 > point.y) & (y1 <= point.y) & (left < 0)
    return int(up.sum()) - int(down.sum())


def clipped(shapes: Sequence[S], faults: Iterable[Fault], parents: Mapping[Key, BaseGeometry]) -> list[S]:
    """The valid shapes without the parts outside their parent (lon/lat) that these faults tell of."""
    out = {fault.codes[0] for fault in faults if fault.kind is FaultKind.OUTSIDE}
    return [_clipped(shape, parents) if shape.code in out else shape for shape in shapes]


def _clipped(shape: S, parents: Mapping[Key, BaseGeometry]) -> S:
    parent = parents.get(shape.parent) if shape.parent else None
    return shape if parent is None else _with(shape, shape.geometry.intersection(parent))


def mended(shapes: Sequence[S], faults: Iterable[Fault], *, srid: int) -> list[S]:
    """The valid shapes of a level without these overlaps, gaps and slivers of theirs; the order of shapes is kept.

    An overlap goes to the smaller shape, then to the lower code: whoever routing would have chosen. A gap and a
    sliver go to the neighbor with the longest common edge. A sliver without a neighbor stays, and so does one that is
    all there is of a shape.
    """
    size = {shape.code: area_m2(shape.geometry, srid=srid) for shape in shapes}
    ground: dict[str, BaseGeometry] = {shape.code: shape.geometry for shape in shapes}
    ordered = sorted(faults, key=lambda fault: (fault.codes, fault.geometry.bounds))
    for fault in (each for each in ordered if each.kind is FaultKind.OVERLAP):
        winner, loser = sorted(fault.codes, key=lambda code: (size[code], code))
        ground[loser] = repair(ground[loser].difference(ground[winner]))
    _share_out([each for each in ordered if each.kind is FaultKind.SLIVER], shapes, ground)
    for fault in (each for each in ordered if each.kind is FaultKind.GAP):
        _give(fault.geometry, ground, neighbors=fault.codes)
    return [_with(shape, ground[shape.code]) for shape in shapes]


def _with(shape: S, ground: BaseGeometry) -> S:
    if ground is shape.geometry:
        return shape
    return replace(shape, geometry=as_multipolygon(ground))


def _share_out(slivers: Sequence[Fault], shapes: Sequence[S], ground: dict[str, BaseGeometry]) -> None:
    """Give slivers to their neighbors: all are taken away first, for one may touch what another is given to."""
    left = [fault for fault in slivers if _drop(fault, ground)]
    tree = shapely.STRtree([shape.geometry for shape in shapes])
    near = [tree.query(fault.geometry, predicate="dwithin", distance=TOUCH_DEG) for fault in left]
    beside = [sorted({shapes[int(index)].code for index in each}) for each in near]
    waiting = list(zip(left, beside, strict=True))
    while waiting:  # in rounds: a sliver among slivers waits until one beside it has an heir
        still = [(fault, codes) for fault, codes in waiting if not _give_away(fault, ground, codes)]
        if len(still) == len(waiting):
            break
        waiting = still
    for fault, _codes in waiting:  # nobody is beside them: they stay whose they are
        [code] = fault.codes
        ground[code] = MultiPolygon([*polygons_of(ground[code]), *polygons_of(fault.geometry)])


def _drop(fault: Fault, ground: dict[str, BaseGeometry]) -> bool:
    """Take a sliver from its shape, unless it is all there is of it; whether it was taken."""
    [code] = fault.codes
    left = [part for part in polygons_of(ground[code]) if part.intersection(fault.geometry).area <= part.area / 2]
    if left:
        ground[code] = MultiPolygon(left)
    return bool(left)


def _give_away(fault: Fault, ground: dict[str, BaseGeometry], codes: Sequence[str]) -> bool:
    return _give(fault.geometry, ground, neighbors=[code for code in codes if code not in fault.codes])


def _give(strip: BaseGeometry, ground: dict[str, BaseGeometry], *, neighbors: Sequence[str]) -> bool:
    """Give a strip to the neighbor with the longest common edge; whether there was one."""
    strip = repair(strip)  # narrow as it is, rounding may have crossed its edges
    edges = {code: _common_edge(strip, ground[code]) for code in neighbors}
    if not edges or max(edges.values()) == 0:
        return False
    heir = min(edges, key=lambda code: (-edges[code], code))
    ground[heir] = repair(ground[heir].union(strip))
    return True


def _common_edge(strip: BaseGeometry, neighbor: BaseGeometry) -> float:
    return float(round(strip.boundary.intersection(neighbor.buffer(TOUCH_DEG)).length, 9))
