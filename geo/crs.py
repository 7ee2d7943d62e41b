"""Coordinate systems: WGS 84, Web Mercator, metres on the ground, and the URIs that name them."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

WGS84: Final = 4326
WEB_MERCATOR: Final = 3857

CRS84_URI: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

_EPSG_NAME = re.compile(
    r"(?:https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/|urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:)(\d{4,6})",
    re.ASCII | re.IGNORECASE,
)
_CRS84_NAME = re.compile(
    r"(?:https?://www\.opengis\.net/def/crs/OGC/[\d.]+/|urn:ogc:def:crs:OGC:[\d.]*:|OGC:)CRS84",
    re.ASCII | re.IGNORECASE,
)
_UPS_NORTH, _UPS_SOUTH = 32661, 32761  # UTM ends at 84° north and 80° south

G = TypeVar("G", bound=BaseGeometry)


class UnknownCrs(ValueError):
    """The name or SRID belongs to no coordinate system we know."""


@dataclass(frozen=True, kw_only=True)
class NamedCrs:
    """A coordinate system as a request names it: its SRID, and whether latitude (or northing) comes first."""

    srid: int
    lat_first: bool


@cache
def transformer(source: int, target: int) -> Transformer:
    """The transformation between two SRIDs, x/y (lon/lat) on both sides. Raises UnknownCrs."""
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except CRSError as error:
        raise UnknownCrs(f"No transformation from EPSG:{source} to EPSG:{target}.") from error


def metric_srid(*, lon: float, lat: float) -> int:
    """The SRID of the UTM zone (near the poles: of UPS) in which to measure metres around a WGS 84 point.

    Raises ValueError for a longitude or latitude that is none.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"{lon}, {lat} is no longitude and latitude.")
    here = AreaOfInterest(lon, lat, lon, lat)
    zones = query_utm_crs_info(datum_name="WGS 84", area_of_interest=here, contains=True)
    if not zones:
        return _UPS_NORTH if lat > 0 else _UPS_SOUTH
    return min(int(zone.code) for zone in zones)


def to_ground(geometry: G, srid: int) -> G:
    """A lon/lat shape in the metric system `srid`, flat; what that cannot hold becomes infinite."""
    return _moved(geometry, transformer(WGS84, srid))


def to_lonlat(geometry: G, srid: int) -> G:
    """A shape of the system `srid` in lon/lat, flat; what WGS 84 cannot hold becomes infinite."""
    return _moved(geometry, transformer(srid, WGS84))


def _moved(geometry: G, change: Transformer) -> G:
    return shapely.transform(geometry, lambda points: np.column_stack(change.transform(*points.T)))


def crs_uri(srid: int) -> str:
    """The URI under which OGC APIs know an SRID in the axis order of its authority (4326: lat/lon)."""
    return f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


def parse_crs(name: str) -> NamedCrs:
    """Read a CRS URI, URN or "EPSG:n". CRS84 is SRID 4326 with longitude first. Raises UnknownCrs."""
    if _CRS84_NAME.fullmatch(name):
        return NamedCrs(srid=WGS84, lat_first=False)
    match = _EPSG_NAME.fullmatch(name)
    if match is None:
        raise UnknownCrs(f"{name!r} names no coordinate system; try {CRS84_URI}.")
    srid = int(match[1])
    return NamedCrs(srid=srid, lat_first=_lat_first(srid))


@cache
def _lat_first(srid: int) -> bool:
    try:
        axes = CRS.from_epsg(srid).axis_info
    except CRSError as error:
        raise UnknownCrs(f"EPSG:{srid} is not in the EPSG register.") from error
    return bool(axes) and axes[0].direction.lower() in ("north", "south")
