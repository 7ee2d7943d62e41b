"""`manage.py route_points`: rows go out as they came in, with who answers behind; no half file, no lost row."""

import csv
import gzip
import io
import json
import os
import subprocess
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.backends.postgresql.psycopg_any import DateRange

from geo.pointfiles import delimited, jsontext
from jurisdictions.management.progress import Progress
from tests.factories import BoundaryFactory, CategoryFactory, CityFactory
from tests.shapes import lonlat, square

DAY = "2026-03-21"
ADDED = ["city", "district", "zone", "department", "method", "edge_m"]
WEST = ["sample", "1", "1-1", "1-civil-works", "covers"]
EAST = ["sample", "2", "", "2-civil-works", "covers"]

pytestmark = pytest.mark.usefixtures("small_city")


def row(x: float, y: float) -> str:
    return ",".join(map(str, lonlat(x, y)))


def points(*places: tuple[float, float], category: str = "pothole") -> str:
    return "lon,lat,category\n" + "".join(f"{row(*place)},{category}\n" for place in places)


@pytest.fixture
def run(tmp_path):
    """Route a text or bytes in a file; the exit code, what was written (None if nothing was) and what was said."""

    def go(content, name="in.csv", out="out.csv", **options):
        source, target = tmp_path / name, tmp_path / out
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        code, said = called(str(source), str(target), **options)
        return SimpleNamespace(
            code=code, said=said, bytes=target.read_bytes() if target.exists() else None, path=target
        )

    return go


def called(*names: str, on: str | None = DAY, **options) -> tuple[int, str]:
    said = io.StringIO()
    words = [*names, *(["--on", on] if on else [])]
    try:
        call_command("route_points", *words, stderr=said, **options)
    except CommandError as error:
        return error.returncode, said.getvalue() + str(error)
    return 0, said.getvalue()


def table(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))


def new(content: bytes) -> list[list[str]]:
    """The new columns of each row but the metres."""
    return [each[-len(ADDED) : -1] for each in table(content)[1:]]


class TestCsv:
    def test_each_row_goes_out_with_its_answer_behind(self, run):
        done = run(points((500, 200), (1500, 500)))
        assert done.code == 0
        header, west, east = table(done.bytes)
        assert header == ["lon", "lat", "category", *ADDED]
        assert west == [*row(500, 200).split(","), "pothole", *WEST, "199.94"]
        assert east == [*row(1500, 500).split(","), "pothole", *EAST, "499.86"]
        assert "2 rows" in done.said
        assert "2 covers" in done.said

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_what_the_file_held_is_repeated_byte_for_byte(self, run, end):
        lines = [
            "\ufeffid,lat,note,lon,category",
            f'007,{lonlat(500, 200)[1]}00,"=1+1, «گیومه» ""x""",{lonlat(500, 200)[0]},pothole',
            f"٣,{lonlat(500, 200)[1]},=cmd|x, {lonlat(500, 200)[0]} ,pothole",
            f'8,{lonlat(500, 200)[1]},"two{end}lines",{lonlat(500, 200)[0]},"pothole"',
        ]
        done = run(end.join(lines) + end)
        assert done.code == 0
        tails = [",".join(["", *ADDED]), *[",".join(["", *WEST, "199.94"])] * 3]
        assert done.bytes.decode() == "".join(line + tail + end for line, tail in zip(lines, tails, strict=True))

    def test_bytes_of_any_encoding_pass_through(self, run):
        note = "چاله".encode("cp1256")
        done = run(b"note,lon,lat\n" + note + f",{row(500, 200)}\n".encode())
        assert done.bytes.splitlines()[1].startswith(note + b",")

    def test_rows_are_the_same_however_they_are_cut_into_blocks(self, run, monkeypatch):
        end = "\n"
        content = "note,lon,lat\n" + "".join(
            f'"a{end if number % 7 == 0 else ""}b",{row(number * 20, 200)}{end}' for number in range(100)
        )
        whole = run(content)
        for size in (1, 50, 333):
            monkeypatch.setattr(delimited, "_BLOCK", size)
            assert run(content).bytes == whole.bytes
        assert len(table(whole.bytes)) == 101

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_another_delimiter_is_known_by_the_header(self, run, delimiter):
        done = run(points((500, 200)).replace(",", delimiter))
        assert table(done.bytes, delimiter)[1][3:-1] == WEST

    def test_a_row_that_ends_early_is_filled_up_and_blank_lines_are_left_out(self, run):
        done = run(f"lon,lat,category,note\n\n{row(500, 200)}\n\r\n{row(1500, 500)},pothole,x\n")
        assert [each[4:-1] for each in table(done.bytes)[1:]] == [["sample", "1", "1-1", "", "covers"], EAST]

    def test_the_last_line_need_not_end(self, run):
        assert new(run(points((500, 200), (1500, 500)).removesuffix("\n")).bytes) == [WEST, EAST]

    def test_columns_are_named_by_options(self, run):
        content = points((500, 200)).replace("lon,lat,category", "x,y,kind")
        done = run(content, lon="x", lat="y", category="kind", prefix="ce_")
        assert table(done.bytes)[0] == ["x", "y", "kind", *(f"ce_{name}" for name in ADDED)]
        assert new(done.bytes) == [WEST]

    def test_a_file_without_rows_is_a_file_without_rows(self, run):
        done = run("lon,lat\n")
        assert (done.code, done.bytes) == (0, ("lon,lat," + ",".join(ADDED) + "\n").encode())

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("", "The file is empty."),
            ("x,y\n1,2\n", "no columns lon and lat"),
            ("lon,lat,district\n1,2,3\n", "a column district already: choose a prefix"),
            (f"lon,lat\n{row(1, 1)}\n{row(1, 1)},x\n", "Line 3 has 3 columns where the header has 2."),
            (f'lon,lat\n{row(1, 1)}\n"1,2\n3,4\n', "Line 3: "),
            ("lon,lat\n".encode("utf-16"), "UTF-16"),
            (b"PAR1 nonsense", "no columns lon and lat"),
        ],
    )
    def test_a_file_that_is_none_of_points_is_answered_with_a_sentence_and_nothing_is_written(
        self, run, tmp_path, content, sentence
    ):
        done = run(content)
        assert (done.code, done.bytes) == (1, None)
        assert sentence in done.said
        assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


class TestRowsWithoutAnAnswer:
    def test_are_kept_counted_and_named_by_their_lines(self, run):
        good = row(500, 200)
        lines = [good, "x,36.3", ",", "nan,36.3", "inf,36.3", "1_0,36.3", "181,36.3", "59.6,-90.1", f"{good},nothing"]
        done = run("lon,lat,category\n" + "\n".join(line + "," * (2 - line.count(",")) for line in lines) + "\n")
        assert done.code == 3
        answers = new(done.bytes)
        assert answers[0] == ["sample", "1", "1-1", "", "covers"]
        assert answers[1:] == [["", "", "", "", "invalid"]] * 8
        assert [each[-1] for each in table(done.bytes)[2:]] == [""] * 8
        assert "Without longitude and latitude: 5 (line 3, 4, 5, 6, 7)" in done.said
        assert "With a longitude or latitude that is out of range: 2 (line 8, 9)" in done.said
        assert "With a category that does not exist: 1 (line 10)" in done.said
        assert "Rows without an answer: 8" in done.said

    def test_of_many_the_first_lines_are_named(self, run):
        done = run("lon,lat\n" + "x,y\n" * 9)
        assert "Without longitude and latitude: 9 (line 2, 3, 4, 5, 6, …)" in done.said

    def test_a_line_is_counted_where_it_begins_though_rows_before_it_take_several(self, run):
        done = run(f'note,lon,lat\n"a\nb\nc",{row(500, 200)}\nd,x,y\n')
        assert "(line 5)" in done.said

    def test_exchanged_axes_are_hinted_at(self, run):
        lon, lat = lonlat(500, 200)
        done = run(f"lon,lat\n{lat},{lon}\n{lon},{lat}\n")
        assert (done.code, [each[4] for each in new(done.bytes)]) == (3, ["refused", "covers"])
        assert "Outside, but inside with longitude and latitude exchanged" in done.said
        assert "(line 2)" in done.said

    def test_a_place_too_far_away_is_refused_and_one_less_far_is_outside(self, run):
        done = run(points((500, 200), (-500, 200), (-30_000, 200)))
        assert done.code == 3
        assert [each[4] for each in new(done.bytes)] == ["covers", "outside", "refused"]
        assert [each[-1] for each in table(done.bytes)[2:]] == ["499.86", ""]
        assert "Further from every city than the service reaches: 1 (line 4)" in done.said

    def test_the_answer_of_a_row_does_not_depend_on_the_rows_around_it(self, run):
        done = run("lon,lat,category\n" + f"x,y,\n{row(500, 200)},pothole\n{row(1500, 500)},none\n" * 50)
        invalid = ["", "", "", "", "invalid"]
        assert new(done.bytes) == [invalid, WEST, invalid] * 50


def feature(x: float, y: float, **properties) -> dict:
    geometry = {"type": "Point", "coordinates": list(lonlat(x, y))}
    return {"type": "Feature", "geometry": geometry, "properties": {"category": "pothole"} | properties}


def collection(*rows: dict, **members) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": list(rows), "after": {"kept": [1.10]}})


def answered(properties: dict) -> list:
    return [properties[name] for name in ADDED[:-1]]


WEST_JSON, EAST_JSON = WEST, [value or None for value in EAST]


class TestGeoJson:
    def test_each_feature_goes_out_with_new_properties(self, run):
        content = collection(feature(500, 200, n=1), feature(1500, 500, n=2), name="points")
        done = run(content, "in.geojson", "out.geojson")
        written, before = json.loads(done.bytes), json.loads(content)
        assert [answered(each["properties"]) for each in written["features"]] == [WEST_JSON, EAST_JSON]
        assert written["features"][0]["properties"]["edge_m"] == 199.94
        for each in written["features"]:
            for name in ADDED:
                del each["properties"][name]
        assert written == before

    def test_what_a_feature_holds_is_repeated_letter_for_letter(self, run):
        lon, lat = lonlat(500, 200)
        text = (
            f'{{ "properties" : {{"a":1.10, "b":"\\u06a9 }}{{", "c":{{"d":[]}} }},"id":12345678901234567890, '
            f'"geometry":{{"type":"Point","coordinates":[{lon}0,{lat}, 5]}},"type":"Feature"}}'
        )
        done = run(f'{{"features":[\n{text}\n]}}', "in.geojson", "out.geojson")
        added = ',"city":"sample","district":"1","zone":"1-1","department":null,"method":"covers","edge_m":199.94'
        head, tail = text.split('"c":{"d":[]} }')
        assert done.bytes.decode() == f'{{"features":[\n{head}"c":{{"d":[]}} {added}}}{tail}\n]}}'

    @pytest.mark.parametrize("properties", [{"properties": None}, {"properties": {}}, {}])
    def test_a_feature_without_properties_gets_some(self, run, properties):
        given = {"type": "Feature", "geometry": feature(500, 200)["geometry"]} | properties
        written = json.loads(run(collection(given), "in.geojson", "out.geojson").bytes)
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
    def test_a_feature_that_is_no_point_is_kept_and_named(self, run, geometry):
        bad = feature(500, 200) | {"geometry": geometry}
        done = run(collection(feature(500, 200), bad), "in.geojson", "out.geojson")
        assert done.code == 3
        assert [each["properties"]["method"] for each in json.loads(done.bytes)["features"]] == ["covers", "invalid"]
        assert "(feature 2)" in done.said

    def test_features_are_the_same_however_the_text_is_cut(self, run, monkeypatch):
        content = collection(*(feature(number * 20, 200, text='«گیومه»\\"') for number in range(40)), crs=None)
        whole = run(content, "in.geojson", "out.geojson")
        for size in (1, 7, 100):
            monkeypatch.setattr(jsontext, "BLOCK", size)
            assert run(content, "in.geojson", "out.geojson").bytes == whole.bytes
        assert len(json.loads(whole.bytes)["features"]) == 40

    def test_lines_of_features_go_out_a_line_each_and_become_a_collection_on_demand(self, run):
        lines = "".join(json.dumps(each) + "\n" for each in (feature(500, 200), feature(1500, 500)))
        done = run(lines, "in.geojsonl", "out.geojsonl")
        written = [json.loads(line) for line in done.bytes.splitlines()]
        assert [answered(each["properties"]) for each in written] == [WEST_JSON, EAST_JSON]
        assert json.loads(run(lines, "in.geojsonl", "out.geojson").bytes)["features"] == written
        pretty = "\x1e" + json.dumps(feature(500, 200), indent=1) + "\n\x1e" + json.dumps(feature(1500, 500), indent=1)
        assert [json.loads(line) for line in run(pretty, "in.geojsonl", "out.geojsonl").bytes.splitlines()] == written
        of_collection = run(collection(feature(500, 200), feature(1500, 500)), "in.geojson", "out.geojsonl")
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
    def test_what_is_no_collection_of_features_is_answered_with_a_sentence(self, run, content, sentence):
        done = run(content, "in.geojson", "out.geojson")
        assert (done.code, done.bytes) == (1, None)
        assert sentence in done.said

    def test_a_collection_in_our_coordinates_by_name_is_welcome(self, run):
        named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
        assert run(collection(feature(500, 200), crs=named), "in.geojson", "out.geojson").code == 0


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


class TestPlaces:
    def test_standard_input_and_output(self, run, monkeypatch, capsysbinary):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(points((500, 200)).encode())))
        code, said = called("-", "-", **{"from": "csv"})
        assert code == 0
        assert new(capsysbinary.readouterr().out) == [WEST]
        assert "1 rows" in said

    def test_a_format_that_no_name_tells_is_asked_for(self):
        code, said = called("-", "-")
        assert code == 1
        assert "--from csv|geojson|geojsonseq|parquet" in said

    def test_parquet_is_not_read_from_a_stream(self, monkeypatch):
        class Pipe(io.BytesIO):
            def seekable(self):
                return False

        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=Pipe(b"PAR1")))
        code, said = called("-", "-", **{"from": "parquet"})
        assert (code, "from a file" in said) == (1, True)

    def test_gzip_is_unpacked_and_packed(self, run):
        done = run(gzip.compress(points((500, 200)).encode()), "in.csv.gz", "out.csv.gz")
        assert new(gzip.decompress(done.bytes)) == [WEST]

    @pytest.mark.parametrize("cut", [5, 30, -3])
    def test_damaged_gzip_is_answered_with_a_sentence(self, run, cut):
        done = run(gzip.compress(points(*[(500, 200)] * 100).encode())[:cut], "in.csv.gz")
        assert (done.code, done.bytes) == (1, None)

    def test_rows_do_not_change_their_kind(self, run):
        done = run(points((500, 200)), "in.csv", "out.geojson")
        assert (done.code, done.bytes) == (1, None)
        assert "CSV to CSV" in done.said

    @pytest.mark.parametrize("link", [os.link, os.symlink])
    def test_the_same_file_by_another_name_is_refused_and_stays(self, tmp_path, link):
        source, other = tmp_path / "in.csv", tmp_path / "other.csv"
        source.write_text(points((500, 200)))
        link(source, other)
        for target in (source, other):
            code, said = called(str(source), str(target))
            assert (code, said) == (1, "IN and OUT are the same file.")
        assert source.read_text() == points((500, 200))

    def test_what_was_there_stays_until_all_is_written(self, tmp_path):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(points((500, 200)) + "1,2,3,4,5\n")
        target.write_text("before")
        assert called(str(source), str(target))[0] == 1
        assert target.read_text() == "before"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]

    def test_a_link_stays_a_link(self, tmp_path):
        source, target, link = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "link.csv"
        source.write_text(points((500, 200)))
        link.symlink_to(target)
        assert called(str(source), str(link))[0] == 0
        assert link.is_symlink()
        assert new(target.read_bytes()) == [WEST]

    def test_a_pipe_is_written_as_it_is(self, tmp_path):
        source, pipe = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(points((500, 200)))
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
            assert called(str(source), str(pipe))[0] == 0
            assert new(reader.stdout.read()) == [WEST]
        assert pipe.is_fifo()

    @pytest.mark.parametrize(
        ("source", "target"), [("missing.csv", "out.csv"), (".csv", "out.csv"), ("in.csv", "no/where.csv")]
    )
    def test_a_place_that_is_not_there_is_named(self, tmp_path, source, target):
        (tmp_path / "in.csv").write_text(points((500, 200)))
        (tmp_path / ".csv").mkdir()
        code, said = called(str(tmp_path / source), str(tmp_path / target))
        assert code == 1
        assert str(tmp_path) in said


class TestDays:
    def test_a_city_has_its_own_today(self, run, small_city):
        chicago = CityFactory(code="chicago", time_zone="America/Chicago", metric_srid=32616)
        BoundaryFactory(jurisdiction=chicago, shape=square(50_000, 0), in_force=DateRange(date(2026, 3, 21), None))
        with time_machine.travel("2026-03-21T01:00:00Z", tick=False):  # still the 20th in Chicago
            both = run(points((500, 200)), on=None)
            assert (both.code, both.bytes) == (1, None)
            assert "not the same day in all cities" in both.said
            assert run(points((500, 200)), on=None, city="sample").code == 0
            assert "No boundaries are in force on 2026-03-20." in run(points(), on=None, city="chicago").said

    def test_the_columns_are_the_levels_of_the_city(self, run, small_city):
        village = CityFactory(code="village", metric_srid=32640)
        BoundaryFactory(jurisdiction=village, shape=square(50_000, 0))
        done = run(points((500, 200)), city="village")
        assert table(done.bytes)[0][3:] == ["city", "department", "method", "edge_m"]
        assert table(done.bytes)[1][3:5] == ["sample", "1-civil-works"]

    def test_an_unknown_city_is_told_the_known_ones(self, run):
        assert "There is no city x; known are: sample." in run(points(), city="x").said

    def test_a_day_without_boundaries_is_told(self, run):
        assert "No boundaries are in force on 2001-01-01." in run(points(), on="2001-01-01").said

    @pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "1405/01/01"])
    def test_a_day_that_is_none_is_refused(self, run, day):
        assert run(points(), on=day).code != 0


class TestCategories:
    def test_an_inactive_category_is_known(self, run):
        CategoryFactory(code="old", is_active=False)
        assert run(points((500, 200), category="old")).code == 0

    def test_a_row_without_a_category_has_jurisdictions_and_no_department(self, run):
        assert new(run(f"lon,lat\n{row(500, 200)}\n").bytes) == [["sample", "1", "1-1", "", "covers"]]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestProgress:
    def test_a_terminal_sees_a_bar_that_goes_away(self):
        screen, now = Screen(), iter([0.0, 1.0, 1.1, 2.0])
        screen.write = lambda msg, ending="": io.StringIO.write(screen, msg)
        progress = Progress(screen, clock=lambda: next(now))
        for rows, share in ((1000, 0.25), (1100, 0.3), (2000, None)):
            progress.tell(rows, share)
        progress.end()
        shown = screen.getvalue().split("\r")[1:]
        assert len(shown) == 3
        assert "[########" in shown[0]
        assert " 25%  1,000 rows, 1,000 a second, 0:03 left" in shown[0]
        assert shown[1].startswith("2,000 rows, 1,000 a second")
        assert shown[2] == "\x1b[K"

    def test_whoever_is_no_terminal_sees_none(self, run):
        assert "\r" not in run(points((500, 200))).said
