"""`import_boundaries` mends what is narrow, and leaves what is meant."""

import pytest
import shapely
from django.core.management import CommandError

from jurisdictions.models import BoundarySet
from tests.boundary_files import feature, run_import, west, write, write_wkt
from tests.jurisdictions.import_ground import area, ground
from tests.shapes import polygon, rectangle, square

pytestmark = pytest.mark.django_db


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
