"""`manage.py route_points`: GeoJSON and Parquet go out as they came in, with the answers among their properties."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.pointfiles import jsontext
from tests.jurisdictions.point_files import ADDED, EAST, WEST, answered, called
from tests.shapes import lonlat

pytestmark = pytest.mark.usefixtures("small_city")


def feature(x: float, y: float, **properties) -> dict:
    geometry = {"type": "Point", "coordinates": list(lonlat(x, y))}
    return {"type": "Feature", "geometry": geometry, "properties": {"category": "pothole"} | properties}


def collection(*rows: dict, **members) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": list(rows), "after": {"kept": [1.10]}})


WEST_JSON, EAST_JSON = WEST, [value or None for value in EAST]


class TestGeoJson:
    def test_each_feature_goes_out_with_new_properties(self, route_file):
        content = collection(feature(500, 200, n=1), feature(1500, 500, n=2), name="points")
        done = route_file(content, "in.geojson", "out.geojson")
        written, before = json.loads(done.bytes), json.loads(content)
        assert [answered(each["properties"]) for each in written["features"]] == [WEST_JSON, EAST_JSON]
        assert written["features"][0]["properties"]["edge_m"] == 199.94
        for each in written["features"]:
            for name in ADDED:
                del each["properties"][name]
        assert written == before

    def test_what_a_feature_holds_is_repeated_letter_for_letter(self, route_file):
        lon, lat = lonlat(500, 200)
        text = (
            f'{{ "properties" : {{"a":1.10, "b":"\\u06a9 }}{{", "c":{{"d":[]}} }},"id":12345678901234567890, '
            f'"geometry":{{"type":"Point","coordinates":[{lon}0,{lat}, 5]}},"type":"Feature"}}'
        )
        done = route_file(f'{{"features":[\n{text}\n]}}', "in.geojson", "out.geojson")
        added = ',"city":"sample","district":"1","zone":"1-1","department":null,"method":"covers","edge_m":199.94'
        head, tail = text.split('"c":{"d":[]} }')
        assert done.bytes.decode() == f'{{"features":[\n{head}"c":{{"d":[]}} {added}}}{tail}\n]}}'

    @pytest.mark.parametrize("properties", [{"properties": None}, {"properties": {}}, {}])
    def test_a_feature_without_properties_gets_some(self, route_file, properties):
        given = {"type": "Feature", "geometry": feature(500, 200)["geometry"]} | properties
        written = json.loads(route_file(collection(given), "in.geojson", "out.geojson").bytes)
        assert answered(written["features"][0]["properties"]) == ["sample", "1", "1-1", None, "covers"]

    @pytest.mark.parametrize(
        "geometry",
        [
            None,
            {},
            {"type": "Point"},
            {"type": "Point", "coordinates": []},
            {"type": "Point", "coordinates": [59.6]},
            {"type": "Point", "coordinates": ["59.6", "36.3"]},
            {"type": "Point", "coordinates": [True, False]},
            {"type": "Point", "coordinates": [10**400, 36.3]},
            {"type": "Point", "coordinates": {"lon": 59.6}},
            {"type": "LineString", "coordinates": [[59.6, 36.3], [59.7, 36.3]]},
        ],
    )
    def test_a_feature_that_is_no_point_is_kept_and_named(self, route_file, geometry):
        bad = feature(500, 200) | {"geometry": geometry}
        done = route_file(collection(feature(500, 200), bad), "in.geojson", "out.geojson")
        assert done.code == 3
        assert [each["properties"]["method"] for each in json.loads(done.bytes)["features"]] == ["covers", "invalid"]
        assert "(feature 2)" in done.said

    def test_features_are_the_same_however_the_text_is_cut(self, route_file, monkeypatch):
        content = collection(*(feature(number * 20, 200, text='«گیومه»\\"') for number in range(40)), crs=None)
        whole = route_file(content, "in.geojson", "out.geojson")
        for size in (1, 7, 100):
            monkeypatch.setattr(jsontext, "BLOCK", size)
            assert route_file(content, "in.geojson", "out.geojson").bytes == whole.bytes
        assert len(json.loads(whole.bytes)["features"]) == 40

    def test_lines_of_features_go_out_a_line_each_and_become_a_collection_on_demand(self, route_file):
        lines = "".join(json.dumps(each) + "\n" for each in (feature(500, 200), feature(1500, 500)))
        done = route_file(lines, "in.geojsonl", "out.geojsonl")
        written = [json.loads(line) for line in done.bytes.splitlines()]
        assert [answered(each["properties"]) for each in written] == [WEST_JSON, EAST_JSON]
        assert json.loads(route_file(lines, "in.geojsonl", "out.geojson").bytes)["features"] == written
        pretty = "\x1e" + json.dumps(feature(500, 200), indent=1) + "\n\x1e" + json.dumps(feature(1500, 500), indent=1)
        assert [
            json.loads(line) for line in route_file(pretty, "in.geojsonl", "out.geojsonl").bytes.splitlines()
        ] == written
        of_collection = route_file(collection(feature(500, 200), feature(1500, 500)), "in.geojson", "out.geojsonl")
        assert [json.loads(line) for line in of_collection.bytes.splitlines()] == written

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("", "cannot be read"),
            ("[]", "“{” is due"),
            ("{}", "cannot be read"),
            ('{"type":"Feature"}', "without features"),
            ('{"features":[', "ends within"),
            ('{"features":[{"type":"Feature"', "Feature 1 cannot be read"),
            ('{"features":[{} {}]}', "Feature 2 cannot be read"),
            ('{"features":[1]}', "Feature 1 cannot be read"),
            ('{"features":{}}', "The list of features cannot be read"),
            ('{"features":[{"properties":{"zone":1}}]}', "a column zone already"),
            ('{"crs":{"properties":{"name":"EPSG:3857"}},"features":[]}', "EPSG:3857, not in longitude"),
            ('{"crs":5,"features":[]}', "not in longitude"),
            ('{"features":[{"properties":' + "[" * 100_000, "Feature 1 cannot be read"),
        ],
    )
    def test_what_is_no_collection_of_features_is_answered_with_a_sentence(self, route_file, content, sentence):
        done = route_file(content, "in.geojson", "out.geojson")
        assert (done.code, done.bytes) == (1, None)
        assert sentence in done.said

    def test_a_collection_in_our_coordinates_by_name_is_welcome(self, route_file):
        named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
        assert route_file(collection(feature(500, 200), crs=named), "in.geojson", "out.geojson").code == 0


class TestParquet:
    def made(self, path: Path, **columns) -> Path:
        pq.write_table(pa.table(columns), path)
        return path

    def routed(self, source: Path) -> tuple[int, str, pa.Table | None]:
        target = source.with_name("out.parquet")
        code, said = called(str(source), str(target))
        return code, said, pq.read_table(target) if target.exists() else None

    def test_columns_keep_their_types_and_new_ones_come_behind(self, tmp_path):
        lon, lat = zip(lonlat(500, 200), lonlat(1500, 500), lonlat(0, 0), strict=True)
        source = self.made(
            tmp_path / "in.parquet",
            id=pa.array([1, 2, 3], pa.int8()),
            lon=pa.array([*lon[:2], None]),
            lat=pa.array(lat),
            category=pa.array(["pothole"] * 3).dictionary_encode(),
        )
        code, said, written = self.routed(source)
        assert code == 3
        assert "(row 3)" in said
        assert written.schema.names == ["id", "lon", "lat", "category", *ADDED]
        assert written.select(range(4)).equals(pq.read_table(source))
        assert [answered(each) for each in written.to_pylist()] == [WEST, EAST_JSON, [None] * 4 + ["invalid"]]
        assert written["edge_m"].to_pylist() == [199.94, 499.86, None]

    def test_coordinates_may_be_texts_or_decimals(self, tmp_path):
        lon, lat = lonlat(500, 200)
        source = self.made(
            tmp_path / "in.parquet",
            lon=[str(lon)],
            lat=pa.array([lat]).cast(pa.decimal128(10, 7)),
        )
        assert answered(self.routed(source)[2].to_pylist()[0]) == ["sample", "1", "1-1", None, "covers"]

    def test_a_type_that_is_no_number_makes_rows_invalid(self, tmp_path):
        source = self.made(tmp_path / "in.parquet", lon=[[59.6]], lat=[36.3])
        assert self.routed(source)[2]["method"].to_pylist() == ["invalid"]

    @pytest.mark.parametrize(
        ("columns", "sentence"), [({"x": [1]}, "no column lon"), ({"lon": [1], "lat": [1], "city": [1]}, "column city")]
    )
    def test_a_table_that_is_none_of_points_is_refused(self, tmp_path, columns, sentence):
        code, said, written = self.routed(self.made(tmp_path / "in.parquet", **columns))
        assert (code, written) == (1, None)
        assert sentence in said

    def test_what_is_no_parquet_is_refused(self, tmp_path):
        (tmp_path / "in.parquet").write_bytes(b"nonsense")
        code, said, written = self.routed(tmp_path / "in.parquet")
        assert (code, written) == (1, None)
        assert "no Parquet" in said
