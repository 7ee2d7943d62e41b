"""Put a new set of boundaries in force and end the one before."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import cast

import shapely
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.gis import geos
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from geo.crs import WGS84
from geo.periods import held_until
from geo.shapes import Key, as_multipolygon
from jurisdictions.boundaries.refusals import BadShapes, NewBoundary, UnableToPutInForce, refuse_bad_shapes
from jurisdictions.models import Boundary, BoundarySet, Jurisdiction, Level

_LOADING = 0x67726F756E64  # the advisory lock of whoever loads ground; any number that nothing else takes
_BATCH = 500  # shapes in one statement


class FirstDayNotLater(UnableToPutInForce):
    """A set may only begin after every other of its city and level."""

    def __init__(self, *, first_day: date, latest: date) -> None:
        detail = _("Other shapes hold from %(latest)s on: new ones must begin on a later day, not on %(first_day)s.")
        super().__init__(detail % {"latest": latest, "first_day": first_day})
        self.first_day = first_day
        self.latest = latest


def one_load_at_a_time() -> None:
    """Wait until nobody else loads levels, cities or boundaries, and keep others waiting until the transaction ends.

    What is not there yet cannot be locked as a row: two first loads of one city would run into each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOADING])


@transaction.atomic
def put_in_force(
    *,
    root: Jurisdiction,
    level: Level,
    shapes: Sequence[NewBoundary],
    first_day: date,
    source: str,
    at: datetime,
    by: AbstractBaseUser | None = None,
) -> BoundarySet:
    """Let these shapes be the ground of a city's level from `first_day` on, and end what held before.

    Shapes are lon/lat; those of a level that closes gaps may not overlap, those of any other level may. A code that
    is new to the city and level becomes a jurisdiction with the names and the parent given; a jurisdiction that has
    no shape here simply ends. The same shapes from the same day again change nothing: the set that is there is the
    answer. Raises BadShapes and FirstDayNotLater.
    """
    # One set after the other; without FOR KEY, because every new report refers to this row and need not wait.
    root = Jurisdiction.objects.select_for_update(no_key=True).get(pk=root.pk)
    refuse_bad_shapes(root, level, shapes)
    if there := _already_there(root, level, shapes, first_day):
        return there
    jurisdictions = _jurisdictions(root, level, shapes)
    _end(root, level, on=first_day)
    new = BoundarySet.objects.create(
        root=root, level=level, first_day=first_day, source=source, made_at=at, made_by_id=by.pk if by else None
    )
    Boundary.objects.bulk_create(
        (
            Boundary(
                jurisdiction=jurisdictions[shape.code],
                boundary_set=new,
                shape=_stored(shape),
                in_force=(first_day, None),
            )
            for shape in shapes
        ),
        batch_size=_BATCH,
    )
    return new


def _already_there(
    root: Jurisdiction, level: Level, shapes: Sequence[NewBoundary], first_day: date
) -> BoundarySet | None:
    """The same set, made before; raises FirstDayNotLater where others hold on that day or begin later."""
    sets = BoundarySet.objects.filter(root=root, level=level).order_by("-first_day")
    same_day = sets.filter(first_day=first_day).first()
    if same_day is not None and _is_same(same_day, shapes):
        return same_day
    latest = sets.first()
    if latest is not None and latest.first_day >= first_day:
        raise FirstDayNotLater(first_day=first_day, latest=latest.first_day)
    return None


def _is_same(found: BoundarySet, shapes: Sequence[NewBoundary]) -> bool:
    stored = found.boundaries.select_related("jurisdiction")
    ground = {each.jurisdiction.code: each.shape.wkb for each in stored}
    return ground == {shape.code: _stored(shape).wkb for shape in shapes}


def _stored(shape: NewBoundary) -> geos.MultiPolygon:
    wkb = memoryview(shapely.to_wkb(as_multipolygon(shape.geometry)))
    return cast(geos.MultiPolygon, geos.GEOSGeometry(wkb, srid=WGS84))


def by_key(root: Jurisdiction) -> dict[Key, Jurisdiction]:
    """All jurisdictions of a city, by the level's code and their own."""
    rows = Jurisdiction.objects.of_city(root).select_related("level")
    return {(each.level.code, each.code): each for each in rows}


def _jurisdictions(root: Jurisdiction, level: Level, shapes: Sequence[NewBoundary]) -> dict[str, Jurisdiction]:
    """The jurisdictions of the shapes by code; those that are missing are made."""
    city = by_key(root)
    new = [_new_jurisdiction(root, level, shape, city) for shape in shapes if shape.key not in city]
    if problems := [problem for row, shape in new for problem in _problems_of_new(row, shape)]:
        raise BadShapes(problems)
    made = Jurisdiction.objects.bulk_create((row for row, _ in new), batch_size=_BATCH)
    city |= {(level.code, row.code): row for row in made}
    return {shape.code: city[shape.key] for shape in shapes}


def _new_jurisdiction(
    root: Jurisdiction, level: Level, shape: NewBoundary, city: Mapping[Key, Jurisdiction]
) -> tuple[Jurisdiction, NewBoundary]:
    parent = city.get(shape.parent) if shape.parent else None
    names = {"code": shape.code, "name_fa": shape.name_fa, "name_en": shape.name_en}
    return Jurisdiction(root=root, level=level, parent=parent, **names), shape


def _problems_of_new(row: Jurisdiction, shape: NewBoundary) -> Iterator[str]:
    if shape.parent is None:
        yield _("%(code)s has no parent.") % {"code": row.code}
    elif row.parent is None:
        detail = _("%(code)s lies in the %(level)s %(parent)s, which is not there.")
        yield detail % {"code": row.code, "level": shape.parent[0], "parent": shape.parent[1]}
    yield from _refusals(row)


def _refusals(row: Jurisdiction) -> list[str]:
    try:
        row.clean_fields(exclude={"root", "parent", "level"})
    except ValidationError as error:
        return [f"{row.code}: {field}: {' '.join(said)}" for field, said in error.message_dict.items()]
    return []


def _end(root: Jurisdiction, level: Level, *, on: date) -> None:
    """Let what holds open-endedly end on that day, exclusive."""
    held = Boundary.objects.filter(boundary_set__root=root, boundary_set__level=level)
    held.filter(in_force__endswith__isnull=True).update(in_force=held_until(on))
