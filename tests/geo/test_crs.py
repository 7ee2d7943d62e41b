"""Coordinate systems are found by place and by name, and shapes go there and back."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from geo.crs import (
    CRS84_URI,
    WEB_MERCATOR,
    WGS84,
    UnknownCrs,
    crs_uri,
    metric_srid,
    parse_crs,
    to_ground,
    to_lonlat,
    transformer,
)
from tests.shapes import square


@pytest.mark.parametrize(
    ("lon", "lat", "srid"),
    [
        (59.6, 36.3, 32640),
        (-87.6, 41.9, 32616),
        (151.2, -33.9, 32756),
        (180, 0, 32660),
        (-180, -1, 32701),
        (0, 90, 32661),
        (0, -90, 32761),
    ],
)
def test_metres_are_measured_in_the_utm_zone_of_the_place(lon: float, lat: float, srid: int) -> None:
    assert metric_srid(lon=lon, lat=lat) == srid


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (float("nan"), 0), (0, float("inf"))])
def test_a_place_off_the_globe_has_no_metric_system(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="no longitude and latitude"):
        metric_srid(lon=lon, lat=lat)


@settings(deadline=None, max_examples=20)
@given(lon=st.floats(min_value=-179.9, max_value=179.9), lat=st.floats(min_value=-79, max_value=83))
def test_a_shape_comes_back_from_the_ground_to_a_hundredth_of_a_millimetre(lon: float, lat: float) -> None:
    srid = metric_srid(lon=lon, lat=lat)
    back = to_lonlat(to_ground(Point(lon, lat), srid), srid)
    assert (back.x, back.y) == pytest.approx((lon, lat), abs=1e-10)


def test_x_is_east_on_both_sides() -> None:
    assert transformer(WGS84, WEB_MERCATOR).transform(90, 0) == pytest.approx((10_018_754.17, 0), abs=0.01)


def test_heights_are_dropped() -> None:
    assert not to_ground(shapely.force_3d(square(0, 0), 900), 32640).has_z


def test_an_empty_shape_stays_empty() -> None:
    assert to_ground(shapely.MultiPolygon(), 32640).is_empty


def test_what_a_system_cannot_hold_becomes_infinite() -> None:
    assert np.isinf(to_ground(Point(0, 91), 32640).x)


def test_an_unknown_srid_is_refused() -> None:
    with pytest.raises(UnknownCrs, match="999999"):
        transformer(WGS84, 999999)


@pytest.mark.parametrize(
    "name",
    [CRS84_URI, "https://www.opengis.net/def/crs/OGC/1.3/CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"],
)
def test_crs84_is_wgs84_with_longitude_first(name: str) -> None:
    assert (parse_crs(name).srid, parse_crs(name).lat_first) == (WGS84, False)


@pytest.mark.parametrize(
    "name",
    [
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "https://www.opengis.net/def/crs/EPSG/9.9.1/4326",
        "urn:ogc:def:crs:EPSG::4326",
        "EPSG:4326",
        crs_uri(WGS84),
    ],
)
def test_epsg_4326_has_latitude_first(name: str) -> None:
    assert (parse_crs(name).srid, parse_crs(name).lat_first) == (WGS84, True)


@pytest.mark.parametrize("srid", [WEB_MERCATOR, 32640])
def test_projected_systems_have_east_first(srid: int) -> None:
    assert (parse_crs(crs_uri(srid)).srid, parse_crs(crs_uri(srid)).lat_first) == (srid, False)


@pytest.mark.parametrize(
    "name", ["", "4326", "CRS84", "EPSG:", "EPSG:٤٣٢٦", "EPSG:999999", crs_uri(999999), "EPSG:4326 "]
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UnknownCrs):
        parse_crs(name)
