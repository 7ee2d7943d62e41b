"""Coordinate systems are found by place and by name, and shapes go there and back."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from geo.crs import (
    WGS84,
    UnknownCrs,
    is_wgs84,
    metric_srid,
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
    assert transformer(WGS84, 3857).transform(90, 0) == pytest.approx((10_018_754.17, 0), abs=0.01)


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
    [
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "https://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "OGC:CRS84",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "https://www.opengis.net/def/crs/EPSG/9.9.1/4326",
        "urn:ogc:def:crs:EPSG::4326",
        "epsg:4326",
    ],
)
def test_names_of_wgs84(name: str) -> None:
    assert is_wgs84(name)


@pytest.mark.parametrize(
    "name",
    ["", "4326", "CRS84", "EPSG:", "EPSG:٤٣٢٦", "EPSG:43260", "EPSG:32640", "urn:ogc:def:crs:EPSG::3857", "EPSG:4326 "],
)
def test_other_names_are_none_of_wgs84(name: str) -> None:
    assert not is_wgs84(name)
