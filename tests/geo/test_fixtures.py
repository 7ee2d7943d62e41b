"""The shipped files of Mashhad: complete, clean, nested, licensed, and true to the extract they were made from."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.management import call_command
from shapely.geometry import shape

from geo.crs import metric_srid, to_ground
from geo.shapes import NamedShape, area_m2, coverage_faults, invalid_shapes, parts_outside

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
LEVELS = {"city": "city", "district": "districts", "zone": "zones", "neighborhood": "neighborhoods"}
GROUND = metric_srid(lon=59.6, lat=36.3)
FILES = [*LEVELS.values(), "streets"]
BOUNDARIES = list(LEVELS.values())


@cache
def document(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"mashhad_{name}.geojson").read_text(encoding="utf-8"))


@cache
def shapes(name: str) -> list[NamedShape]:
    return [
        NamedShape(
            level=row["properties"]["level"],
            code=row["properties"]["code"],
            geometry=shape(row["geometry"]),
            parent=(row["properties"]["parent_level"], row["properties"]["parent"]),
        )
        for row in document(name)["features"]
    ]


def everything() -> dict[tuple[str, str], NamedShape]:
    return {each.key: each for name in BOUNDARIES for each in shapes(name)}


def properties(name: str) -> list[dict[str, Any]]:
    return [row["properties"] for row in document(name)["features"]]


def rings(geometry: shapely.MultiPolygon) -> list[tuple[shapely.LinearRing, bool]]:
    """Each ring, and whether it is an outer one."""
    outer = [(part.exterior, True) for part in geometry.geoms]
    return outer + [(ring, False) for part in geometry.geoms for ring in part.interiors]


@pytest.mark.parametrize(
    ("name", "number"), [("city", 1), ("districts", 13), ("zones", 33), ("neighborhoods", 180), ("streets", 378)]
)
def test_every_feature_is_there(name: str, number: int) -> None:
    assert len(document(name)["features"]) == number


def test_districts_are_numbered_one_to_twelve_and_samen() -> None:
    assert [row["code"] for row in properties("districts")] == [*map(str, range(1, 13)), "samen"]


def test_zones_are_numbered_within_their_district() -> None:
    assert all(row["code"].split("-")[0] == row["parent"] for row in properties("zones"))


@pytest.mark.parametrize("name", BOUNDARIES)
def test_codes_are_unique_and_are_the_features_ids(name: str) -> None:
    codes = [row["code"] for row in properties(name)]
    assert len(set(codes)) == len(codes)
    assert [row["id"] for row in document(name)["features"]] == codes


def test_every_parent_is_there_and_of_a_larger_level() -> None:
    order = list(LEVELS)
    for each in everything().values():
        if each.level == "city":
            assert each.parent == (None, None)
        else:
            assert each.parent in everything()
            assert order.index(each.parent[0]) < order.index(each.level)


@pytest.mark.parametrize("name", FILES)
def test_every_name_is_persian_and_no_letter_is_arabic(name: str) -> None:
    for row in properties(name):
        assert row["name_fa"]
        assert not set(row["name_fa"]) & set("يكىةۀ")


@pytest.mark.parametrize("name", BOUNDARIES)
def test_every_place_has_an_english_name(name: str) -> None:
    assert all(row["name_en"] and row["name_en"].isascii() for row in properties(name))


def test_samen_and_only_samen_has_no_zone() -> None:
    districts = {row["code"] for row in properties("districts")}
    assert districts - {row["parent"] for row in properties("zones")} == {"samen"}
    samen = everything()["district", "samen"].geometry
    assert all(area_m2(zone.geometry.intersection(samen), srid=GROUND) == 0 for zone in shapes("zones"))


def test_neighborhoods_without_a_zone_lie_right_under_samen() -> None:
    without = [each for each in shapes("neighborhoods") if each.parent[0] != "zone"]
    assert {each.parent for each in without} == {("district", "samen")}
    assert len(without) == 6


def test_part_of_district_seven_has_no_zone() -> None:
    district = everything()["district", "7"].geometry
    zones = shapely.union_all([each.geometry for each in shapes("zones") if each.parent == ("district", "7")])
    assert 0.2 < zones.area / district.area < 0.8


def test_districts_three_six_and_twelve_have_exclaves() -> None:
    assert {each.code for each in shapes("districts") if len(each.geometry.geoms) > 1} == {"3", "6", "12"}


@pytest.mark.parametrize("name", BOUNDARIES)
def test_every_shape_is_valid_here_and_in_the_database(name: str) -> None:
    assert invalid_shapes(shapes(name), srid=GROUND) == []
    assert all(GEOSGeometry(memoryview(each.geometry.wkb)).valid for each in shapes(name))


@pytest.mark.parametrize("name", BOUNDARIES)
def test_rings_follow_the_right_hand_rule(name: str) -> None:
    for each in shapes(name):
        assert all(ring.is_ccw == is_outer for ring, is_outer in rings(each.geometry))


@pytest.mark.parametrize("name", BOUNDARIES)
def test_neighbors_share_their_edges_vertex_for_vertex(name: str) -> None:
    assert shapely.coverage_is_valid([each.geometry for each in shapes(name)])


def test_districts_leave_no_gap_and_no_overlap() -> None:
    assert coverage_faults(shapes("districts"), srid=GROUND, gap_m=20, sliver_m=20, noise_m2=0) == []


@pytest.mark.parametrize("name", ["zones", "neighborhoods"])
def test_smaller_levels_overlap_nowhere_and_leave_only_gaps_that_are_meant(name: str) -> None:
    found = coverage_faults(shapes(name), srid=GROUND, gap_m=20, sliver_m=20, noise_m2=0)
    assert all(fault.kind == "gap" and fault.width_m > 200 for fault in found)


def test_no_shape_leaves_its_parent() -> None:
    parents = {key: each.geometry for key, each in everything().items()}
    for name in ("districts", "zones", "neighborhoods"):
        assert all(parents[each.parent].covers(each.geometry) for each in shapes(name))
        assert parts_outside(shapes(name), parents=parents, srid=GROUND, noise_m2=0) == []


def test_a_neighborhood_lies_in_its_zones_district_too() -> None:
    for each in shapes("neighborhoods"):
        if each.parent[0] == "zone":
            district = everything()[everything()[each.parent].parent]
            assert district.geometry.covers(each.geometry)


def test_the_city_is_the_union_of_its_districts() -> None:
    (city,) = shapes("city")
    union = shapely.coverage_union_all([each.geometry for each in shapes("districts")])
    assert city.geometry.normalize() == union.normalize()


def test_the_city_has_its_size() -> None:
    assert area_m2(shapes("city")[0].geometry, srid=GROUND) / 1e6 == pytest.approx(368.5, abs=0.5)


def test_streets_are_lines_in_and_around_the_city() -> None:
    (city,) = shapes("city")
    around = shapely.box(*to_ground(city.geometry, GROUND).buffer(10_000).bounds)
    for row in document("streets")["features"]:
        line = shape(row["geometry"])
        assert row["properties"].keys() == {"name_fa", "name_en", "class"}
        assert row["properties"]["class"] in {"highway", "major"}
        assert line.length > 0
        assert around.covers(to_ground(line, GROUND))


@pytest.mark.parametrize("name", FILES)
def test_coordinates_have_at_most_six_decimals_and_lie_in_the_bbox(name: str) -> None:
    west, south, east, north = document(name)["bbox"]
    for row in document(name)["features"]:
        points = shapely.get_coordinates(shape(row["geometry"])).tolist()
        assert all(point == [round(number, 6) for number in point] for point in points)
        assert all(west <= lon <= east and south <= lat <= north for lon, lat in points)
        assert row["bbox"] == list(shape(row["geometry"]).bounds)


@pytest.mark.parametrize("name", FILES)
def test_the_license_and_the_attribution_are_in_the_file(name: str) -> None:
    assert document(name)["license"] == "ODbL-1.0"
    assert document(name)["attribution"] == "© OpenStreetMap contributors"
    assert document(name)["generalized_m"] == 5


SOURCES = {
    "district": ("districts", "code", []),
    "zone": ("zones", "zone_code", ["district=district_code"]),
    "neighborhood": ("neighbourhoods", "osm_id", ["district=district_code", "zone=zone_code"]),
}


@pytest.mark.shared_data
@pytest.mark.parametrize("level", SOURCES)
def test_no_outline_is_more_than_five_metres_off_the_extract(level: str, shared_data: Path) -> None:
    name, code, _ = SOURCES[level]
    source = json.loads((shared_data / "mashhad" / f"{name}.geojson").read_text(encoding="utf-8"))
    outlines = {str(row["properties"][code]): shape(row["geometry"]) for row in source["features"]}
    drawn = {each.code: each.geometry for each in shapes(LEVELS[level])}
    assert drawn.keys() == outlines.keys()
    for each in drawn:
        pair = [shapely.segmentize(to_ground(ground[each], GROUND).boundary, 20) for ground in (drawn, outlines)]
        assert shapely.hausdorff_distance(*pair) <= 5


@pytest.mark.shared_data
def test_no_street_is_more_than_five_metres_off_the_extract(shared_data: Path) -> None:
    source = json.loads((shared_data / "mashhad" / "streets.geojson").read_text(encoding="utf-8"))
    for before, after in zip(source["features"], document("streets")["features"], strict=True):
        assert before["properties"]["name_fa"] == after["properties"]["name_fa"]
        pair = [shapely.segmentize(to_ground(shape(row["geometry"]), GROUND), 20) for row in (before, after)]
        assert shapely.hausdorff_distance(*pair) <= 5


@pytest.mark.shared_data
@pytest.mark.long
def test_the_command_makes_the_shipped_files_byte_for_byte(shared_data: Path, tmp_path: Path) -> None:
    columns = ["name_fa=name_fa", "name_en=name_en"]
    words = ["--city", "mashhad", "--name-fa", "مشهد", "--name-en", "Mashhad", "--source-date", "2024-08-06"]
    for level, (name, code, parents) in SOURCES.items():
        path = str(shared_data / "mashhad" / f"{name}.geojson")
        words += ["--level", level, path, f"code={code}", *columns, "osm_id=osm_id", *parents]
    words += ["--set", "neighborhood", "11248724", "name_en", "Hesabi Jonubi"]
    words += ["--lines", "streets", str(shared_data / "mashhad" / "streets.geojson"), *columns, "class=road_class"]
    call_command("generalize_boundaries", *words, "--out", str(tmp_path), verbosity=0)
    for name in FILES:
        made = (tmp_path / f"mashhad_{name}.geojson").read_bytes()
        assert made == (FOLDER / f"mashhad_{name}.geojson").read_bytes(), name
