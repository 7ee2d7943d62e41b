"""Put the mended shapes of an import in force, and tell what that changes."""

from collections.abc import Sequence
from datetime import datetime

import shapely
from django.contrib.auth.models import AbstractBaseUser

from geo.shapes import Key, as_multipolygon
from jurisdictions.boundaries import (
    NewBoundary,
    UnableToPutInForce,
    by_key,
    difference,
    put_in_force,
    set_before,
)
from jurisdictions.importing.order import CannotImport, Order
from jurisdictions.importing.report import ImportReport, Outcome
from jurisdictions.models import Boundary, BoundarySet, Department, Jurisdiction, Level


def store(
    order: Order,
    root: Jurisdiction,
    level: Level,
    shapes: Sequence[NewBoundary],
    report: ImportReport,
    *,
    at: datetime,
    by: AbstractBaseUser | None,
) -> None:
    """Put the shapes (lon/lat) in force, and with them the city's ground if asked for. Raises CannotImport."""
    known = set(BoundarySet.objects.filter(root=root).values_list("pk", flat=True))
    sets = [(level, shapes)]
    if order.with_city and level != root.level:
        sets.append((root.level, [_city_ground(root, shapes)]))
    first_day, source = order.first_day, order.source
    try:
        stored = [
            put_in_force(root=root, level=each, shapes=ground, first_day=first_day, source=source, at=at, by=by)
            for each, ground in sets
        ]
    except UnableToPutInForce as error:
        raise CannotImport(str(error), report=report) from error
    is_renamed = _rename(order, root, shapes, report)
    is_new = is_renamed or any(each.pk not in known for each in stored)
    report.outcome = Outcome.STORED if is_new else Outcome.SAME
    _tell_changes(stored[0], report)


def _city_ground(root: Jurisdiction, shapes: Sequence[NewBoundary]) -> NewBoundary:
    ground = as_multipolygon(shapely.union_all([shape.geometry for shape in shapes]))
    return NewBoundary(
        level=root.level.code, code=root.code, geometry=ground, name_fa=root.name_fa, name_en=root.name_en
    )


def _tell_changes(new: BoundarySet, report: ImportReport) -> None:
    before = set_before(new)
    if before is not None:
        report.followed = before.first_day
        report.changes = difference(before, new)
        report.notes += _left_behind(new, [change.jurisdiction for change in report.changes if change.has_vanished])


def _left_behind(new: BoundarySet, vanished: Sequence[Jurisdiction]) -> list[str]:
    departments = Department.objects.active().filter(jurisdiction__in=vanished).count()
    below = Boundary.objects.in_force(on=new.first_day).filter(jurisdiction__parent__in=vanished).count()
    if not (departments or below):
        return []
    return [f"What vanishes leaves {departments} active departments, and {below} jurisdictions that name it as parent."]


def _rename(order: Order, root: Jurisdiction, shapes: Sequence[NewBoundary], report: ImportReport) -> bool:
    """Give those that exist the file's names and parent, or only note that they differ; whether any changed."""
    city = by_key(root)
    words = {city[shape.key].pk: _words(shape, city) for shape in shapes if city[shape.key].pk != root.pk}
    rows = [city[shape.key] for shape in shapes if city[shape.key].pk in words]
    others = [row for row in rows if words[row.pk] != (row.name_fa, row.name_en, row.parent_id)]
    if others and not order.rename:
        codes = ", ".join(row.code for row in others[:5]) + (" …" if len(others) > 5 else "")
        report.notes.append(f"{len(others)} keep names or a parent unlike the file's (--rename changes them): {codes}.")
        return False
    for row in others:
        row.name_fa, row.name_en, row.parent_id = words[row.pk]
    Jurisdiction.objects.bulk_update(others, ["name_fa", "name_en", "parent"], batch_size=500)
    return bool(others)


def _words(shape: NewBoundary, city: dict[Key, Jurisdiction]) -> tuple[str, str, int | None]:
    return shape.name_fa, shape.name_en, city[shape.parent].pk if shape.parent else None
