"""`import_boundaries` loads any city from any file, mends what is narrow, and tells what it found and changed."""

import json
from datetime import date

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.test import Client
from shapely.geometry import shape

from jurisdictions.models import Boundary, BoundarySet, Jurisdiction, Level
from tests.boundary_files import convert, east, feature, new_city, run_import, west, write, write_wkt
from tests.factories import CityFactory, LevelFactory
from tests.shapes import lonlat, polygon, rectangle, square

pytestmark = pytest.mark.django_db
LATER = "2026-03-21"


@pytest.fixture
def town():
    LevelFactory()
    return CityFactory(code="town")


@pytest.fixture
def districts(tmp_path):
    return write(tmp_path / "districts.geojson", west(), east())


def ground(code, on=date(2030, 1, 1)):
    """The shape of a jurisdiction on a day."""
    boundary = Boundary.objects.in_force(on=on).get(jurisdiction__code=code)
    return shapely.from_wkb(bytes(boundary.shape.wkb))


def area(code, on=date(2030, 1, 1)):
    return Boundary.objects.in_force(on=on).get(jurisdiction__code=code).area_m2


class TestANewCity:
    def test_comes_with_its_calendar_and_metres_and_its_level(self, districts):
        printed = run_import(districts, *new_city())
        city = Jurisdiction.objects.get(code="town")
        assert (city.name_fa, city.time_zone, city.metric_srid) == ("شهر نمونه", "Asia/Tehran", 32640)
        assert "New city town: Asia/Tehran, metres by EPSG:32640" in printed
        level = Level.objects.get(code="district")
        assert (level.rank, level.closes_gaps) == (10, True)

    def test_answers_for_a_place_at_once(self, districts, client: Client):
        run_import(districts, *new_city(), "--with-city")
        lon, lat = lonlat(500, 500)
        answer = client.get("/api/v1/route", {"lon": lon, "lat": lat}).json()["properties"]
        assert (answer["district"]["code"], answer["city"]) == ("1", "town")

    def test_lies_beside_another_with_the_same_codes(self, districts, tmp_path):
        run_import(districts, *new_city())
        far = shapely.transform(square(0, 0, side=1000), lambda points: points - (40, 0))
        run_import(write(tmp_path / "far.geojson", feature(far, "1")), *new_city("Europe/Rome"), city="far")
        cities = {row.root.code: row for row in Jurisdiction.objects.filter(code="1").select_related("root")}
        assert {code: row.root.time_zone for code, row in cities.items()} == {
            "town": "Asia/Tehran",
            "far": "Europe/Rome",
        }
        assert cities["far"].root.metric_srid == 32634

    def test_has_the_union_of_the_shapes_as_its_ground_if_asked_for(self, districts):
        run_import(districts, *new_city(), "--with-city")
        assert area("town") == pytest.approx(2e6, rel=0.01)

    def test_can_have_its_own_ground_imported(self, town, tmp_path):
        both = rectangle(0, 0, width=2000, height=1000)
        run_import(write(tmp_path / "city.geojson", feature(both, "town")), level="city")
        assert area("town") == pytest.approx(2e6, rel=0.01)

    def test_can_begin_with_its_own_ground_alone(self, tmp_path):
        ground = {"type": "Feature", "properties": {}, "geometry": west()["geometry"]}
        file = write(tmp_path / "city.geojson", ground)
        words = ["--level", "city", "--city", "town", "--first-day", LATER, "--source", "act 1", *new_city()]
        call_command("import_boundaries", str(file), *words, verbosity=0)
        assert area("town") == pytest.approx(1e6, rel=0.01)

    def test_measures_in_the_system_given(self, districts):
        run_import(districts, *new_city(), "--metric-srid", "32639")
        assert Jurisdiction.objects.get(code="town").metric_srid == 32639


class TestLevels:
    def test_a_level_after_the_first_ranks_above_and_closes_no_gaps(self, town, districts, tmp_path):
        run_import(districts)
        parks = write(tmp_path / "parks.geojson", feature(square(100, 100), "p", "بوستان"))
        printed = run_import(parks, "--level-name-fa", "پارک", "--parent-level", "district", level="park")
        level = Level.objects.get(code="park")
        assert (level.name_fa, level.name_en, level.rank, level.closes_gaps) == ("پارک", "Park", 20, False)
        assert "New level park: rank 20, does not close gaps." in printed

    def test_rank_and_gaps_can_be_said(self, town, districts):
        run_import(districts, "--rank", "35", "--no-closes-gaps", level="ward")
        level = Level.objects.get(code="ward")
        assert (level.rank, level.closes_gaps) == (35, False)

    def test_shapes_of_a_level_that_closes_no_gaps_may_overlap(self, town, tmp_path):
        LevelFactory(code="park")
        file = write(tmp_path / "parks.geojson", feature(square(0, 0), "a"), feature(square(50, 0), "b"))
        printed = run_import(file, level="park")
        assert "noted  overlap" in printed
        assert area("a") == pytest.approx(10_000, rel=0.01)
        assert area("b") == pytest.approx(10_000, rel=0.01)

    def test_corridors_are_lines_with_a_width_in_metres(self, town, tmp_path):
        line = shapely.LineString([lonlat(0, 0), lonlat(1000, 0)])
        other = shapely.LineString([lonlat(1000, 0), lonlat(1000, 500)])
        file = write(tmp_path / "roads.geojson", feature(line, "ring"), feature(other, "ring"))
        run_import(file, "--buffer", "20", "--dissolve", level="corridor", first_day=LATER)
        assert area("ring") == pytest.approx(1500 * 40, rel=0.02)


class TestParents:
    def test_the_parent_is_whoever_has_most_of_the_ground(self, town, districts, tmp_path):
        run_import(districts)
        zones = [
            feature(rectangle(600, 0, width=398, height=400), "a"),
            feature(rectangle(998, 0, width=600, height=400), "b"),
        ]
        run_import(write(tmp_path / "zones.geojson", *zones), "--parent-level", "district", level="zone")
        assert Jurisdiction.objects.get(code="a").parent.code == "1"
        assert Jurisdiction.objects.get(code="b").parent.code == "2"

    def test_a_property_may_name_the_parent_and_a_further_level_stands_in(self, town, districts, tmp_path):
        run_import(districts)
        zone = write(tmp_path / "zones.geojson", feature(square(0, 0, side=400), "z"))
        run_import(zone, "--parent-level", "district", level="zone")
        quarters = [
            feature(square(0, 0, side=200), "q1", zone="z", district="1"),
            feature(square(1200, 0, side=200), "q2", zone=None, district=2),
        ]
        words = ["--parent-level", "zone", "--parent-property", "zone"]
        words += ["--parent-level", "district", "--parent-property", "district"]
        run_import(write(tmp_path / "quarters.geojson", *quarters), *words, level="quarter")
        parents = {row.code: row.parent for row in Jurisdiction.objects.filter(level__code="quarter")}
        assert {code: (row.level.code, row.code) for code, row in parents.items()} == {
            "q1": ("zone", "z"),
            "q2": ("district", "2"),
        }

    def test_what_lies_in_no_parent_lies_right_in_the_city_and_is_named(self, town, districts, tmp_path):
        run_import(districts)
        park = write(tmp_path / "parks.geojson", feature(square(3000, 0), "far", "بوستان"))
        printed = run_import(park, "--parent-level", "district", level="park")
        assert Jurisdiction.objects.get(code="far").parent == town
        assert "1 lie in no district, but right in the city: far." in printed

    def test_what_reaches_beyond_the_parent_is_cut_off_if_asked_for(self, town, districts, tmp_path):
        run_import(districts)
        park = write(tmp_path / "parks.geojson", feature(rectangle(800, 0, width=300, height=100), "p"))
        run_import(park, "--parent-level", "district", "--clip", level="park")
        assert area("p") == pytest.approx(200 * 100, rel=0.01)


class TestMending:
    def test_a_narrow_overlap_goes_to_the_smaller_shape(self, town, tmp_path):
        wide = feature(rectangle(0, 0, width=1003, height=1000), "1")
        run_import(write(tmp_path / "two.geojson", wide, feature(rectangle(1000, 0, width=500, height=1000), "2")))
        assert area("1") == pytest.approx(1000 * 1000, rel=0.001)
        assert area("2") == pytest.approx(500 * 1000, rel=0.001)
        assert ground("1").intersection(ground("2")).area == pytest.approx(0, abs=1e-15)

    def test_where_three_claim_a_strip_the_smallest_has_it_and_none_is_lost(self, town, tmp_path):
        shapes = [
            feature(rectangle(0, 0, width=1002, height=1000), "1"),
            feature(rectangle(1000, 0, width=500, height=503), "2"),
            feature(rectangle(999, 500, width=700, height=500), "3"),
        ]
        run_import(write(tmp_path / "three.geojson", *shapes))
        assert area("1") == pytest.approx(1000 * 503 + 999 * 497, rel=0.001)
        assert area("3") == pytest.approx(700 * 500 - 500 * 3, rel=0.001)
        assert all(ground(one).intersection(ground(other)).area < 1e-15 for one, other in ("12", "13", "23"))
        assert area("2") == pytest.approx(500 * 503, rel=0.001)

    def test_a_wide_overlap_that_is_accepted_goes_to_the_smaller_shape_too(self, town, tmp_path):
        enclave = feature(square(300, 300, side=200), "2")
        run_import(write(tmp_path / "two.geojson", west(), enclave), "--accept", "overlap")
        assert area("1") == pytest.approx(1e6 - 200**2, rel=0.001)
        assert area("2") == pytest.approx(200**2, rel=0.001)

    def test_a_narrow_gap_goes_to_the_neighbor_with_the_longest_edge(self, town, tmp_path):
        frame = square(0, 0, side=900).difference(rectangle(300, 300, width=300, height=304))
        inside = feature(square(300, 300, side=300), "2")
        printed = run_import(write(tmp_path / "two.geojson", feature(frame, "1"), inside))
        assert "mended  gap" in printed
        both = ground("1").union(ground("2"))
        assert shapely.get_num_interior_rings(shapely.get_parts(both)).sum() == 0
        assert area("1") + area("2") == pytest.approx(900 * 900, rel=0.001)

    def test_a_narrow_exclave_goes_to_the_neighbor(self, town, tmp_path):
        strip = shapely.MultiPolygon([square(0, 0, side=500), rectangle(1000, 0, width=3, height=200)])
        shapes = [feature(strip, "1"), feature(rectangle(500, 0, width=500, height=500), "2")]
        printed = run_import(write(tmp_path / "two.geojson", *shapes))
        assert "mended  sliver" in printed
        assert area("1") == pytest.approx(500 * 500, rel=0.001)
        assert area("2") == pytest.approx(500 * 500 + 600, rel=0.001)

    def test_a_small_loop_in_a_ring_is_untangled(self, town, tmp_path):
        looped = polygon(
            [(0, 0), (1000, 0), (1000, 500), (1003, 503), (1003, 500), (1000, 503), (1000, 1000), (0, 1000)]
        )
        printed = run_import(write(tmp_path / "one.geojson", feature(looped, "1")))
        assert "mended  invalid" in printed
        assert "Self-intersection" in printed
        assert area("1") == pytest.approx(1e6, rel=0.001)

    def test_heights_arcs_and_open_rings_are_noted(self, town, tmp_path):
        file = write_wkt(
            tmp_path / "mixed.csv",
            a="POLYGON Z ((59.6 36.3 9, 59.61 36.3 9, 59.61 36.31 9, 59.6 36.31 9, 59.6 36.3 9))",
            b="CURVEPOLYGON (CIRCULARSTRING (59.62 36.3, 59.63 36.31, 59.64 36.3, 59.63 36.29, 59.62 36.3))",
            c="POLYGON ((59.65 36.3, 59.66 36.3, 59.66 36.31))",
        )
        printed = run_import(file, "--crs", "EPSG:4326")
        assert "1 of 3 features had heights, which were left out." in printed
        assert "1 of 3 features had arcs, which were drawn as lines." in printed
        assert "1 of 3 features had rings that did not end where they began, and were closed." in printed
        assert ground("b").area == pytest.approx(3.14e-4, rel=0.01)

    def test_mending_gives_the_same_ground_every_time(self, town, tmp_path):
        shapes = [feature(rectangle(0, 0, width=1003, height=1000), "1"), feature(square(1000, 0, side=1000), "2")]
        run_import(write(tmp_path / "a.geojson", *shapes))
        printed = run_import(write(tmp_path / "b.geojson", *reversed(shapes)))
        assert "Nothing has changed" in printed
        assert BoundarySet.objects.count() == 1


class TestWhatIsMeant:
    def test_an_enclave_of_somebody_else_is_noted_and_stays_open(self, town, tmp_path):
        frame = square(0, 0, side=1500).difference(square(500, 500, side=300))
        printed = run_import(write(tmp_path / "one.geojson", feature(frame, "1")))
        assert "an enclave" in printed
        assert area("1") == pytest.approx(1500**2 - 300**2, rel=0.001)

    def test_the_ground_of_the_city_is_filled_or_the_import_stops(self, town, districts, tmp_path):
        both = write(tmp_path / "city.geojson", feature(rectangle(0, 0, width=2000, height=1000), "town"))
        run_import(both, level="city")
        with pytest.raises(CommandError, match=r"A fault is wider than 5 m \(gap; the widest 999.9 m at 1"):
            run_import(write(tmp_path / "one.geojson", west()))
        run_import(write(tmp_path / "one.geojson", west()), "--accept", "gap")
        assert area("1") == pytest.approx(1e6, rel=0.01)


class TestTheDifference:
    @pytest.fixture
    def reform(self, town, districts, tmp_path):
        """From LATER on 1 takes 100 m from 2, and 3 is new in the east."""
        run_import(districts)
        shapes = [feature(rectangle(0, 0, width=1100, height=1000), "1"), feature(square(2000, 0, side=1000), "3")]
        return write(tmp_path / "reform.geojson", *shapes, feature(rectangle(1100, 0, width=900, height=1000), "2"))

    def test_says_what_each_gains_and_loses(self, reform):
        printed = run_import(reform, "--json", first_day=LATER)
        changes = {row["code"]: row for row in json.loads(printed)["changes"]}
        assert changes["1"]["gained_m2"] == pytest.approx(100_000, rel=0.01)
        assert changes["2"]["lost_m2"] == pytest.approx(100_000, rel=0.01)
        assert (changes["3"]["new"], changes["3"]["vanished"]) == (True, False)

    def test_names_new_and_vanished_codes(self, reform, tmp_path):
        assert "New: 3" in run_import(reform, first_day=LATER)
        alone = write(tmp_path / "alone.geojson", feature(square(0, 0, side=1000), "1"))
        assert "Vanished: 2, 3" in run_import(alone, first_day="2027-03-21")

    def test_counts_what_the_vanished_leave_behind(self, small_city, tmp_path):
        alone = write(tmp_path / "alone.geojson", feature(rectangle(0, 0, width=2000, height=1000), "2"))
        printed = run_import(alone, city="sample", first_day=LATER)
        assert "What vanishes leaves 1 active departments, and 1 jurisdictions that name it as parent." in printed

    def test_lies_in_the_file_of_faults(self, reform, tmp_path):
        run_import(reform, "--faults", str(tmp_path / "out.geojson"), first_day=LATER)
        features = json.loads((tmp_path / "out.geojson").read_text())["features"]
        lost = max(features, key=lambda each: (each["properties"]["kind"] == "lost", each["properties"]["area_m2"]))
        assert lost["properties"]["codes"] == ["2"]
        assert shape(lost["geometry"]).contains(shapely.Point(lonlat(1050, 500)))

    def test_a_dry_run_tells_it_and_stores_nothing(self, reform):
        printed = run_import(reform, "--dry-run", first_day=LATER)
        assert "Difference from the set of 2025-03-21 (3 change):" in printed
        assert "Dry run: nothing is stored." in printed
        assert BoundarySet.objects.count() == 1
        assert not Jurisdiction.objects.filter(code="3").exists()

    def test_the_same_file_again_changes_nothing(self, town, districts):
        run_import(districts)
        before = list(Boundary.objects.order_by("pk").values())
        assert "Nothing has changed: this very set is there." in run_import(districts)
        assert list(Boundary.objects.order_by("pk").values()) == before

    def test_other_names_are_noted_and_taken_if_asked_for(self, town, districts, tmp_path):
        run_import(districts)
        renamed = write(tmp_path / "renamed.geojson", west(name="منطقه یک"), east())
        assert "1 keep names or a parent unlike the file's" in run_import(renamed)
        assert Jurisdiction.objects.get(code="1").name_fa == "منطقه 1"
        assert "Stored." in run_import(renamed, "--rename")
        assert Jurisdiction.objects.get(code="1").name_fa == "منطقه یک"


class TestFormats:
    @pytest.mark.parametrize(
        "name", ["a.shp", "a.shp.zip", "a.gpkg", "a.kml", "a.fgb", "a.gml", "a.geojsonl", "a.geojson"]
    )
    def test_a_set_is_the_same_in_every_format(self, town, districts, tmp_path, name):
        run_import(districts)
        file = convert(districts, tmp_path / name, *(["-f", "ESRI Shapefile"] if name.endswith("zip") else []))
        assert "Nothing has changed: this very set is there." in run_import(file)

    def test_and_so_are_metres_of_a_zone_to_a_hair(self, town, districts, tmp_path):
        file = convert(districts, tmp_path / "utm.gpkg", "-t_srs", "EPSG:32640")
        assert "EPSG:32640" in run_import(file)
        assert ground("1").hausdorff_distance(square(0, 0, side=1000)) < 1e-9

    def test_an_answer_of_the_overpass_api_is_one_as_well(self, town, tmp_path):
        corners = square(0, 0, side=500).exterior.coords
        park = {"type": "way", "id": 7, "tags": {"leisure": "park", "code": "w7", "name": "بوستان"}}
        park["geometry"] = [{"lon": lon, "lat": lat} for lon, lat in corners]
        (tmp_path / "parks.json").write_text(json.dumps({"version": 0.6, "elements": [park]}))
        run_import(tmp_path / "parks.json", level="park")
        assert area("w7") == pytest.approx(250_000, rel=0.01)

    def test_texts_in_another_encoding_are_read_when_it_is_named(self, town, districts, tmp_path):
        file = convert(districts, tmp_path / "a.shp", "-lco", "ENCODING=CP1256")
        file.with_suffix(".cpg").unlink()
        run_import(file, "--encoding", "cp1256")
        assert Jurisdiction.objects.get(code="1").name_fa == "منطقه 1"

    def test_one_of_several_layers_is_named(self, town, districts, tmp_path):
        file = convert(districts, tmp_path / "two.gpkg", "-nln", "first")
        convert(districts, file, "-update", "-nln", "second", "-where", "code = '2'")
        run_import(file, "--layer", "second")
        assert list(Boundary.objects.values_list("jurisdiction__code", flat=True)) == ["2"]

    def test_swapped_axes_are_swapped_back(self, town, tmp_path):
        swapped = shapely.transform(square(0, 0, side=1000), lambda points: points[:, ::-1])
        run_import(write(tmp_path / "a.geojson", feature(swapped, "1")), "--swap-axes")
        assert ground("1").equals(square(0, 0, side=1000))

    @pytest.mark.parametrize(("written", "code"), [("۱۲", "12"), (3.0, "3"), (" 7 ", "7")])
    def test_codes_are_tidied(self, town, tmp_path, written, code):
        run_import(write(tmp_path / "a.geojson", feature(square(0, 0), written)))
        assert Boundary.objects.get().jurisdiction.code == code

    def test_the_first_day_may_be_jalali(self, town, districts):
        run_import(districts, first_day="1404/01/01")
        assert BoundarySet.objects.get().first_day == date(2025, 3, 21)

    def test_the_nameless_get_a_name_if_one_is_given(self, town, tmp_path):
        run_import(write(tmp_path / "a.geojson", feature(square(0, 0), "7", "")), "--unnamed", "بوستان {code}")
        assert Jurisdiction.objects.get(code="7").name_fa == "بوستان 7"
