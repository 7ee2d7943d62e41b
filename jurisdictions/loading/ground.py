"""A city's ground from GeoJSON files: the boundaries of each level, and the main streets."""

from datetime import datetime
from pathlib import Path

import shapely
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.gis.geos import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84
from geo.shapes import Key
from jurisdictions.boundaries import NewBoundary, UnableToPutInForce, by_key, put_in_force
from jurisdictions.loading.files import CannotLoad, Entry, read_features
from jurisdictions.loading.rows import Ledger, find
from jurisdictions.models import BoundarySet, Jurisdiction, Level, Street


def load_boundaries(
    manifest: Entry,
    *,
    folder: Path,
    root: Jurisdiction,
    at: datetime,
    by: AbstractBaseUser | None,
    ledger: Ledger,
) -> None:
    """Put each file of boundaries in force, in the manifest's order, parents before their children."""
    newest: dict[str, tuple[Entry, list[NewBoundary]]] = {}
    for entry in manifest.entries("boundaries"):
        path = folder / entry.only("level", "file", "first_day", "source").text("file")
        level = find(Level, entry.text("level"), entry)
        shapes = [_new_boundary(properties, shape) for properties, shape in read_features(path)]
        _load_set(entry, path, root, level, shapes, at=at, by=by, ledger=ledger)
        newest[level.code] = (entry, shapes)
        ledger.close(f"{level.name_en or level.code} boundaries from {entry.day('first_day')}")
    for entry, shapes in newest.values():
        _rename(entry, root, shapes, ledger)
    ledger.close("Names of jurisdictions")


def _load_set(
    entry: Entry,
    path: Path,
    root: Jurisdiction,
    level: Level,
    shapes: list[NewBoundary],
    *,
    at: datetime,
    by: AbstractBaseUser | None,
    ledger: Ledger,
) -> None:
    first_day, source = entry.day("first_day"), entry.text("source")
    known = set(BoundarySet.objects.filter(root=root, level=level).values_list("pk", flat=True))
    try:
        found = put_in_force(root=root, level=level, shapes=shapes, first_day=first_day, source=source, at=at, by=by)
    except UnableToPutInForce as error:
        raise CannotLoad(f"{path.name}: {error}") from error
    ledger.count("same" if found.pk in known else "new", len(shapes))
    if found.source != source:
        ledger.put(BoundarySet, entry, key={"pk": found.pk}, values={"source": source})


def _new_boundary(properties: Entry, shape: BaseGeometry) -> NewBoundary:
    return NewBoundary(
        level=properties.text("level"),
        code=properties.text("code"),
        geometry=shape,  # type: ignore[arg-type]  # put_in_force refuses what is no polygon
        parent=_parent(properties),
        name_fa=properties.text("name_fa"),
        name_en=properties.text("name_en", ""),
    )


def _parent(properties: Entry) -> Key | None:
    if properties.values.get("parent") is None:
        return None
    return properties.text("parent_level"), properties.text("parent")


def _rename(entry: Entry, root: Jurisdiction, shapes: list[NewBoundary], ledger: Ledger) -> None:
    """Give jurisdictions the names and the parent of the newest file; the city has the manifest's."""
    city = by_key(root)
    for shape in shapes:
        row = city[shape.key]
        if row.pk == root.pk:
            continue
        parent = city.get(shape.parent) if shape.parent else None
        if parent is None:
            raise entry.refused(f"The parent of {shape.code} is not there.")
        values = {"name_fa": shape.name_fa, "name_en": shape.name_en, "parent": parent}
        ledger.put(Jurisdiction, entry, key={"pk": row.pk}, values=values)


def load_streets(path: Path, *, root: Jurisdiction, ledger: Ledger) -> None:
    """Make the city's streets those of the file; they are replaced as a whole, and only where they differ."""
    rows = [_street(properties, line, root) for properties, line in read_features(path)]
    if [_value(each) for each in root.streets.order_by("pk")] == [_value(each) for each in rows]:
        ledger.count("same", len(rows))
    else:
        gone, _ = root.streets.all().delete()
        ledger.count("removed", gone)
        ledger.count("new", len(Street.objects.bulk_create(rows)))
    ledger.close("Streets")


def _street(properties: Entry, line: BaseGeometry, root: Jurisdiction) -> Street:
    parts = [part for part in shapely.get_parts(shapely.force_2d(line)) if part.geom_type == "LineString"]
    if not parts or not line.is_valid:
        raise properties.refused("A street is a line.")
    return Street(
        root=root,
        name_fa=properties.text("name_fa"),
        name_en=properties.text("name_en", ""),
        road_class=properties.text("class"),
        line=MultiLineString([LineString(list(part.coords)) for part in parts], srid=WGS84),
    )


def _value(street: Street) -> tuple[str, str, str, bytes]:
    return street.name_fa, street.name_en, street.road_class, bytes(street.line.wkb)
