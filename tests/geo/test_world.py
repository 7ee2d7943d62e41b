"""The square world in whole numbers: the same in Python and in the database."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from geo import world

LON, LAT = st.floats(-180, 180), st.floats(-90, 90)


@given(lon=LON, lat=LAT)
def test_a_place_lies_in_its_unit_of_the_square(lon, lat):
    x, y = world.world_x(lon), world.world_y(lat)
    assert 0 <= x < world.SIZE
    assert 0 <= y < world.SIZE
    assert world.lon_at(x - 1e-6) <= lon <= world.lon_at(x + 1 + 1e-6)
    if abs(lat) < world.MOST_LATITUDE:
        assert world.lat_at(y + 1 + 1e-3) <= lat <= world.lat_at(y - 1e-3)


@pytest.mark.parametrize(
    ("lon", "lat", "tile"),
    [(0, 0, (1, 1)), (-180, 85.06, (0, 0)), (179.9, -85.06, (1, 1)), (-0.1, 0.1, (0, 0))],
)
def test_cells_of_a_level_are_the_tiles_of_a_zoom(lon, lat, tile):
    assert (world.world_x(lon) >> world.shift(1), world.world_y(lat) >> world.shift(1)) == tile


def test_the_database_counts_alike(db):
    places = [(lon / 7, lat / 7) for lon in range(-1260, 1261, 90) for lat in range(-630, 631, 70)]
    with connection.cursor() as cursor:
        for lon, lat in places:
            cursor.execute("SELECT world_x(%s), world_y(%s)", [Point(lon, lat, srid=4326).ewkb] * 2)
            x, y = cursor.fetchone()
            assert abs(x - world.world_x(lon)) <= 1
            assert abs(y - world.world_y(lat)) <= 1


UNIT = st.floats(0, world.SIZE)


@given(rows=st.lists(st.tuples(UNIT, UNIT, UNIT, UNIT), max_size=20))
def test_many_places_at_once_are_where_each_is_by_itself(rows):
    found = world.in_degrees(rows, 4).tolist()
    one_by_one = [[world.lon_at(a), world.lat_at(b), world.lon_at(c), world.lat_at(d)] for a, b, c, d in rows]
    assert found == [pytest.approx(row, abs=1e-11) for row in one_by_one]
