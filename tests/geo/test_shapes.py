"""Polygons are repaired, measured and compared; what is wrong with a level is found, with its place and size."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, MultiPolygon, Point, Polygon

from geo.crs import to_ground
from geo.shapes import (
    Change,
    Fault,
    FaultKind,
    Key,
    NamedShape,
    area_m2,
    as_multipolygon,
    changes,
    coverage_faults,
    deviation_m,
    invalid_shapes,
    parts_outside,
    polygons_of,
    repair,
    rounded,
    width_m,
)
from tests.geo.mosaics import city, vertices
from tests.shapes import GROUND, lonlat, polygon, rectangle, square

BOW_TIE = Polygon([lonlat(0, 0), lonlat(100, 100), lonlat(100, 0), lonlat(0, 100)])


def named(code: str, geometry: shapely.Geometry, parent: Key | None = None) -> NamedShape:
    return NamedShape(level="district", code=code, geometry=geometry, parent=parent)


def faults(*shapes: NamedShape, gap_m: float = 5, sliver_m: float = 0) -> list[Fault]:
    return coverage_faults(shapes, srid=GROUND, gap_m=gap_m, sliver_m=sliver_m)


class TestRepair:
    def test_a_bow_tie_becomes_two_triangles(self) -> None:
        repaired = repair(BOW_TIE)
        assert repaired.is_valid
        assert len(repaired.geoms) == 2
        assert area_m2(repaired, srid=GROUND) == pytest.approx(5000, rel=0.01)

    def test_a_sound_shape_keeps_its_ground_and_its_vertices(self) -> None:
        shape = square(0, 0).difference(square(40, 40, side=20))
        assert repair(shape).equals(shape)
        assert vertices(repair(shape)) == vertices(shape)

    def test_lines_and_points_are_dropped(self) -> None:
        mixed = GeometryCollection([square(0, 0), Point(lonlat(500, 0)), square(200, 0).boundary])
        assert repair(mixed).equals(square(0, 0))

    def test_a_shape_without_ground_becomes_empty(self) -> None:
        flat = Polygon([lonlat(0, 0), lonlat(100, 0), lonlat(50, 0)])
        assert repair(flat).is_empty
        assert repair(Point(lonlat(0, 0))).is_empty


class TestCanonicalForm:
    def test_outer_rings_run_counter_clockwise_and_holes_clockwise(self) -> None:
        clockwise = shapely.orient_polygons(square(0, 0).difference(square(40, 40, side=20)), exterior_cw=True)
        (part,) = as_multipolygon(clockwise).geoms
        assert part.exterior.is_ccw
        assert not part.interiors[0].is_ccw

    def test_equal_shapes_come_out_equal_byte_for_byte(self) -> None:
        west, east = square(0, 0), square(500, 0)
        turned = Polygon([*west.exterior.coords[2:], *west.exterior.coords[1:3]])
        assert as_multipolygon(MultiPolygon([west, east])).wkb == as_multipolygon(MultiPolygon([east, turned])).wkb

    def test_nested_collections_give_up_their_polygons(self) -> None:
        nested = GeometryCollection([MultiPolygon([square(0, 0), square(500, 0)]), Point(lonlat(0, 0))])
        assert len(polygons_of(nested)) == 2

    def test_rounding_keeps_equal_points_equal(self) -> None:
        west, east = (rounded(each, decimals=6) for each in (square(0, 0), square(100, 0)))
        assert len(vertices(west) & vertices(east)) == 2


class TestMeasures:
    def test_area_and_width_are_in_metres(self) -> None:
        strip = rectangle(0, 0, width=400, height=30)
        assert area_m2(strip, srid=GROUND) == pytest.approx(12_000, rel=0.001)
        assert width_m(strip, srid=GROUND) == pytest.approx(30, rel=0.01)

    def test_a_shape_deviates_from_itself_by_nothing(self) -> None:
        assert deviation_m(square(0, 0), square(0, 0), srid=GROUND) == pytest.approx(0, abs=1e-6)

    def test_a_cut_corner_deviates_by_its_height_in_either_order(self) -> None:
        cut = polygon([(0, 0), (100, 0), (100, 70), (70, 100), (0, 100)])
        height = 30 / 2**0.5
        assert deviation_m(square(0, 0), cut, srid=GROUND) == pytest.approx(height, abs=0.1)
        assert deviation_m(cut, square(0, 0), srid=GROUND) == pytest.approx(height, abs=0.1)

    def test_a_missing_exclave_counts_as_deviation(self) -> None:
        both = MultiPolygon([square(0, 0), square(1000, 0)])
        assert deviation_m(both, square(0, 0), srid=GROUND) > 900


class TestFaults:
    def test_a_clean_mosaic_has_none(self) -> None:
        assert faults(named("1", square(0, 0)), named("2", square(100, 0)), named("3", square(0, 100))) == []

    def test_an_overlap_names_both_its_place_and_its_size(self) -> None:
        (fault,) = faults(named("2", square(90, 0)), named("1", square(0, 0)))
        assert (fault.kind, fault.codes) == (FaultKind.OVERLAP, ("1", "2"))
        assert fault.area_m2 == pytest.approx(1000, rel=0.01)
        assert fault.width_m == pytest.approx(10, rel=0.02)
        assert fault.geometry.contains(Point(lonlat(95, 50)))

    def test_an_overlap_in_two_places_is_two_faults(self) -> None:
        comb = polygon([(90, 0), (200, 0), (200, 100), (90, 100), (90, 80), (110, 80), (110, 20), (90, 20)])
        kinds = [fault.kind for fault in faults(named("1", square(0, 0)), named("2", comb))]
        assert kinds.count(FaultKind.OVERLAP) == 2

    def test_an_enclosed_gap_is_found_however_wide(self) -> None:
        frame = square(0, 0, side=900).difference(square(300, 300, side=300))
        (fault,) = faults(named("1", frame), named("2", rectangle(300, 300, width=300, height=100)), gap_m=0)
        assert (fault.kind, fault.codes) == (FaultKind.GAP, ("1", "2"))
        assert fault.area_m2 == pytest.approx(60_000, rel=0.01)

    def test_an_enclosed_gap_leaves_out_the_island_in_it(self) -> None:
        frame = square(0, 0, side=900).difference(square(300, 300, side=300))
        (fault,) = faults(named("1", frame), named("2", square(400, 400)), gap_m=0)
        assert fault.area_m2 == pytest.approx(80_000, rel=0.01)
        assert not fault.geometry.contains(Point(lonlat(450, 450)))

    def test_a_gap_open_to_the_outside_is_found_up_to_its_width(self) -> None:
        apart = (named("1", square(0, 0)), named("2", square(103, 0)))
        (fault,) = faults(*apart, gap_m=5)
        assert (fault.kind, fault.codes) == (FaultKind.GAP, ("1", "2"))
        assert fault.area_m2 == pytest.approx(300, rel=0.05)
        assert fault.width_m == pytest.approx(3, rel=0.05)
        assert faults(*apart, gap_m=2) == []

    def test_a_notch_in_one_shape_is_no_gap(self) -> None:
        notched = named("1", square(0, 0).difference(rectangle(40, 50, width=3, height=50)))
        assert faults(notched, named("2", square(100, 0)), gap_m=5) == []
        (fault,) = faults(notched, named("2", square(103, 0)), gap_m=5)
        assert fault.codes == ("1", "2")

    def test_a_narrow_part_of_a_shape_is_a_sliver(self) -> None:
        shape = MultiPolygon([square(0, 0), rectangle(300, 0, width=200, height=1.5)])
        (fault,) = faults(named("1", shape), sliver_m=2)
        assert (fault.kind, fault.codes) == (FaultKind.SLIVER, ("1",))
        assert fault.area_m2 == pytest.approx(300, rel=0.1)
        assert faults(named("1", shape), sliver_m=1) == []

    def test_faults_of_rounding_size_are_left_out(self) -> None:
        touching = (named("1", square(0, 0)), named("2", rectangle(99.98, 40, width=20, height=20)))
        assert faults(*touching) == []
        assert coverage_faults(touching, srid=GROUND, gap_m=0, noise_m2=0) != []

    @settings(max_examples=10, deadline=None)
    @given(seed=st.integers(min_value=0, max_value=2**32 - 1), metres=st.floats(min_value=2, max_value=60))
    def test_a_district_pushed_over_its_neighbor_is_found_whatever_the_edge(self, seed: int, metres: float) -> None:
        west, east = (shape for shape in city(seed=seed) if shape.key in {("district", "0-0"), ("district", "2-0")})
        pushed = shapely.union(east.geometry, rectangle(400 - metres, 150, width=metres, height=100))
        found = faults(west, NamedShape(level="district", code="2-0", geometry=as_multipolygon(pushed)))
        common = west.geometry.intersection(pushed)
        overlap = sum(fault.area_m2 for fault in found if fault.kind is FaultKind.OVERLAP)
        assert overlap == pytest.approx(area_m2(common, srid=GROUND), abs=3)


class TestInvalidShapes:
    def test_a_crossed_ring_is_named_with_the_reason_and_what_a_repair_would_keep(self) -> None:
        (fault,) = invalid_shapes([named("1", square(0, 0)), named("2", BOW_TIE)], srid=GROUND)
        assert (fault.kind, fault.codes) == (FaultKind.INVALID, ("2",))
        assert "Self-intersection" in fault.reason
        assert fault.area_m2 == pytest.approx(5000, rel=0.01)

    def test_an_empty_shape_is_named(self) -> None:
        (fault,) = invalid_shapes([named("1", MultiPolygon())], srid=GROUND)
        assert (fault.reason, fault.area_m2, fault.width_m) == ("Empty", 0, 0)

    def test_sound_shapes_are_not_named(self) -> None:
        assert invalid_shapes([named("1", square(0, 0))], srid=GROUND) == []


class TestParents:
    PARENTS = {("city", "a"): square(0, 0, side=200)}

    def test_a_part_beyond_the_parent_is_found(self) -> None:
        shape = named("1", rectangle(150, 0, width=80, height=100), ("city", "a"))
        (fault,) = parts_outside([shape], parents=self.PARENTS, srid=GROUND)
        assert (fault.kind, fault.codes) == (FaultKind.OUTSIDE, ("1", "a"))
        assert fault.area_m2 == pytest.approx(3000, rel=0.01)
        assert fault.width_m == pytest.approx(30, rel=0.02)

    def test_a_shape_up_to_the_parents_edge_is_inside(self) -> None:
        shape = named("1", square(100, 0), ("city", "a"))
        assert parts_outside([shape], parents=self.PARENTS, srid=GROUND) == []

    def test_a_shape_whose_parent_is_not_given_is_not_judged(self) -> None:
        elsewhere = [named("1", square(900, 0), ("city", "b")), named("2", square(900, 0))]
        assert parts_outside(elsewhere, parents=self.PARENTS, srid=GROUND) == []


class TestChanges:
    def test_each_code_gains_and_loses_its_ground(self) -> None:
        before = {"1": square(0, 0), "2": square(100, 0), "3": square(500, 0)}
        after = {"1": rectangle(0, 0, width=130, height=100), "2": rectangle(130, 0, width=70, height=100)}
        one, two, three = changes(before, after, srid=GROUND)
        assert one == Change(code="1", gained_m2=pytest.approx(3000, rel=0.01), lost_m2=pytest.approx(0, abs=1))
        assert two == Change(code="2", gained_m2=pytest.approx(0, abs=1), lost_m2=pytest.approx(3000, rel=0.01))
        assert three == Change(code="3", gained_m2=0, lost_m2=pytest.approx(10_000, rel=0.01))

    def test_the_same_set_changes_nothing(self) -> None:
        same = {"1": square(0, 0)}
        assert changes(same, same, srid=GROUND) == [Change(code="1", gained_m2=0, lost_m2=0)]


def test_ground_and_lonlat_agree_on_the_test_square() -> None:
    assert to_ground(square(0, 0), GROUND).area == pytest.approx(10_000, rel=0.001)
