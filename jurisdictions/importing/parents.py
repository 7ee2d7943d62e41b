"""Who lies in whom: by a property that names the parent, else by the ground they have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geo.shapes import Key, polygons_of
from jurisdictions.importing.features import first_of
from jurisdictions.importing.order import CannotImport, ParentColumn
from jurisdictions.importing.places import Place, code_of
from jurisdictions.models import Boundary, Jurisdiction, Level

_MOSTLY = 0.5  # of a place's ground: enough to lie in a parent where others of a larger level could be it too


@dataclass(frozen=True, kw_only=True)
class Parents:
    """The ground (lon/lat) that may be lain in on the first day, by level and code."""

    ground: Mapping[Key, BaseGeometry]


def parents_on(root: Jurisdiction, columns: Sequence[ParentColumn], *, on: date) -> list[Parents]:
    """The ground of each parent level on a day, in the order asked for. Raises CannotImport."""
    found = [parents_at(root, parent.level, on=on) for parent in columns]
    for parent, parents in zip(columns, found, strict=True):
        if not Level.objects.filter(code=parent.level).exists():
            detail = _("There is no level %(level)s: import the parents first.")
            raise CannotImport(detail % {"level": parent.level})
        if not parents.ground and parent.level != root.level.code:
            detail = _("On %(day)s %(city)s has no boundaries of the level %(level)s: import them first.")
            raise CannotImport(detail % {"day": on, "city": root.code, "level": parent.level})
    return found


def parents_at(root: Jurisdiction, level: str, *, on: date) -> Parents:
    """The ground of a level on a day."""
    rows = Boundary.objects.in_force(on=on).filter(boundary_set__root=root, jurisdiction__level__code=level)
    pairs = rows.order_by("jurisdiction__code").values_list("jurisdiction__code", "shape")
    return Parents(ground={(level, code): shapely.from_wkb(bytes(shape.wkb)) for code, shape in pairs.iterator()})


def with_parents(places: Sequence[Place], columns: Sequence[ParentColumn], found: Sequence[Parents]) -> list[Place]:
    """The places with the parent each lies in; the city where no level has one. Raises CannotImport."""
    if not columns:
        return list(places)
    chosen: dict[str, Key] = {}
    for index, (column, parents) in enumerate(zip(columns, found, strict=True)):
        left = [place for place in places if place.boundary.code not in chosen]
        is_last = index == len(columns) - 1
        chosen |= _named(left, column, parents) if column.code else _by_ground(left, parents, at_all=is_last)
    return [
        replace(place, boundary=replace(place.boundary, parent=chosen.get(place.boundary.code, place.boundary.parent)))
        for place in places
    ]


def _named(places: Sequence[Place], column: ParentColumn, parents: Parents) -> dict[str, Key]:
    named = {place.boundary.code: (column.level, code_of(place.properties, column.code)) for place in places}
    sentence = _("%(code)s names the %(level)s %(parent)s as its parent, which has no boundary on the first day.")
    missing = [
        sentence % {"code": code, "level": level, "parent": parent}
        for code, (level, parent) in named.items()
        if parent and (level, parent) not in parents.ground
    ]
    if missing:
        raise first_of(missing)
    return {code: key for code, key in named.items() if key[1]}


def _by_ground(places: Sequence[Place], parents: Parents, *, at_all: bool) -> dict[str, Key]:
    """The parent with most ground in common, where that is most of the place's or (`at_all`) any."""
    keys, shapes = list(parents.ground), np.array(list(parents.ground.values()), dtype=object)
    tree = shapely.STRtree(shapes)
    shapely.prepare(shapes)
    chosen = {}
    for place in places:
        ground = place.boundary.geometry
        near = np.sort(tree.query(ground))
        common = [_common(shapes[index], ground) for index in near]
        least = 0.0 if at_all else _MOSTLY * ground.area
        if common and max(common) > least:
            chosen[place.boundary.code] = keys[int(near[int(np.argmax(common))])]
    return chosen


def _common(parent: BaseGeometry, ground: BaseGeometry) -> float:
    if parent.contains_properly(ground):
        return float(ground.area)
    if not parent.intersects(ground):
        return 0.0
    return sum(part.area for part in polygons_of(parent.intersection(ground)))
