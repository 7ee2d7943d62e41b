"""What changes on the ground from one set of boundaries to the next."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.shapes import area_m2, polygons_of
from jurisdictions.models import BoundarySet, Jurisdiction

_NOTHING = MultiPolygon()


@dataclass(frozen=True, kw_only=True)
class GroundChange:
    """What a jurisdiction gains and loses: square metres, and the ground itself (polygons, lon/lat)."""

    jurisdiction: Jurisdiction
    gained_m2: float
    lost_m2: float
    gained: BaseGeometry
    lost: BaseGeometry
    is_new: bool
    has_vanished: bool

    @property
    def code(self) -> str:
        """The jurisdiction's code."""
        return self.jurisdiction.code


def set_before(boundary_set: BoundarySet) -> BoundarySet | None:
    """The set that this one follows: of the same city and level, the last that began before it."""
    others = BoundarySet.objects.filter(root=boundary_set.root_id, level=boundary_set.level_id)
    return others.filter(first_day__lt=boundary_set.first_day).order_by("-first_day").first()


def difference(old: BoundarySet | None, new: BoundarySet) -> list[GroundChange]:
    """What each jurisdiction gains and loses from `old` to `new`, by code; whoever keeps its very ground is left out.

    Where there is no old set, all is new.
    """
    return list(_changes(old, new))


def _changes(old: BoundarySet | None, new: BoundarySet) -> Iterator[GroundChange]:
    before, after = (_ground(old) if old else {}), _ground(new)
    rows = Jurisdiction.objects.in_bulk({*before, *after})
    srid = new.root.metric_srid or 0
    for pk in sorted(rows, key=lambda pk: (rows[pk].code, pk)):
        one, other = before.get(pk), after.get(pk)
        if one != other:
            yield _change(rows[pk], one, other, srid)


def _ground(boundary_set: BoundarySet) -> dict[int, bytes]:
    return {
        pk: bytes(shape.wkb) for pk, shape in boundary_set.boundaries.values_list("jurisdiction_id", "shape").iterator()
    }


def _change(row: Jurisdiction, before: bytes | None, after: bytes | None, srid: int) -> GroundChange:
    old = shapely.from_wkb(before) if before else _NOTHING
    new = shapely.from_wkb(after) if after else _NOTHING
    gained, lost = _polygons(new.difference(old)), _polygons(old.difference(new))
    return GroundChange(
        jurisdiction=row,
        gained_m2=area_m2(gained, srid=srid),
        lost_m2=area_m2(lost, srid=srid),
        gained=gained,
        lost=lost,
        is_new=before is None,
        has_vanished=after is None,
    )


def _polygons(geometry: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(polygons_of(geometry))
