"""Files of shapes in any format that GDAL reads, or Overpass JSON, as they stand: in the file's own coordinates."""

import codecs
import json
import logging
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.gdal import DataSource, GDALException, OGRGeometry, SpatialReference
from django.contrib.gis.gdal.feature import Feature as OgrFeature
from django.contrib.gis.gdal.layer import Layer
from django.utils.translation import gettext as _
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from geo import overpass
from geo.crs import WGS84
from geo.files import UnreadableFile

_OVERPASS_MARKS = ('"elements"', '"osm3s"')
_IN_ARCHIVES = {".shp", ".gpkg", ".geojson", ".json", ".geojsonl", ".geojsons", ".kml", ".gml", ".fgb", ".tab", ".mif"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One feature: its place in the file from 1 on, its properties, and its shape, flat and without curves.

    `geometry` is None where the file has none; `problem` says what keeps it from being read.
    """

    number: int
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None
    problem: str = ""
    had_heights: bool = False
    had_curves: bool = False
    was_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One layer of a file. `crs` is None where the file does not say in which system its coordinates are."""

    format: str
    layer: str
    fields: tuple[str, ...]
    crs: CRS | None
    rows: list[Row]


def read_table(path: Path, *, layer: str = "", encoding: str = "") -> Table:
    """A layer of a file of shapes (packed in a zip as well), by its name where there are several.

    `encoding` is that of the texts, for a file that does not say it. Raises UnreadableFile.
    """
    _refuse_unknown(encoding)
    try:
        if not path.exists():
            raise UnreadableFile(_("%(path)s is not there.") % {"path": path})
        if document := _overpass_document(path):
            return _from_overpass(path, document)
        with _quiet() as said, _unconverted(encoding):
            return _from_gdal(path, layer, encoding, said)
    except OSError as error:
        detail = _("%(path)s cannot be read: %(error)s.")
        raise UnreadableFile(detail % {"path": path, "error": error.strerror}) from error
    except UnicodeDecodeError as error:
        detail = _("The texts of %(file)s are not %(encoding)s: name their encoding, such as --encoding cp1256.")
        raise UnreadableFile(detail % {"file": path.name, "encoding": encoding or "UTF-8"}) from error


def _refuse_unknown(encoding: str) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError as error:
        detail = _("%(name)s is no encoding; such are utf-8, cp1256 and latin-1.")
        raise UnreadableFile(detail % {"name": encoding}) from error


def _overpass_document(path: Path) -> Mapping[str, Any] | None:
    if path.suffix.lower() not in (".json", ".osm") or not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(2000)
    if not any(mark in head for mark in _OVERPASS_MARKS):
        return None
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError:
        return None
    return document if isinstance(document, dict) and "elements" in document else None


def _from_overpass(path: Path, document: Mapping[str, Any]) -> Table:
    try:
        elements = overpass.read_elements(document)
    except overpass.BrokenRing as error:
        raise UnreadableFile(f"{path.name}: {error}.") from error
    except (ValueError, TypeError, KeyError, AttributeError, ShapelyError) as error:
        detail = _("%(file)s is no answer of the Overpass API: %(error)r.")
        raise UnreadableFile(detail % {"file": path.name, "error": error}) from error
    rows = [
        Row(number=number, properties={**each.tags, "osm_id": each.id}, geometry=each.ground)
        for number, each in enumerate(elements, start=1)
    ]
    fields = dict.fromkeys(name for row in rows for name in row.properties)
    return Table(format="Overpass JSON", layer="", fields=tuple(fields), crs=CRS.from_epsg(WGS84), rows=rows)


def _from_gdal(path: Path, layer: str, encoding: str, said: list[str]) -> Table:
    try:
        source = DataSource(_address(path), encoding=encoding or "utf-8")
        found = _layer(path, source, layer)
        rows = [_row(number, feature, found.fields) for number, feature in enumerate(found, start=1)]
        return Table(
            format=str(source.driver), layer=found.name, fields=tuple(found.fields), crs=_crs(found), rows=rows
        )
    except GDALException as error:
        reason = f" ({said[-1]})" if said else ""
        detail = _("%(file)s is no file of shapes that GDAL can read%(reason)s.")
        raise UnreadableFile(detail % {"file": path.name, "reason": reason}) from error


def _address(path: Path) -> str:
    """What GDAL opens: never a text that it could take for a network address or a database."""
    path = path.resolve()
    if path.suffix.lower() != ".zip" or path.is_dir():
        return str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if Path(name).suffix.lower() in _IN_ARCHIVES]
    except zipfile.BadZipFile as error:
        raise UnreadableFile(_("%(file)s is a damaged zip.") % {"file": path.name}) from error
    names = [name for name in names if "__MACOSX" not in name]
    if len(names) != 1:
        listed = f": {', '.join(names[:5])}" if names else ""
        detail = _("%(file)s must hold one file of shapes, not %(count)d%(listed)s.")
        raise UnreadableFile(detail % {"file": path.name, "count": len(names), "listed": listed})
    return f"/vsizip/{path}/{names[0]}"


def _layer(path: Path, source: DataSource, name: str) -> Layer:
    names = [source[index].name for index in range(len(source))]
    if not names:
        raise UnreadableFile(_("%(file)s has no layer of shapes.") % {"file": path.name})
    if name and name not in names:
        detail = _("%(file)s has no layer %(name)s; it has %(there)s.")
        raise UnreadableFile(detail % {"file": path.name, "name": name, "there": ", ".join(names)})
    if not name and len(names) > 1:
        detail = _("%(file)s has several layers: name one of %(there)s by --layer.")
        raise UnreadableFile(detail % {"file": path.name, "there": ", ".join(names)})
    return source[names.index(name) if name else 0]


def _crs(layer: Layer) -> CRS | None:
    srs: SpatialReference | None = layer.srs
    try:
        crs = CRS.from_wkt(srs.wkt if srs else "")
    except CRSError:
        return None
    is_nowhere = crs.type_name == "Engineering CRS" or crs.name.lower().startswith(("undefined", "unknown"))
    return None if is_nowhere else crs.to_2d()


def _row(number: int, feature: OgrFeature, fields: list[str]) -> Row:
    properties = {name: feature[index].value for index, name in enumerate(fields)}
    try:
        ogr = feature.geom
    except GDALException:
        return Row(number=number, properties=properties, geometry=None, problem=_("has no shape"))
    try:
        return _with_shape(number, properties, ogr)
    except (GDALException, ShapelyError) as error:
        is_number = "nan" not in ogr.wkt.lower()  # a ring that begins so does not even close
        unreadable = _("has an unreadable shape (%(error)s)") % {"error": error}
        problem = unreadable if is_number else _("has coordinates that are not numbers")
        return Row(number=number, properties=properties, geometry=None, problem=problem)


def _with_shape(number: int, properties: Mapping[str, Any], ogr: OGRGeometry) -> Row:
    curves, heights = bool(ogr.has_curve), bool(ogr.is_3d)  # type: ignore[attr-defined]  # new in Django 5.2
    flat = ogr.get_linear_geometry() if curves else ogr  # type: ignore[attr-defined]  # the same
    before = flat.wkb_size
    flat.close_rings()
    was_open = flat.wkb_size != before
    with np.errstate(invalid="ignore"):
        geometry = shapely.force_2d(shapely.from_wkb(bytes(flat.wkb)))
    return Row(
        number=number,
        properties=properties,
        geometry=geometry,
        had_heights=heights,
        had_curves=curves,
        was_open=was_open,
    )


@contextmanager
def _unconverted(encoding: str) -> Iterator[None]:
    """Let GDAL hand out the texts of a shapefile as they stand where we were told how to read them."""
    if not encoding:
        yield
        return
    before = os.environ.get("SHAPE_ENCODING")
    os.environ["SHAPE_ENCODING"] = ""
    try:
        yield
    finally:
        if before is None:
            del os.environ["SHAPE_ENCODING"]
        else:
            os.environ["SHAPE_ENCODING"] = before


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """What GDAL complains of, kept for our own sentence instead of the log."""
    said: list[str] = []
    logger = logging.getLogger("django.contrib.gis")

    def keep(record: logging.LogRecord) -> bool:
        message = record.args[1] if isinstance(record.args, tuple) and len(record.args) > 1 else record.msg
        said.append(message.decode(errors="replace") if isinstance(message, bytes) else str(message))
        return False

    logger.addFilter(keep)
    try:
        yield said
    finally:
        logger.removeFilter(keep)
