"""The command makes a city's files from an extract, the same files from the same extract, or says why not."""

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import CommandError, call_command
from shapely.geometry import mapping, shape

from tests.geo.overpass import relation
from tests.shapes import lonlat, rectangle, square

NAMES = ["name_fa=name_fa", "name_en=name_en"]
DISTRICTS = ["district", "districts.geojson", "code=no", *NAMES]
ZONES = ["zone", "zones.geojson", "code=no", "district=in", *NAMES]
PLACES = ["neighborhood", "places.geojson", "code=no", "district=in", "zone=zone", "osm_id=no", *NAMES]
STREETS = ["streets", "streets.geojson", "name_fa=name_fa", "class=kind"]


def feature(geometry: shapely.Geometry, **properties: Any) -> dict[str, Any]:
    named = {"name_fa": "نام", "name_en": "Name"} | properties
    return {"type": "Feature", "properties": named, "geometry": mapping(geometry)}


def write(path: Path, *features: dict[str, Any]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


@pytest.fixture
def extract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two districts side by side; the west has a zone with one neighborhood, the east a neighborhood without zone."""
    monkeypatch.chdir(tmp_path)
    east = square(1000, 0, side=1000).union(square(5000, 0))
    write(Path("districts.geojson"), feature(square(0, 0, side=1000), no=1, name_fa="منطقة يك"), feature(east, no=2))
    write(Path("zones.geojson"), feature(rectangle(0, 0, width=1000, height=400), no="1-1", **{"in": 1}))
    write(
        Path("places.geojson"),
        feature(square(0, 0, side=300), no=11, zone="1-1", **{"in": 1}),
        feature(square(1000, 0, side=300), no=22, zone=None, name_en=None, **{"in": 2}),
    )
    street = shapely.LineString([lonlat(50 * step, step % 2) for step in range(20)])
    write(Path("streets.geojson"), feature(street, kind="major"))
    return tmp_path


def make(
    *, out: str = "out", levels: Sequence[Sequence[str]] = (DISTRICTS, ZONES, PLACES), more: Sequence[str] = ()
) -> str:
    said = StringIO()
    words = [word for level in levels for word in ("--level", *level)]
    city = ["--city", "sample", "--name-fa", "شهر نمونه", "--name-en", "Sampletown", "--out", out]
    call_command("generalize_boundaries", *city, *words, *more, stdout=said)
    return said.getvalue()


def made(name: str, out: str = "out") -> dict[str, Any]:
    return json.loads((Path(out) / f"sample_{name}.geojson").read_text(encoding="utf-8"))


def properties(name: str) -> list[dict[str, Any]]:
    return [row["properties"] for row in made(name)["features"]]


def test_each_level_gets_a_file_and_the_city_is_the_union_of_its_districts(extract: Path) -> None:
    said = make(more=["--lines", *STREETS])
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "sample_city.geojson",
        "sample_districts.geojson",
        "sample_neighborhoods.geojson",
        "sample_streets.geojson",
        "sample_zones.geojson",
    ]
    assert "sample_districts.geojson: 2 features" in said
    districts = [shape(row["geometry"]) for row in made("districts")["features"]]
    (city,) = made("city")["features"]
    assert shape(city["geometry"]).equals(shapely.union_all(districts))
    assert city["properties"] == {
        "level": "city",
        "code": "sample",
        "name_fa": "شهر نمونه",
        "name_en": "Sampletown",
        "parent_level": None,
        "parent": None,
        "osm_id": None,
    }


def test_a_place_lies_under_the_smallest_level_that_it_names(extract: Path) -> None:
    make()
    parents = {row["code"]: (row["parent_level"], row["parent"]) for row in properties("neighborhoods")}
    assert parents == {"11": ("zone", "1-1"), "22": ("district", "2")}
    assert [(row["parent_level"], row["parent"]) for row in properties("districts")] == [("city", "sample")] * 2


def test_arabic_letters_become_persian_and_missing_names_stay_null(extract: Path) -> None:
    make()
    assert properties("districts")[0]["name_fa"] == "منطقة یک"
    assert [row["name_en"] for row in properties("neighborhoods")] == ["Name", None]


def test_a_missing_name_can_be_given(extract: Path) -> None:
    make(more=["--set", "neighborhood", "22", "name_en", "Given"])
    assert [row["name_en"] for row in properties("neighborhoods")] == ["Name", "Given"]


def test_the_files_say_where_they_come_from(extract: Path) -> None:
    make(more=["--source-date", "2024-08-06", "--lines", *STREETS])
    about = {key: value for key, value in made("zones").items() if key not in {"features", "bbox"}}
    assert about == {
        "type": "FeatureCollection",
        "name": "sample_zones",
        "license": "ODbL-1.0",
        "attribution": "© OpenStreetMap contributors",
        "source_date": "2024-08-06",
        "generalized_m": 5,
    }
    assert "source_date" not in made("streets")


def test_streets_are_generalized_and_keep_the_columns_named(extract: Path) -> None:
    make(more=["--lines", *STREETS])
    (street,) = made("streets")["features"]
    assert street["properties"] == {"name_fa": "نام", "class": "major"}
    assert [len(part) for part in street["geometry"]["coordinates"]] == [2]


def test_the_same_extract_gives_the_same_bytes(extract: Path) -> None:
    make(out="one", more=["--lines", *STREETS])
    make(out="two", more=["--lines", *STREETS])
    one, two = ({path.name: path.read_bytes() for path in Path(name).iterdir()} for name in ("one", "two"))
    assert len(one) > 1
    assert one == two


def test_an_overpass_answer_gives_the_same_ground_and_takes_parents_from_subareas(extract: Path) -> None:
    make(levels=[DISTRICTS, ZONES])
    before = {name: made(name)["features"] for name in ("districts", "zones")}
    names = {"name": "نام", "name:en": "Name"}
    districts = [
        relation(1, square(0, 0, side=1000), subareas=[110], **names),
        relation(2, square(1000, 0, side=1000).union(square(5000, 0)), **names),
    ]
    zones = [relation(110, rectangle(0, 0, width=1000, height=400), ref="1-1", **names)]
    Path("districts.json").write_text(json.dumps({"elements": districts}))
    Path("zones.json").write_text(json.dumps({"elements": zones}))
    columns = ["osm_id=osm_id", "name_fa=name", "name_en=name:en"]
    levels = [["district", "districts.json", "code=osm_id", *columns], ["zone", "zones.json", "code=ref", *columns]]
    make(levels=levels)
    for name, rows in before.items():
        assert [row["geometry"] for row in made(name)["features"]] == [row["geometry"] for row in rows]
    (zone,) = properties("zones")
    assert (zone["parent_level"], zone["parent"], zone["osm_id"]) == ("district", "1", 110)


def refusal(**options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        make(**options)
    assert not Path("out").exists()
    return str(refused.value)


def test_a_missing_file_is_named(extract: Path) -> None:
    Path("zones.geojson").unlink()
    assert "zones.geojson cannot be read" in refusal()


def test_a_level_without_a_file_or_a_needed_column_is_named(extract: Path) -> None:
    assert "name the file" in refusal(levels=[["district"]])
    assert "code, name_en" in refusal(levels=[["district", "districts.geojson", "name_fa=name_fa"]])


def test_a_place_without_a_code_is_named(extract: Path) -> None:
    write(Path("zones.geojson"), feature(square(0, 0), no=None))
    assert "zone: feature 1 has no code" in refusal()


def test_a_code_that_occurs_twice_is_named(extract: Path) -> None:
    write(Path("zones.geojson"), feature(square(0, 0), no=5), feature(square(500, 0), no=5))
    assert "zone 5 is there twice" in refusal()


def test_a_parent_that_is_missing_is_named(extract: Path) -> None:
    write(Path("zones.geojson"), feature(square(0, 0), no=5, **{"in": 9}))
    assert "district 9, is missing" in refusal()


def test_a_level_of_lines_and_lines_of_polygons_are_refused(extract: Path) -> None:
    assert "district major has no polygon" in refusal(levels=[["district", "streets.geojson", "code=kind", *NAMES]])
    assert "has no line" in refusal(more=["--lines", "streets", "zones.geojson", "name_fa=name_fa"])


def test_a_number_that_is_none_is_refused(extract: Path) -> None:
    assert "osm_id" in refusal(levels=[[*DISTRICTS, "osm_id=name_en"]])


def test_a_name_for_nobody_is_refused(extract: Path) -> None:
    assert "no such place" in refusal(more=["--set", "zone", "7-7", "name_en", "Nowhere"])
    assert "no such place or column" in refusal(more=["--set", "zone", "1-1", "level", "x"])


def test_districts_that_overlap_by_more_than_the_limit_are_named(extract: Path) -> None:
    write(Path("districts.geojson"), feature(square(0, 0), no=1), feature(square(50, 0), no=2))
    assert "district 2" in refusal(levels=[DISTRICTS])
