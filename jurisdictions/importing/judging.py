"""The faults of the shapes, and which of them stop an import."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from geo.shapes import Fault, FaultKind, Key, NamedShape, coverage_faults, overlaps, parts_outside, uncovered
from jurisdictions.importing.order import Limits
from jurisdictions.importing.report import Judged, Verdict

_HALF = 0.5


def judged_repairs(faults: Iterable[Fault], limits: Limits) -> list[Judged]:
    """What becomes of broken rings: repaired unless too much ground is in doubt."""
    return [Judged(fault=fault, verdict=_mended(fault, limits)) for fault in faults]


def judged(
    shapes: Sequence[NamedShape],
    *,
    parents: Mapping[Key, BaseGeometry],
    closes_gaps: bool,
    limits: Limits,
    srid: int,
) -> list[Judged]:
    """The faults of valid shapes of one level (lon/lat) with what becomes of them.

    A level that closes gaps must fill the ground of its parents, or where that is not known leave no hole but an
    enclave, and nothing may overlap. Other levels may overlap and leave ground out. No shape may leave its parent.
    """
    found = list(_outside(shapes, parents, limits, srid))
    if closes_gaps:
        named = {shape.parent for shape in shapes}
        ground = shapely.union_all([parents[key] for key in sorted(parents) if key in named])
        return [*_mosaic(shapes, ground, limits, srid), *found]
    noted = [Judged(fault=fault, verdict=Verdict.NOTED) for fault in overlaps(shapes, srid=srid)]
    return [*noted, *found]


def _mosaic(shapes: Sequence[NamedShape], ground: BaseGeometry, limits: Limits, srid: int) -> Iterator[Judged]:
    faults = coverage_faults(shapes, srid=srid, gap_m=limits.tolerance_m, sliver_m=limits.tolerance_m)
    shapely.prepare(ground)
    by_code = {shape.code: shape.geometry for shape in shapes}
    for fault in faults:
        if fault.kind is FaultKind.OVERLAP:
            yield Judged(fault=fault, verdict=_mended(fault, limits))
        elif fault.kind is FaultKind.SLIVER:
            yield Judged(fault=fault, verdict=_sliver(fault, by_code[fault.codes[0]]))
        elif not _is_in(fault.geometry, ground):
            yield _judged_hole(fault, limits, is_outside=not ground.is_empty)
    if not ground.is_empty:
        for fault in uncovered(shapes, ground, srid=srid):
            yield Judged(fault=fault, verdict=_gap(fault, limits))


def _is_in(gap: BaseGeometry, ground: BaseGeometry) -> bool:
    """Whether most of a gap is ground of the parents, where it is looked for as well."""
    return not ground.is_empty and bool(gap.intersection(ground).area > _HALF * gap.area)


def _mended(fault: Fault, limits: Limits) -> Verdict:
    is_small = fault.width_m <= limits.tolerance_m or fault.kind in limits.accepted
    return Verdict.MENDED if is_small else Verdict.STOPS


def _sliver(fault: Fault, owner: BaseGeometry) -> Verdict:
    return Verdict.NOTED if owner.equals(fault.geometry) else Verdict.MENDED


def _judged_hole(fault: Fault, limits: Limits, *, is_outside: bool) -> Judged:
    """A hole that no parent claims: somebody else's ground, or else like any gap."""
    if fault.width_m > limits.tolerance_m and (is_outside or fault.width_m >= limits.enclave_m):
        return Judged(fault=replace(fault, reason="an enclave"), verdict=Verdict.NOTED)
    return Judged(fault=fault, verdict=_gap(fault, limits))


def _gap(fault: Fault, limits: Limits) -> Verdict:
    if fault.width_m <= limits.tolerance_m:
        return Verdict.MENDED
    return Verdict.ACCEPTED if FaultKind.GAP in limits.accepted else Verdict.STOPS


def _outside(
    shapes: Sequence[NamedShape], parents: Mapping[Key, BaseGeometry], limits: Limits, srid: int
) -> Iterator[Judged]:
    for fault in parts_outside(shapes, parents=parents, srid=srid):
        if limits.clip:
            yield Judged(fault=fault, verdict=Verdict.MENDED)
        elif fault.width_m <= limits.tolerance_m:
            yield Judged(fault=fault, verdict=Verdict.NOTED)
        else:
            is_accepted = FaultKind.OUTSIDE in limits.accepted
            yield Judged(fault=fault, verdict=Verdict.ACCEPTED if is_accepted else Verdict.STOPS)
