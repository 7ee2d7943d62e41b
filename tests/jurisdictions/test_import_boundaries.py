"""`import_boundaries` loads any city, its levels and parents, and tells what it found and changed."""

import json

import pytest
import shapely
from django.core.management import call_command
from django.test import Client
from shapely.geometry import shape

from jurisdictions.models import Boundary, BoundarySet, Jurisdiction, Level
from tests.boundary_files import east, feature, new_city, run_import, west, write
from tests.factories import LevelFactory
from tests.jurisdictions.import_ground import area
from tests.shapes import lonlat, rectangle, square

pytestmark = pytest.mark.django_db
LATER = "2026-03-21"


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
