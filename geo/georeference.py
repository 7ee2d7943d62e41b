"""From a file's coordinates to longitude and latitude, with a sentence where they cannot be what they claim."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84, UnknownCrs

Bounds = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""

_LEEWAY_DEG = 3.0  # beyond the area of use: national grids and UTM zones are stretched that far in practice


class Misplaced(ValueError):
    """Coordinates that their system cannot have; the text is a sentence that says what to do."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Shapes in lon/lat, in the order given, and the name of the system they came from."""

    geometries: list[BaseGeometry]
    crs_name: str


def named_crs(name: str) -> CRS:
    """The system that a code such as EPSG:32640, a PROJ text or a WKT names. Raises UnknownCrs."""
    try:
        return CRS.from_user_input(name).to_2d()
    except CRSError as error:
        detail = _("%(name)s names no coordinate system; write it as EPSG:32640.")
        raise UnknownCrs(detail % {"name": name}) from error


def placed(geometries: Sequence[BaseGeometry], *, crs: CRS, exchange: bool = False) -> Placed:
    """Flat shapes of a system (x/y, or with `exchange` y/x) in lon/lat. Raises Misplaced.

    Refused are coordinates that are not finite, beyond the globe, or outside the system's area of use.
    """
    given = list(map(_exchanged, geometries)) if exchange else list(geometries)
    if not np.isfinite(shapely.get_coordinates(given)).all():
        raise Misplaced(_("Some coordinates are not numbers: mend them in the file."))
    found = _to_lonlat(given, crs)
    bounds = shapely.total_bounds(found)
    if not (np.isfinite(bounds).all() and _on_globe(bounds)):
        raise Misplaced(_off_globe(given, crs))
    if not _in_use(bounds, crs):
        raise Misplaced(_out_of_use(given, bounds, crs))
    return Placed(geometries=found, crs_name=_name(crs))


def lonlat_text(bounds: npt.NDArray[np.float64] | Bounds) -> str:
    """The middle of a box, as a person reads it."""
    west, south, east, north = (float(each) for each in bounds)
    return _("longitude %(lon).4f, latitude %(lat).4f") % {"lon": (west + east) / 2, "lat": (south + north) / 2}


def _exchanged(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda points: points[:, ::-1])


def _to_lonlat(geometries: list[BaseGeometry], crs: CRS) -> list[BaseGeometry]:
    if crs.equals(CRS.from_epsg(WGS84), ignore_axis_order=True):
        return geometries
    try:
        change = Transformer.from_crs(crs, WGS84, always_xy=True)
        moved = shapely.transform(
            np.array(geometries, dtype=object), lambda points: np.column_stack(change.transform(*points.T))
        )
    except ProjError as error:
        detail = _("Nothing leads from %(crs)s to longitude and latitude: name another by --crs.")
        raise Misplaced(detail % {"crs": _name(crs)}) from error
    return list(moved)


def _on_globe(bounds: npt.NDArray[np.float64]) -> bool:
    west, south, east, north = bounds
    return bool(west >= -180 and south >= -90 and east <= 180 and north <= 90)


def _in_use(bounds: npt.NDArray[np.float64], crs: CRS) -> bool:
    area = _area_of_use(crs)
    if area is None:
        return True
    lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    west, south, east, north = area
    east += 360 if east < west else 0  # an area may run across the antimeridian
    in_width = west - _LEEWAY_DEG <= lon <= east + _LEEWAY_DEG or west - _LEEWAY_DEG <= lon + 360 <= east + _LEEWAY_DEG
    return bool(in_width and south - _LEEWAY_DEG <= lat <= north + _LEEWAY_DEG)


def _area_of_use(crs: CRS) -> Bounds | None:
    code = crs.to_epsg()
    area = crs.area_of_use or (CRS.from_epsg(code).area_of_use if code else None)
    return (area.west, area.south, area.east, area.north) if area else None


def _fits(geometries: list[BaseGeometry], crs: CRS) -> bool:
    bounds = shapely.total_bounds(_to_lonlat(geometries, crs))
    return bool(np.isfinite(bounds).all()) and _on_globe(bounds) and _in_use(bounds, crs)


def _off_globe(given: list[BaseGeometry], crs: CRS) -> str:
    x, y = shapely.get_coordinates(given)[0].tolist()
    start = _("Coordinates such as %(x).10g, %(y).10g lie nowhere in %(crs)s") % {"x": x, "y": y, "crs": _name(crs)}
    if _fits(list(map(_exchanged, given)), crs):
        return _("%(start)s, but exchanged they do: give --swap-axes.") % {"start": start}
    if crs.is_geographic and _past_antimeridian(given):
        return _("%(start)s: cut the shapes at longitude 180 and write what lies beyond from -180 on.") % {
            "start": start
        }
    return _("%(start)s: name the system they are in by --crs, such as EPSG:32640.") % {"start": start}


def _past_antimeridian(given: list[BaseGeometry]) -> bool:
    west, south, east, north = shapely.total_bounds(given)
    return bool(west >= -360 and east <= 360 and south >= -90 and north <= 90)


def _out_of_use(given: list[BaseGeometry], bounds: npt.NDArray[np.float64], crs: CRS) -> str:
    start = _("In %(crs)s the shapes would lie at %(place)s, where that system is not used")
    start %= {"crs": _name(crs), "place": lonlat_text(bounds)}
    if _fits(list(map(_exchanged, given)), crs):
        return _("%(start)s; exchanged they fit: give --swap-axes.") % {"start": start}
    return _("%(start)s: name the right one by --crs.") % {"start": start}


def _name(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else str(crs.name)
