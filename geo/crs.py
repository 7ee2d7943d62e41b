"""Coordinate systems: WGS 84 and its names, and metres on the ground."""

import re
from functools import cache
from typing import Final, TypeVar

import numpy as np
import shapely
from pyproj import Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

WGS84: Final = 4326

_WGS84_NAME = re.compile(
    r"(?:https?://www\.opengis\.net/def/crs/(?:EPSG/[\d.]+/4326|OGC/[\d.]+/CRS84)"
    r"|urn:ogc:def:crs:(?:EPSG:[\d.]*:4326|OGC:[\d.]*:CRS84)|EPSG:4326|OGC:CRS84)",
    re.ASCII | re.IGNORECASE,
)
_UPS_NORTH, _UPS_SOUTH = 32661, 32761  # UTM ends at 84° north and 80° south

G = TypeVar("G", bound=BaseGeometry)


class UnknownCrs(ValueError):
    """The SRID belongs to no coordinate system we know."""


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


def is_wgs84(name: str) -> bool:
    """Whether a URI, a URN or "EPSG:4326" names WGS 84, whichever of its axes comes first by that name."""
    return _WGS84_NAME.fullmatch(name) is not None
