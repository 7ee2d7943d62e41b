"""Metres to the edge of a shape are those of the nearest place on edges that are great circles."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.edges import EdgeRuler, NearestShapes, edges_of

GEOD = Geod(ellps="WGS84")


def nearest_m(shape, lon: float, lat: float) -> float:
    """The same by brute force: places along each edge, ever closer together."""
    return min(_to_edge_m(start, end, lon, lat) for start, end in zip(*edges_of(shape), strict=True))


def _to_edge_m(start, end, lon: float, lat: float) -> float:
    low, high, best = 0.0, 1.0, float("inf")
    a, b = (_in_space(*np.radians(place)) for place in (start, end))
    for _ in range(30):
        shares = np.linspace(low, high, 33)
        places = a * (1 - shares[:, None]) + b * shares[:, None]
        lons = np.degrees(np.arctan2(places[:, 1], places[:, 0]))
        lats = np.degrees(np.arctan2(places[:, 2], np.hypot(places[:, 0], places[:, 1])))
        metres = GEOD.inv(np.full(33, lon), np.full(33, lat), lons, lats)[2]
        best = min(best, float(metres.min()))
        middle, step = shares[metres.argmin()], (high - low) / 32
        low, high = max(middle - step, 0.0), min(middle + step, 1.0)
    return best


def _in_space(lon: float, lat: float):
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


SHAPE = shapely.Polygon([(59.5, 36.2), (59.7, 36.21), (59.72, 36.4), (59.6, 36.3), (59.48, 36.41)])


@settings(max_examples=40, deadline=None)
@given(st.floats(59.3, 59.9), st.floats(36.0, 36.6))
def test_they_are_those_of_the_ellipsoid(lon, lat):
    # On the ellipsoid the nearest place may be another than on the sphere, by which geography finds it.
    [metres] = EdgeRuler(SHAPE).measure(np.array([lon]), np.array([lat]))
    assert metres == pytest.approx(nearest_m(SHAPE, lon, lat), abs=0.05, rel=0.005)


def test_holes_and_further_parts_have_edges_too():
    hole = [(59.55, 36.25), (59.56, 36.25), (59.56, 36.26)]
    far = shapely.box(60.0, 36.2, 60.1, 36.3)
    shape = shapely.MultiPolygon([shapely.Polygon(SHAPE.exterior, [hole]), far])
    places = [(59.5575, 36.2525), (60.05, 36.25), (59.72, 36.4)]
    metres = EdgeRuler(shape).measure(*np.array(places).T)
    assert metres == pytest.approx([nearest_m(shape, *place) for place in places], abs=0.01)
    assert metres[2] == pytest.approx(0, abs=1e-6)


def test_many_points_are_measured_as_each_by_itself():
    ruler = EdgeRuler(shapely.Point(59.6, 36.3).buffer(0.05, quad_segs=200))
    lon, lat = np.random.default_rng(1).uniform([59.5, 36.2], [59.7, 36.4], size=(3000, 2)).T
    metres = ruler.measure(lon, lat)
    for place in range(0, 3000, 271):
        assert ruler.measure(lon[place : place + 1], lat[place : place + 1])[0] == metres[place]


def test_what_may_be_the_nearest_shape_is_among_the_candidates():
    shapes = [shapely.box(left, 36.2, left + 0.1, 36.3) for left in (59.5, 59.6, 59.9)]
    nearest = NearestShapes(shapes)
    point, shape = nearest.candidates(np.array([59.4, 59.6, 60.2]), np.array([36.25, 36.1, 36.25]))
    assert sorted(zip(point.tolist(), shape.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1), (2, 2)]
