"""Sets of shapes that cover points are exact, however many points have come before."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.covering import Covering
from geo.edges import edges_of
from tests.shapes import lonlat, polygon, square

SHAPES = [
    shapely.MultiPolygon([shape])
    for shape in (
        square(0, 0, side=1000),
        polygon([(900, 100), (2000, 0), (1500, 900)], holes=[[(1300, 200), (1500, 200), (1400, 400)]]),
        square(400, 400, side=50),
        square(50_000, 0, side=10),
    )
]


def nobody(*_asked):
    raise AssertionError("there is no doubt here")


def brute(lon, lat):
    covers = np.array([shapely.intersects_xy(shape, lon, lat) for shape in SHAPES])
    return [tuple(np.flatnonzero(column).tolist()) for column in covers.T]


def found(covering, lon, lat):
    return [covering.sets[number] for number in covering.at(np.array(lon), np.array(lat))]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-300, 2300), st.floats(-300, 1300)), min_size=1, max_size=200), st.integers(0, 9))
def test_a_set_is_what_each_shape_says(places, seed):
    covering = Covering(
        SHAPES, arbiter=lambda lon, lat, shape: shapely.intersects_xy(np.array(SHAPES)[shape], lon, lat)
    )
    lon, lat = np.array([lonlat(*place) for place in places]).T
    before = np.random.default_rng(seed).uniform([59.59, 36.29], [59.63, 36.32], size=(2000, 2)).T
    covering.at(*before)
    assert found(covering, lon, lat) == brute(lon, lat)
    assert found(covering, lon, lat) == brute(lon, lat)


def test_both_sides_of_an_edge_are_told_apart_within_one_cell_of_the_memory():
    covering = Covering(SHAPES, arbiter=nobody)
    starts, ends = edges_of(np.array(SHAPES, dtype=object))
    random = np.random.default_rng(2)
    edge = random.integers(len(starts), size=4000)
    on_edges = starts[edge] + (ends[edge] - starts[edge]) * random.uniform(size=(4000, 1))
    for lon, lat in (
        (on_edges + random.uniform(-2e-6, 2e-6, size=(4000, 2))).T,
        (on_edges + 1e-6).T,
        (on_edges - 1e-6).T,
    ):
        assert found(covering, lon, lat) == brute(lon, lat)


def test_within_a_hair_of_an_edge_the_arbiter_decides_and_nowhere_else():
    asked = []

    def arbiter(lon, lat, shape):
        asked.extend(zip(lon.tolist(), lat.tolist(), shape.tolist(), strict=True))
        return np.zeros(len(lon), dtype=bool)

    covering = Covering(SHAPES, arbiter=arbiter)
    corner, inside = lonlat(0, 0), lonlat(500, 700)
    assert found(covering, [corner[0], inside[0]], [corner[1], inside[1]]) == [(), (0,)]
    assert asked == [(*corner, 0)]


@pytest.mark.parametrize("place", [(-180.0, -90.0), (180.0, 90.0), (0.0, 0.0)])
def test_beyond_all_shapes_there_is_nobody(place):
    assert found(Covering(SHAPES, arbiter=nobody), [place[0]], [place[1]]) == [()]


def test_without_shapes_there_is_nobody():
    assert found(Covering([], arbiter=nobody), [59.6], [36.3]) == [()]
