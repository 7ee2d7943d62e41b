"""Tiles, what is written into them, and outlines for a zoom: read back by another's decoder."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from mapbox_vector_tile import decode
from shapely.geometry import shape

from geo import mvt
from geo.outlines import WHOLE, outlines, to_world
from geo.tiles import NoSuchTile, Tile, outline_layer
from geo.world import SIZE, world_x, world_y

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.mark.parametrize(
    "named",
    [
        *("25/0/0", "31/0/0", "-1/0/0", "1/2/0", "1/0/2", "0/1/0", "1//0", "٣/0/0", "1.0/0/0", "01/0/0", "x/y/z"),
        "0/0/0\n",
        "9" * 99 + "/0/0",
    ],
)
def test_numbers_that_name_no_tile_are_refused(named):
    with pytest.raises(NoSuchTile):
        Tile.named(*named.split("/"))


def test_a_tile_holds_its_units_and_the_poles_belong_to_the_edge():
    assert Tile.named("24", str(2**24 - 1), "0").box.x1 == SIZE - 1
    assert Tile.named("0", "0", "0").degrees.extent[1::2] == (-90, 90)
    west, south, east, north = Tile.named("14", "10905", "6416").degrees.extent
    assert west < 59.63 < east
    assert south < 36.3 < north


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
places = st.tuples(st.integers(0, mvt.EXTENT - 1), st.integers(0, mvt.EXTENT - 1))


def words_of(texts):
    return mvt.Words(*np.unique(np.array([text.encode() for text in texts]), return_inverse=True))


@given(st.lists(st.tuples(places, words, words), min_size=1, max_size=300))
def test_many_points_are_read_back_as_they_were(rows):
    steps = np.array([place for place, *_ in rows], dtype=np.int64)
    said = {"one": words_of([one for _, one, _ in rows]), "other": words_of([other for *_, other in rows])}
    layer = decode(mvt.points("reports", steps, said), default_options={"y_coord_down": True})["reports"]
    assert layer["extent"] == 4096
    found = [(tuple(each["geometry"]["coordinates"]), *each["properties"].values()) for each in layer["features"]]
    assert found == rows


def test_values_of_every_kind_are_read_back_and_nothing_stays_of_what_is_none():
    said = {"text": "چاله", "yes": True, "one": 1, "minus": -3_000_000_000, "half": 0.5, "none": None}
    layer = decode(mvt.layer("خیابان", [mvt.point(-5, 5000, said)]), default_options={"y_coord_down": True})["خیابان"]
    (feature,) = layer["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-5, 5000]}
    assert feature["properties"] == {name: value for name, value in said.items() if name != "none"}
    assert feature["properties"]["yes"] is True
    assert mvt.layer("empty", []) == mvt.points("empty", np.empty((0, 2), dtype=np.int64), {}) == b""


@pytest.mark.django_db
def test_points_lie_where_postgis_would_put_them():
    tile, places = Tile(14, 10905, 6416), np.random.default_rng(1).uniform((59.61, 36.3), (59.63, 36.31), (200, 2))
    steps = tile.steps(np.array([(world_x(lon), world_y(lat)) for lon, lat in places]))
    sql = """SELECT ST_X(at), ST_Y(at) FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS place (lon, lat, n),
        ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857),
                     ST_TileEnvelope(14, 10905, 6416), 4096, 5000, true) AS at ORDER BY n"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [places[:, 0].tolist(), places[:, 1].tolist()])
        theirs = np.array(cursor.fetchall())
    assert np.abs(theirs - steps).max() <= 1  # it rounds, we take the step that a unit lies in


def districts(name="mashhad_districts"):
    features = json.loads((FIXTURES / f"{name}.geojson").read_text())["features"]
    return [shapely.MultiPolygon([each]) if each.geom_type == "Polygon" else each for each in map(_shape, features)]


def _shape(feature):
    return shape(feature["geometry"])


@pytest.mark.parametrize("name", ["mashhad_districts", "mashhad_neighborhoods"])
def test_outlines_for_a_zoom_leave_neither_gaps_nor_overlaps_and_lose_nobody(name):
    whole = districts(name)
    ground = shapely.union_all(whole).area
    vertices = []
    for zoom in (0, 6, 8, 10, 12, 14, WHOLE):
        drawn = outlines(whole, zoom=zoom)
        assert shapely.coverage_is_valid(drawn), zoom
        assert shapely.is_valid(drawn).all()
        assert all(
            each.exterior.is_ccw and not any(ring.is_ccw for ring in each.interiors)
            for one in drawn
            for each in one.geoms
        )
        assert min(each.area for each in drawn) > 0
        pixel = 360 / 512 / 2**zoom
        assert abs(shapely.union_all(drawn).area - ground) <= 4 * pixel * shapely.union_all(whole).length
        assert max(map(shapely.hausdorff_distance, drawn, whole)) <= 2 * pixel
        vertices.append(int(shapely.get_num_coordinates(drawn).sum()))
    assert vertices == sorted(vertices)
    assert vertices[0] < vertices[-1] / 2


def test_shapes_that_overlap_are_drawn_all_the_same():
    parks = [shapely.MultiPolygon([shapely.box(59.6, 36.3, 59.6 + side, 36.31)]) for side in (0.01, 0.02, 1e-7)]
    assert [each.area > 0 for each in outlines(parks, zoom=3)] == [True] * 3
    assert outlines([], zoom=3) == []


def test_outlines_in_tiles_are_valid_and_meet_at_the_edges_of_tiles():
    whole = districts()
    shapes = [(each, {"code": str(number)}) for number, each in enumerate(whole)]
    tiles = [Tile(11, x, y) for x in range(1361, 1366) for y in range(800, 806)]
    drawn = 0.0
    window = shapely.box(0, 0, mvt.EXTENT, mvt.EXTENT)
    for tile in tiles:
        layer = decode(outline_layer(shapes, name="districts", tile=tile), default_options={"y_coord_down": True})
        for feature in layer.get("districts", {"features": []})["features"]:
            ground = shape(feature["geometry"])
            assert ground.is_valid
            drawn += ground.intersection(window).area
            assert max(map(abs, ground.bounds)) <= mvt.EXTENT + 64
    units = sum(to_world(each).area for each in whole) / 2 ** (2 * (30 - 11 - 12))
    assert drawn == pytest.approx(units, rel=2e-3)
