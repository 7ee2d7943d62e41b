"""The features of the file in longitude and latitude, refused where they are no ground or no line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geo.crs import UnknownCrs
from geo.files import UnreadableFile
from geo.georeference import Misplaced, named_crs, placed
from geo.shapes import lines_of, polygons_of
from geo.vector_files import Row, Table, read_table
from jurisdictions.importing.order import CannotImport, Order
from jurisdictions.importing.report import ImportReport


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A feature with its number in the file, its properties, and its shape in lon/lat."""

    number: int
    properties: Mapping[str, Any]
    geometry: BaseGeometry


def read_features(order: Order, report: ImportReport) -> list[Feature]:
    """The features of the file that the order names. Raises CannotImport."""
    wanted = order.file
    try:
        table = read_table(wanted.path, layer=wanted.layer, encoding=wanted.encoding)
    except UnreadableFile as error:
        raise CannotImport(str(error)) from error
    _refuse_missing_columns(order, table)
    _refuse_bad_rows(order, table.rows)
    report.format, report.features = table.format, len(table.rows)
    report.notes += _what_was_done(table.rows)
    return _located(order, table, report)


def first_of(problems: Sequence[str]) -> CannotImport:
    """The refusal that names the first problem and counts the others."""
    if len(problems) == 1:
        return CannotImport(problems[0])
    return CannotImport(_("%(first)s (%(more)d more like it.)") % {"first": problems[0], "more": len(problems) - 1})


def _refuse_missing_columns(order: Order, table: Table) -> None:
    if not table.rows:
        raise CannotImport(_("%(file)s has no features.") % {"file": order.file.path.name})
    columns = order.columns
    wanted = [columns.code, columns.name_fa, columns.name_en, *(parent.code for parent in order.parents)]
    known = {name.casefold() for name in table.fields}
    for name in filter(None, wanted):
        if name.casefold() not in known:
            detail = _("%(file)s has no property %(name)s; it has: %(there)s.")
            there = ", ".join(table.fields) or _("none")
            raise CannotImport(detail % {"file": order.file.path.name, "name": name, "there": there})


def _refuse_bad_rows(order: Order, rows: Iterable[Row]) -> None:
    found = ((row.number, _problem(order, row)) for row in rows)
    sentence = _("Feature %(number)d %(problem)s.")
    if problems := [sentence % {"number": number, "problem": problem} for number, problem in found if problem]:
        raise first_of(problems)


def _problem(order: Order, row: Row) -> str:
    geometry = row.geometry
    if row.problem or geometry is None:
        return row.problem or _("has no shape")
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return _("has coordinates that are not numbers")
    if order.buffer_m > 0:
        is_line = geometry.geom_type in ("LineString", "MultiLineString") and lines_of(geometry)
        no_line = _("is no line but a %(kind)s: --buffer makes corridors of lines alone")
        return "" if is_line else no_line % {"kind": geometry.geom_type}
    if geometry.geom_type.endswith("LineString"):
        return _("is a line: give --buffer METRES to make a corridor of it, or leave it out of the file")
    no_polygon = _("is no polygon but a %(kind)s: leave it out of the file")
    return "" if polygons_of(geometry) else no_polygon % {"kind": geometry.geom_type}


def _what_was_done(rows: Sequence[Row]) -> list[str]:
    tests: dict[str, Callable[[Row], bool]] = {
        "had heights, which were left out": lambda row: row.had_heights,
        "had arcs, which were drawn as lines": lambda row: row.had_curves,
        "had rings that did not end where they began, and were closed": lambda row: row.was_open,
        "had points or lines beside their polygons, which were left out": _is_mixed,
    }
    counts = {words: sum(map(test, rows)) for words, test in tests.items()}
    return [f"{count} of {len(rows)} features {words}." for words, count in counts.items() if count]


def _is_mixed(row: Row) -> bool:
    """Whether there is more in a collection than polygons."""
    if row.geometry is None or row.geometry.geom_type != "GeometryCollection":
        return False
    kinds = {part.geom_type for part in shapely.get_parts(row.geometry)}
    return bool(kinds & {"Polygon", "MultiPolygon"}) and not kinds <= {"Polygon", "MultiPolygon"}


def _located(order: Order, table: Table, report: ImportReport) -> list[Feature]:
    crs = table.crs
    try:
        if order.file.crs:
            crs = named_crs(order.file.crs)
            if table.crs is not None and not crs.equals(table.crs, ignore_axis_order=True):
                report.notes.append(f"The file says {table.crs.name}; --crs {order.file.crs} was taken instead.")
        if crs is None:
            detail = _("%(file)s does not say in which system its coordinates are: give --crs, such as EPSG:32640.")
            raise CannotImport(detail % {"file": order.file.path.name})
        geometries = [row.geometry for row in table.rows if row.geometry is not None]
        found = placed(geometries, crs=crs, exchange=order.file.swap_axes)
    except (UnknownCrs, Misplaced) as error:
        raise CannotImport(f"{order.file.path.name}: {error}") from error
    report.crs = found.crs_name
    located = [
        Feature(number=row.number, properties=row.properties, geometry=geometry)
        for row, geometry in zip(table.rows, found.geometries, strict=True)
    ]
    _refuse_round_the_globe(located)
    return located


def _refuse_round_the_globe(features: Iterable[Feature]) -> None:
    sentence = _(
        "Feature %(number)d reaches half round the globe: where it crosses longitude 180, cut it in two parts."
    )
    wide = [
        sentence % {"number": each.number}
        for each in features
        if any(_width_deg(part) > 180 for part in [*polygons_of(each.geometry), *lines_of(each.geometry)])
    ]
    if wide:
        raise first_of(wide)


def _width_deg(part: BaseGeometry) -> float:
    west, _, east, _ = part.bounds
    return float(east - west)
