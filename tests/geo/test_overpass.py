"""Overpass answers become polygons, lines and a hierarchy; broken ones are refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import Polygon

from geo.files import Feature, UnreadableFile, read_features
from geo.overpass import read_elements
from tests.geo.overpass import relation, way
from tests.shapes import lonlat, square


def read(tmp_path: Path, *elements: dict[str, Any]) -> list[Feature]:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"version": 0.6, "elements": elements}), encoding="utf-8")
    return read_features(path)


def test_ways_in_any_order_and_direction_close_into_a_polygon(tmp_path: Path) -> None:
    (feature,) = read(tmp_path, relation(7, square(0, 0), name="یک"))
    assert feature.geometry.equals(square(0, 0))
    assert feature.geometry.geom_type == "MultiPolygon"
    assert feature.properties == {"name": "یک", "osm_id": 7}


def test_exclaves_and_holes_are_kept(tmp_path: Path) -> None:
    ground = square(0, 0, side=900).difference(square(300, 300)).union(square(2000, 0))
    (feature,) = read(tmp_path, relation(7, ground))
    assert feature.geometry.equals(ground)


def test_an_inner_ring_that_touches_the_outer_at_a_point_is_a_hole(tmp_path: Path) -> None:
    hole = Polygon([lonlat(0, 0), lonlat(50, 20), lonlat(20, 50)])
    (feature,) = read(tmp_path, relation(7, square(0, 0), inner=hole))
    assert feature.geometry.equals(square(0, 0).difference(hole))


def test_subarea_members_are_the_parts(tmp_path: Path) -> None:
    (feature,) = read(tmp_path, relation(7, square(0, 0), subareas=[8, 9]))
    assert feature.subareas == {8, 9}


def test_a_way_is_a_line(tmp_path: Path) -> None:
    (feature,) = read(tmp_path, way(3, [(0, 0), (100, 0)], name="خیابان"))
    assert feature.geometry.equals(shapely.LineString([lonlat(0, 0), lonlat(100, 0)]))


def test_elements_without_tags_and_nodes_are_passed_over(tmp_path: Path) -> None:
    node = {"type": "node", "id": 1, "lat": 36.3, "lon": 59.6, "tags": {"place": "city"}}
    untagged = {"type": "way", "id": 2, "geometry": []}
    assert [feature.id for feature in read(tmp_path, node, untagged, relation(7, square(0, 0)))] == [7]


def test_ways_that_do_not_close_are_refused_by_the_relations_number(tmp_path: Path) -> None:
    broken = relation(7, square(0, 0))
    broken["members"].pop()
    with pytest.raises(UnreadableFile, match="relation 7 do not close"):
        read(tmp_path, broken)


def test_a_relation_without_ways_is_refused(tmp_path: Path) -> None:
    empty = relation(7, square(0, 0))
    empty["members"] = []
    with pytest.raises(UnreadableFile, match="feature 7 has no shape"):
        read(tmp_path, empty)


def test_a_way_cut_off_by_a_bounding_box_is_refused_by_its_number(tmp_path: Path) -> None:
    cut = relation(7, square(0, 0))
    cut["members"][0]["geometry"][0] = None
    with pytest.raises(UnreadableFile, match=r"way 701 .*out geom"):
        read(tmp_path, cut)


def test_an_answer_without_geometry_is_refused(tmp_path: Path) -> None:
    bare = relation(7, square(0, 0))
    for member in bare["members"]:
        del member["geometry"]
    with pytest.raises(UnreadableFile, match="out geom"):
        read(tmp_path, bare)


def test_a_way_that_closes_is_ground_unless_it_is_a_street() -> None:
    ring = [(0, 0), (100, 0), (100, 100), (0, 0)]
    tagged = ({"leisure": "park"}, {"junction": "roundabout", "highway": "primary"}, {"place": "square", "area": "no"})
    elements = read_elements({"elements": [way(1, ring, **tags) for tags in tagged]})
    assert [each.ground.geom_type for each in elements] == ["Polygon", "LineString", "LineString"]


def test_a_route_is_the_lines_of_its_ways() -> None:
    parts = [way(1, [(0, 0), (100, 0)]), way(2, [(100, 0), (200, 50)])]
    members = [{**part, "ref": part["id"], "role": ""} for part in parts]
    route = {"type": "relation", "id": 7, "tags": {"type": "route", "ref": "M1"}, "members": members}
    (element,) = read_elements({"elements": [route]})
    assert (element.ground.geom_type, len(element.ground.geoms)) == ("MultiLineString", 2)
