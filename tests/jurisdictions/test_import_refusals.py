"""What `import_boundaries` cannot take it refuses in a sentence that says what to do, and stores nothing."""

import json

import pytest
import shapely
from django.core.management import CommandError, call_command
from shapely import MultiPolygon
from shapely.geometry import shape

from jurisdictions.models import BoundarySet, Jurisdiction, Level
from tests.boundary_files import convert, east, feature, new_city, run_import, west, write, write_wkt
from tests.factories import LevelFactory
from tests.shapes import lonlat, polygon, rectangle, square

pytestmark = pytest.mark.django_db

BOW_TIE = polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])


@pytest.fixture
def refused(town):
    """Import a file that must be refused; the sentence."""

    def attempt(path, *words, **values):
        before = BoundarySet.objects.count(), Jurisdiction.objects.count(), Level.objects.count()
        with pytest.raises(CommandError) as error:
            run_import(path, *words, **values)
        assert error.value.returncode == 1
        assert (BoundarySet.objects.count(), Jurisdiction.objects.count(), Level.objects.count()) == before
        return str(error.value)

    return attempt


@pytest.fixture
def refused_of(refused, tmp_path):
    """The same for a GeoJSON file of these features."""

    def attempt(*features, words=(), **values):
        return refused(write(tmp_path / "a.geojson", *features), *words, **values)

    return attempt


class TestFiles:
    def test_a_missing_one(self, refused, tmp_path):
        assert refused(tmp_path / "no.geojson").endswith("no.geojson is not there.")
        assert "cannot be read: File name too long." in refused(tmp_path / ("x" * 300))

    @pytest.mark.parametrize(
        ("name", "content"),
        [("a.geojson", b"not JSON"), ("a.geojson", b""), ("a.shp", b"\x00" * 200), ("a.gpkg", b"SQLite format 3\x00")],
    )
    def test_one_that_gdal_cannot_read(self, refused, tmp_path, name, content):
        (tmp_path / name).write_bytes(content)
        assert f"{name} is no file of shapes that GDAL can read" in refused(tmp_path / name)

    def test_one_that_ends_in_the_middle(self, refused, tmp_path):
        file = write(tmp_path / "a.geojson", west(), east())
        file.write_text(file.read_text()[:-80])
        assert "is no file of shapes that GDAL can read" in refused(file)

    def test_a_damaged_zip_and_one_of_many_files(self, refused, tmp_path):
        (tmp_path / "a.zip").write_bytes(b"PK nonsense")
        assert "a.zip is a damaged zip." in refused(tmp_path / "a.zip")

    def test_no_features(self, refused_of):
        assert "a.geojson has no features." in refused_of()

    def test_several_layers_and_none_named(self, refused, tmp_path):
        file = convert(write(tmp_path / "a.geojson", west()), tmp_path / "two.gpkg", "-nln", "first")
        convert(tmp_path / "a.geojson", file, "-update", "-nln", "second")
        assert "several layers: name one of first, second by --layer." in refused(file)
        assert "has no layer third; it has first, second." in refused(file, "--layer", "third")

    def test_an_address_is_no_file(self, refused):
        assert "is not there" in refused("PG:dbname=cityeye")

    def test_texts_in_an_encoding_that_is_not_said(self, refused, tmp_path):
        file = convert(write(tmp_path / "a.geojson", west()), tmp_path / "a.shp", "-lco", "ENCODING=CP1256")
        file.with_suffix(".cpg").unlink()
        assert "not UTF-8: name their encoding, such as --encoding cp1256." in refused(file)
        assert "was read in the wrong encoding" in refused(file, "--encoding", "latin-1")
        assert "nonsense is no encoding" in refused(file, "--encoding", "nonsense")

    def test_an_overpass_answer_whose_ways_do_not_close(self, refused, tmp_path):
        way = {
            "type": "way",
            "ref": 1,
            "role": "outer",
            "geometry": [{"lon": 59.6, "lat": 36.3}, {"lon": 59.7, "lat": 36}],
        }
        answer = {"elements": [{"type": "relation", "id": 5, "tags": {"code": "1"}, "members": [way]}]}
        (tmp_path / "a.json").write_text(json.dumps(answer))
        assert "the ways of relation 5 do not close into rings." in refused(tmp_path / "a.json")


class TestProperties:
    def test_one_that_is_missing_names_those_there_are(self, refused_of):
        said = refused_of(west(), words=["--code-property", "nummer"])
        assert "a.geojson has no property nummer; it has: code, name." in said

    @pytest.mark.parametrize("code", ["", "   ", None])
    def test_a_blank_code(self, refused_of, code):
        assert refused_of(west(), feature(square(1000, 0), code)) == "Feature 2 has no code."

    def test_a_code_twice(self, refused_of):
        said = refused_of(west(), feature(square(1000, 0), "1"))
        assert "The code 1 stands 2 times, in features 1 and 2: correct one, or give --dissolve" in said

    def test_a_code_that_is_none(self, refused_of):
        assert "way/7: code: Enter a valid" in refused_of(feature(square(0, 0), "way/7"))

    def test_no_name(self, refused_of):
        assert "Feature 1 (1) has no name" in refused_of(west(name=" "))

    def test_a_name_without_end(self, refused_of):
        assert "is longer than 200 letters" in refused_of(west(name="آ" * 201))

    @pytest.mark.parametrize("name", ["ãäØÞå 1", "Ù…Ù†Ø·Ù‚Ù‡", "ظ…ظ†ط·ظ‚ظ‡", "من\ufffdقه"])
    def test_a_name_read_in_the_wrong_encoding(self, refused_of, name):
        assert "was read in the wrong encoding: give --encoding." in refused_of(west(name=name))

    @pytest.mark.parametrize("name", ["Österåker", "Łódź", "São Paulo", "منطقهٔ ۱ — غرب", "Île-de-France"])
    def test_but_accents_are_none(self, town, tmp_path, name):
        assert "Stored." in run_import(write(tmp_path / "a.geojson", west(name=name)))

    def test_a_parent_that_is_not_there(self, refused_of):
        words = ["--parent-level", "province"]
        assert "There is no level province" in refused_of(west(), words=words)
        LevelFactory(code="zone")
        said = refused_of(west(), words=["--parent-level", "zone"])
        assert said == "On 2025-03-21 town has no boundaries of the level zone: import them first."

    def test_a_parent_of_another_name(self, refused_of, tmp_path):
        run_import(write(tmp_path / "d.geojson", west()))
        words = ["--parent-level", "district", "--parent-property", "in"]
        zone = feature(square(0, 0), "z", **{"in": "9"})
        said = refused_of(zone, words=words, level="zone")
        assert said == "z names the district 9 as its parent, which has no boundary on the first day."


class TestShapes:
    def test_points_among_polygons(self, refused_of):
        point = feature(shapely.Point(lonlat(0, 0)), "p")
        assert "Feature 2 is no polygon but a Point: leave it out of the file." in refused_of(west(), point)

    def test_lines_without_a_width_and_polygons_with_one(self, refused_of):
        line = feature(shapely.LineString([lonlat(0, 0), lonlat(9, 0)]), "l")
        assert "Feature 2 is a line: give --buffer METRES" in refused_of(west(), line)
        said = refused_of(line, east(), words=["--buffer", "10"])
        assert "Feature 2 is no line but a Polygon: --buffer makes corridors of lines alone." in said

    def test_none_at_all(self, refused_of):
        assert refused_of(west(), feature(None, "2")) == "Feature 2 has no shape."

    def test_coordinates_that_are_not_numbers(self, refused, tmp_path):
        file = tmp_path / "a.geojson"
        write(file, west())
        file.write_text(file.read_text().replace("59.6,", "NaN,", 1))
        assert refused(file) == "Feature 1 has coordinates that are not numbers."

    def test_rings_of_too_few_points(self, refused, tmp_path):
        ring = write(tmp_path / "a.geojson", west())
        document = json.loads(ring.read_text())
        document["features"][0]["geometry"]["coordinates"] = [[[59.6, 36.3], [59.7, 36.3], [59.6, 36.3]]]
        ring.write_text(json.dumps(document))
        assert "Feature 1 (1) has no ground: its rings have too few points or are lines." in refused(ring)

    def test_r17_a_bow_tie_with_its_doubtful_half_on_the_map(self, refused_of, tmp_path):
        said = refused_of(feature(BOW_TIE, "1"), words=["--faults", str(tmp_path / "out.geojson")])
        assert "A fault is wider than 5 m (invalid;" in said
        [fault] = json.loads((tmp_path / "out.geojson").read_text())["features"]
        assert fault["properties"]["reason"] == "Self-intersection"
        assert fault["properties"]["area_m2"] == pytest.approx(250_000, rel=0.01)

    def test_r17_a_wide_overlap_with_its_place_and_size_on_the_map(self, refused_of, tmp_path):
        wide = feature(rectangle(0, 0, width=1050, height=1000), "1")
        said = refused_of(wide, east(), words=["--faults", str(tmp_path / "out.geojson")])
        assert said == (
            "A fault is wider than 5 m (overlap; the widest 50.0 m at 1, 2): "
            "correct the file, raise --tolerance, or --accept what is meant."
        )
        [fault] = json.loads((tmp_path / "out.geojson").read_text())["features"]
        assert fault["properties"]["codes"] == ["1", "2"]
        assert fault["properties"]["area_m2"] == pytest.approx(50_000, rel=0.01)
        assert shape(fault["geometry"]).contains(shapely.Point(lonlat(1025, 500)))

    def test_but_a_wide_overlap_within_the_tolerance_given_is_mended(self, town, tmp_path):
        wide = feature(rectangle(0, 0, width=1050, height=1000), "1")
        file = write(tmp_path / "a.geojson", wide, east())
        assert "mended  overlap" in run_import(file, "--tolerance", "60")

    def test_r17_a_gap_too_wide_for_a_strip_and_too_narrow_for_an_enclave(self, refused_of):
        frame = feature(square(0, 0, side=900).difference(square(300, 300, side=50)), "1")
        assert "(gap; the widest 50.0 m at 1)" in refused_of(frame)

    def test_but_what_is_wide_enough_to_be_meant_is_only_noted(self, town, tmp_path):
        frame = feature(square(0, 0, side=900).difference(square(300, 300, side=50)), "1")
        assert "an enclave" in run_import(write(tmp_path / "a.geojson", frame), "--enclave", "40")

    def test_r17_a_part_outside_the_parent(self, refused_of, tmp_path):
        run_import(write(tmp_path / "d.geojson", west()))
        zone = feature(rectangle(900, 0, width=150, height=200), "z")
        said = refused_of(zone, words=["--parent-level", "district"], level="zone")
        assert "(outside; the widest 50.0 m at z, 1)" in said

    def test_ten_thousand_parts_are_taken(self, town, tmp_path):
        lon, lat = lonlat(0, 0)
        boxes = [shapely.box(lon + x / 1000, lat + y / 1000, lon + (x + 0.5) / 1000, lat + (y + 0.5) / 1000)
                 for x in range(100) for y in range(100)]  # fmt: skip
        printed = run_import(write(tmp_path / "a.geojson", feature(MultiPolygon(boxes), "1")))
        assert "Stored." in printed


class TestPlaces:
    METRES = "POLYGON ((733465 4020360, 734465 4020360, 734465 4021360, 733465 4021360, 733465 4020360))"

    def test_a_file_without_a_system(self, refused, tmp_path):
        file = write_wkt(tmp_path / "a.csv", a=square(0, 0).wkt)
        assert "a.csv does not say in which system its coordinates are: give --crs" in refused(file)

    def test_a_system_that_is_none(self, refused, tmp_path):
        file = write_wkt(tmp_path / "a.csv", a=square(0, 0).wkt)
        assert "EPSG:1 names no coordinate system" in refused(file, "--crs", "EPSG:1")

    def test_metres_taken_for_degrees(self, refused, tmp_path):
        file = write_wkt(tmp_path / "a.csv", a=self.METRES)
        said = refused(file, "--crs", "EPSG:4326")
        assert "Coordinates such as 733465, 4020360 lie nowhere in EPSG:4326 (WGS 84): name the system" in said

    def test_another_system_than_the_right_one(self, refused, tmp_path):
        file = write_wkt(tmp_path / "a.csv", a=self.METRES)
        assert "where that system is not used" in refused(file, "--crs", "EPSG:27700")

    def test_a_neighboring_zone_puts_it_far_from_the_city(self, refused, town, tmp_path):
        run_import(write(tmp_path / "d.geojson", west()))
        file = write_wkt(tmp_path / "a.csv", a=self.METRES)
        said = refused(file, "--crs", "EPSG:32641", first_day="2026-01-01")
        assert said.endswith("far from town: is it the right file, and the right --crs?")

    def test_exchanged_axes_in_a_city_that_is_known(self, refused, town, tmp_path):
        run_import(write(tmp_path / "d.geojson", west()))
        swapped = shapely.transform(square(0, 0, side=1000), lambda points: points[:, ::-1])
        said = refused(write(tmp_path / "a.geojson", feature(swapped, "1")), first_day="2026-01-01")
        assert "far from town, but exchanged within it: give --swap-axes." in said

    def test_exchanged_axes_in_a_new_city(self, refused, tmp_path):
        swapped = shapely.transform(square(0, 0, side=1000), lambda points: points[:, ::-1])
        file = write(tmp_path / "a.geojson", feature(swapped, "1"))
        said = refused(file, *new_city(), city="new")
        assert "from the place that Asia/Tehran is named for; exchanged they are" in said

    def test_exchanged_axes_of_a_national_grid(self, refused, tmp_path):
        file = write_wkt(
            tmp_path / "a.csv", a="POLYGON ((4020360 733465, 4020360 734465, 4021360 734465, 4020360 733465))"
        )
        assert "give --swap-axes" in refused(file, "--crs", "EPSG:32640")

    def test_beyond_longitude_180(self, refused_of):
        assert "cut the shapes at longitude 180" in refused_of(feature(shapely.box(179.9, -17, 180.1, -16.9), "1"))

    def test_round_the_globe_instead_of_across_longitude_180(self, refused_of):
        across = feature(shapely.box(-179.9, -17, 179.9, -16.9), "1")
        assert "Feature 1 reaches half round the globe: where it crosses longitude 180" in refused_of(across)

    def test_but_a_city_on_both_sides_of_longitude_180_is_taken(self, db, tmp_path):
        halves = MultiPolygon([shapely.box(179.95, -17, 180, -16.9), shapely.box(-180, -17, -179.95, -16.9)])
        run_import(write(tmp_path / "a.geojson", feature(halves, "1")), *new_city("Pacific/Fiji"), city="taveuni")
        assert Jurisdiction.objects.get(code="taveuni").metric_srid in (32701, 32760)


class TestOrders:
    def test_a_city_that_is_not_there(self, refused_of):
        assert refused_of(west(), city="other") == (
            "There is no city other (there is town); to make it, give its --time-zone and a name."
        )

    def test_a_new_city_without_a_name_or_with_a_time_zone_that_is_none(self, refused_of):
        assert "needs a name" in refused_of(west(), words=["--time-zone", "Asia/Tehran"], city="new")
        assert "Asia/Nowhere is no time zone" in refused_of(west(), words=new_city("Asia/Nowhere"), city="new")

    @pytest.mark.parametrize("srid", ["4326", "3857", "27700"])
    def test_a_system_that_does_not_measure_metres_there(self, refused_of, srid):
        said = refused_of(west(), words=[*new_city(), "--metric-srid", srid], city="new")
        assert "does not measure metres around" in said
        assert "or take EPSG:32640" in said

    def test_a_level_that_is_there_and_different(self, refused_of):
        said = refused_of(west(), words=["--rank", "99"])
        assert "The level district is there already (rank 10, closes gaps)" in said

    def test_a_new_level_whose_rank_or_code_is_none(self, refused_of):
        assert "--rank is 1 or more" in refused_of(west(), words=["--rank", "0"], level="ward")
        assert "The level a b cannot be made: code: Enter a valid" in refused_of(west(), level="a b")

    @pytest.mark.parametrize("day", ["2025-02-30", "1404/13/01", "9999-12-31", "0001/01/01", "soon", ""])
    def test_a_day_that_is_none(self, refused_of, day):
        assert "is no day: write it as 2025-03-21 or 1404/01/01." in refused_of(west(), first_day=day)

    def test_a_first_day_before_the_current_sets(self, refused_of, tmp_path):
        run_import(write(tmp_path / "d.geojson", west()))
        said = refused_of(east(), first_day="2024-03-20")
        assert "Other shapes hold from 2025-03-21 on: new ones must begin on a later day, not on 2024-03-20." in said

    @pytest.mark.parametrize("metres", ["-1", "nan", "inf"])
    def test_a_tolerance_that_is_none(self, refused_of, metres):
        assert "--tolerance is a number of metres" in refused_of(west(), words=[f"--tolerance={metres}"])

    def test_parents_that_do_not_pair(self, refused_of):
        said = refused_of(west(), words=["--parent-property", "in"])
        assert "Give a --parent-property for each --parent-level" in said

    def test_no_source(self, refused_of):
        assert "--source names the act" in refused_of(west(), words=["--source", " "])

    def test_a_file_of_faults_that_cannot_be_written(self, refused_of, tmp_path):
        said = refused_of(feature(BOW_TIE, "1"), words=["--faults", str(tmp_path / "no" / "out.geojson")])
        assert "out.geojson cannot be written" in said

    def test_a_command_line_says_what_it_lacks(self):
        with pytest.raises(CommandError, match="--city"):
            call_command("import_boundaries", "a.geojson")
