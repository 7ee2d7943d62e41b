"""All levels of a city drawn with fewer vertices stay one set of shared lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from random import getrandbits

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, MultiPolygon

from geo.crs import to_ground
from geo.generalize import CannotGeneralize, generalize, generalize_line
from geo.shapes import Key, NamedShape, area_m2, as_multipolygon, coverage_faults, parts_outside
from tests.geo.mosaics import city, two_districts, vertices
from tests.shapes import GROUND, lonlat, polygon, rectangle, square

LEVELS = ("district", "zone", "neighborhood")


def draw(shapes: Sequence[NamedShape], *, limit_m: float = 5, sliver_m: float = 2) -> list[NamedShape]:
    return generalize(shapes, srid=GROUND, limit_m=limit_m, sliver_m=sliver_m, decimals=6)


def named(level: str, code: str, geometry: shapely.Geometry, parent: Key | None = None) -> NamedShape:
    return NamedShape(level=level, code=code, geometry=as_multipolygon(geometry), parent=parent)


def grounds(shapes: Iterable[NamedShape], level: str) -> list[MultiPolygon]:
    return [shape.geometry for shape in shapes if shape.level == level]


def off_by_m(one: shapely.Geometry, other: shapely.Geometry) -> float:
    outlines = [shapely.segmentize(to_ground(each, GROUND).boundary, 4) for each in (one, other)]
    return shapely.hausdorff_distance(*outlines)


def count(shapes: Iterable[NamedShape]) -> int:
    return sum(shapely.get_num_coordinates(shape.geometry) for shape in shapes)


def holes(geometries: list[MultiPolygon]) -> int:
    return sum(len(part.interiors) for part in shapely.get_parts(shapely.union_all(geometries)))


def pieces(geometries: list[MultiPolygon]) -> int:
    return len(shapely.get_parts(shapely.union_all(geometries)))


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A made-up city before and after: its levels drawn up to `blur` metres apart, the new lines within `limit_m`."""

    seed: int
    blur: float
    limit_m: float

    @cached_property
    def before(self) -> list[NamedShape]:
        return city(seed=self.seed, blur=self.blur)

    @cached_property
    def after(self) -> list[NamedShape]:
        return draw(self.before, limit_m=self.limit_m, sliver_m=4)


# To draw a city takes longer than to look at it, so all tests look at the same ones, which are others in each run.
@pytest.fixture(scope="module")
def exact() -> list[Drawn]:
    """Cities whose levels share their lines."""
    return [Drawn(seed=getrandbits(32), blur=0, limit_m=limit_m) for limit_m in (5, 20) for _ in range(5)]


@pytest.fixture(scope="module")
def cities(exact: list[Drawn]) -> list[Drawn]:
    """Those, and some whose levels were drawn apart."""
    apart = [(5, 0.3), (5, 0.8), (20, 0.3), (20, 0.8)]
    # Simplified by the whole limit, what was snapped would be beyond it in the city of seed 0.
    return [*exact, Drawn(seed=0, blur=0.3, limit_m=5)] + [
        Drawn(seed=getrandbits(32), blur=blur, limit_m=limit_m) for limit_m, blur in apart
    ]


def test_no_outline_moves_farther_than_the_limit(cities: list[Drawn]) -> None:
    for each in cities:
        for old, new in zip(each.before, each.after, strict=True):
            assert old.key == new.key
            assert off_by_m(old.geometry, new.geometry) <= each.limit_m, each


def test_a_level_has_no_overlap_and_no_gap_that_was_not_there(exact: list[Drawn]) -> None:
    for each in exact:
        for level in LEVELS:
            before, after = grounds(each.before, level), grounds(each.after, level)
            assert shapely.coverage_is_valid(after, gap_width=1e-5), each
            assert holes(after) == holes(before), each
            assert pieces(after) == pieces(before), each


def test_no_shape_leaves_its_parent_even_where_the_levels_were_drawn_apart(cities: list[Drawn]) -> None:
    for each in cities:
        ground = {shape.key: shape.geometry for shape in each.after}
        assert all(ground[shape.parent].covers(shape.geometry) for shape in each.after if shape.parent), each
        assert parts_outside(each.after, parents=ground, srid=GROUND, noise_m2=0) == [], each


def test_shapes_of_all_levels_share_the_vertices_of_their_common_edges(exact: list[Drawn]) -> None:
    for each in exact:
        for one, other in permutations(each.after, 2):
            points = shapely.points(list(vertices(one.geometry)))
            on_edge = points[shapely.distance(points, other.geometry.boundary) < 1e-9]
            assert set(map(tuple, shapely.get_coordinates(on_edge).tolist())) <= vertices(other.geometry), each


def test_coordinates_have_six_decimals_and_rings_their_right_hand_order(cities: list[Drawn]) -> None:
    for shape in (shape for each in cities for shape in each.after):
        points = shapely.get_coordinates(shape.geometry)
        assert (points == np.round(points, 6)).all()
        assert all(part.exterior.is_ccw for part in shape.geometry.geoms)


def test_a_wider_limit_leaves_fewer_vertices() -> None:
    source = city(seed=1)
    assert count(draw(source, limit_m=20)) < count(draw(source, limit_m=5)) < count(source)


def test_drawing_what_is_drawn_keeps_every_district_in_place() -> None:
    source = two_districts()
    once = draw(source)
    assert all(off_by_m(a.geometry, b.geometry) <= 5 for a, b in zip(once, draw(once), strict=True))


def test_the_same_shapes_give_the_same_answer() -> None:
    assert draw(city(seed=3)) == draw(city(seed=3))


def test_an_exclave_and_a_hole_are_kept() -> None:
    ring = square(0, 0, side=1000).difference(square(400, 400, side=200))
    shapes = [
        named("district", "1", ring.union(square(3000, 0))),
        named("district", "2", square(400, 400, side=200)),
    ]
    around, inside = draw(shapes)
    assert len(around.geometry.geoms) == 2
    assert area_m2(around.geometry, srid=GROUND) == pytest.approx(970_000, rel=0.001)
    assert around.geometry.intersection(inside.geometry).area == 0


def test_ground_that_belongs_to_nobody_stays_nobodys() -> None:
    ring = square(0, 0, side=1000).difference(square(400, 400, side=200))
    (result,) = draw([named("district", "1", ring)])
    assert not result.geometry.contains(shapely.Point(lonlat(500, 500)))


def test_a_gap_of_a_metre_between_two_districts_is_closed() -> None:
    west, east = (
        named("district", "1", square(0, 0)),
        named("district", "2", rectangle(101, 0, width=99, height=100)),
    )
    frame = square(-50, -50, side=300).difference(rectangle(0, 0, width=200, height=100))
    result = draw([west, east, named("district", "3", frame)])
    assert coverage_faults([west, east, named("district", "3", frame)], srid=GROUND, gap_m=0)
    assert coverage_faults(result, srid=GROUND, gap_m=5) == []


def test_an_overlap_within_the_limit_goes_to_the_first() -> None:
    west = named("district", "1", square(0, 0, side=1000))
    east = named("district", "2", rectangle(996, 0, width=1000, height=1000))
    first, second = draw([west, east])
    assert first.geometry.intersection(second.geometry).area == 0
    assert area_m2(first.geometry, srid=GROUND) == pytest.approx(1_000_000, abs=200)
    assert area_m2(second.geometry, srid=GROUND) == pytest.approx(996_000, abs=200)


def test_a_zone_loses_the_metres_that_it_has_outside_its_district() -> None:
    district = named("district", "1", square(0, 0, side=1000))
    zone = named("zone", "1-1", rectangle(500, 100, width=504, height=800), ("district", "1"))
    around, inside = draw([district, zone])
    assert around.geometry.covers(inside.geometry)
    assert area_m2(inside.geometry, srid=GROUND) == pytest.approx(500 * 800, abs=200)


def test_a_corridor_narrower_than_the_limit_stays_between_its_neighbors() -> None:
    middle = [(50 * step, 15 * (step % 2)) for step in range(21)]
    corridor = polygon([*middle, *((x, y + 10) for x, y in reversed(middle))])
    north = rectangle(0, -500, width=1000, height=1000).difference(corridor)
    shapes = [named("corridor", "A", corridor), named("district", "1", north), named("district", "2", square(1000, 0))]
    around, west, _ = draw(shapes, limit_m=20)
    assert around.geometry.is_valid
    assert around.geometry.intersection(west.geometry).area == 0
    assert len(west.geometry.geoms) == 2


def test_an_overlap_wider_than_the_limit_is_refused_by_name() -> None:
    west, east = named("district", "1", square(0, 0)), named("district", "2", square(80, 0))
    with pytest.raises(CannotGeneralize, match="district 2"):
        draw([west, east])


def test_a_shape_narrower_than_a_sliver_is_refused_by_name() -> None:
    shapes = [
        named("district", "1", square(0, 0)),
        named("corridor", "A", rectangle(20, 0, width=1, height=100)),
    ]
    with pytest.raises(CannotGeneralize, match="corridor A"):
        draw(shapes)


def test_a_child_without_its_parent_in_the_set_is_drawn_as_it_is() -> None:
    zone = named("zone", "1-1", square(0, 0), ("district", "1"))
    (result,) = draw([zone])
    assert off_by_m(zone.geometry, result.geometry) < 0.2


def test_parents_listed_after_their_children_are_not_supported() -> None:
    district = named("district", "1", square(0, 0))
    zone = named("zone", "1-1", square(0, 0, side=50), ("district", "1"))
    with pytest.raises(CannotGeneralize, match="zone 1-1"):
        draw([zone, district])


def wave(height_m: float) -> LineString:
    return LineString([lonlat(10 * step, height_m * (step % 2)) for step in range(21)])


def test_a_line_loses_its_small_waves_and_keeps_its_large_ones() -> None:
    flat = generalize_line(wave(4), srid=GROUND, limit_m=5, decimals=6)
    assert [len(part.coords) for part in flat.geoms] == [2]
    steep = generalize_line(wave(20), srid=GROUND, limit_m=5, decimals=6)
    assert [len(part.coords) for part in steep.geoms] == [21]


def test_pieces_of_a_line_are_joined_end_to_end() -> None:
    pieces = MultiLineString([[lonlat(0, 0), lonlat(50, 1)], [lonlat(50, 1), lonlat(100, 0)]])
    joined = generalize_line(pieces, srid=GROUND, limit_m=5, decimals=6)
    assert len(joined.geoms) == 1
    assert vertices(joined) == {tuple(np.round(lonlat(x, 0), 6).tolist()) for x in (0, 100)}


def test_a_line_shorter_than_the_grid_and_a_polygon_leave_no_line() -> None:
    dot = LineString([lonlat(0, 0), lonlat(0.01, 0)])
    assert generalize_line(dot, srid=GROUND, limit_m=5, decimals=6).is_empty
    assert generalize_line(square(0, 0), srid=GROUND, limit_m=5, decimals=6).is_empty
