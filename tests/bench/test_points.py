"""The ground of the bench of points is a mosaic, and both who are compared find the same in it."""

import pytest
import shapely

from bench import points
from bench.ground import BOX, city_of, mosaic, scattered
from bench.guard import Different
from jurisdictions.models import Boundary


def test_the_mosaic_fills_its_box_once_with_polygons_of_five_hundred_corners():
    shapes = mosaic(3)
    assert len(shapes) == 9
    assert set(shapely.get_num_coordinates(shapes)) == {501}
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes).sum() == pytest.approx(shapely.box(*BOX).area)
    assert shapely.coverage_is_valid([shape.geoms[0] for shape in shapes])


def test_its_city_is_gone_afterwards(db):
    with city_of(mosaic(2)):
        assert Boundary.objects.count() == 4
    assert Boundary.objects.count() == 0


def test_a_bare_loop_and_the_index_find_the_same_polygons(db, monkeypatch):
    monkeypatch.setattr(points, "POINTS", 500)
    shapes = mosaic(2)
    lon, lat = scattered(500)
    with city_of(shapes):
        points._see_the_same(shapes, lon, lat)
        with pytest.raises(Different):
            points._see_the_same(shapes[::-1], lon, lat)
    section = points.against_bare(2, rounds=1)
    assert [row.name for row in section.rows] == ["bare shapely loop", "City Eye"]
    assert all(row.rounds[0].per_second > 0 for row in section.rows)
