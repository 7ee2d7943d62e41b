"""Coarse places: a cell of a world-wide grid, the same for every point in it."""

from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.points import middle_of_cell
from tests.shapes import at

lons = st.floats(-179.9, 179.9)
lats = st.floats(-85, 85)
sizes = st.sampled_from([50, 200, 1000])


@given(lons, lats, sizes)
def test_the_middle_is_near_and_is_its_own_middle(lon, lat, size):
    from django.contrib.gis.geos import Point

    middle = middle_of_cell(Point(lon, lat, srid=4326), size_m=size)
    _, _, metres = Geod(ellps="WGS84").inv(lon, lat, middle.x, middle.y)
    assert metres <= size * 0.75
    assert middle_of_cell(middle, size_m=size).coords == middle.coords


def test_points_of_one_cell_become_one_point():
    middles = {middle_of_cell(at(x, 7), size_m=1000).coords for x in range(0, 3000, 10)}
    assert 3 <= len(middles) <= 4
