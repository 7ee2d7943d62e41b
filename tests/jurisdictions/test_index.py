"""The index gives routing's own answer for each point: anywhere, on vertices and edges, and an ulp beside them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from math import inf, nextafter

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.files import read_features
from jurisdictions.index import BoundaryIndex, one_snapshot
from jurisdictions.models import Boundary, Department, RoutingRule
from jurisdictions.routing import Asked, OutsideServiceArea, find_routes
from tests.city_files import until_the_end_of
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CategoryGroupFactory,
    CityFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
    RoutingRuleFactory,
)
from tests.shapes import lonlat, polygon, rectangle, square

DAY = date(2026, 3, 21)


def district(city, code, shape, *, parent=None, level="district"):
    made = JurisdictionFactory(root=city, parent=parent or city, code=code, level=LevelFactory(code=level))
    BoundaryFactory(jurisdiction=made, shape=shape)
    return made


@pytest.fixture(scope="class")
def ground(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Two cities that touch: slanted edges, a gap of 20 m, an overlap, a hole, a park, a zone, rules of every kind."""
    with until_the_end_of(django_db_blocker):
        _make_ground()
        yield


def _make_ground() -> None:
    town, other = CityFactory(code="town"), CityFactory(code="other", time_zone="America/Chicago")
    BoundaryFactory(jurisdiction=town, shape=polygon([(0, 0), (3000, 100), (3000, 2100), (0, 2000)]))
    BoundaryFactory(jurisdiction=other, shape=polygon([(3000, 100), (4000, 0), (4000, 2000), (3000, 2100)]))
    hole = [(300, 300), (500, 320), (480, 520)]
    west = district(town, "1", polygon([(0, 0), (1000, 33), (1180, 1000), (1000, 2033), (0, 2000)], holes=[hole]))
    middle = district(town, "2", polygon([(1020, 34), (2000, 67), (2000, 2067), (1020, 2034), (1200, 1000)]))
    east = district(town, "3", polygon([(1990, 67), (3000, 100), (3000, 2100), (1990, 2067)]))
    district(other, "1", polygon([(3000, 100), (4000, 0), (4000, 2000), (3000, 2100)]))
    district(town, "1-1", rectangle(100, 900, width=700, height=800), parent=west, level="zone")
    district(town, "1-2", rectangle(600, -150, width=300, height=1500), parent=west, level="zone")
    park = district(town, "park", square(1500, 500, side=400), level="park")
    _make_rules(town, other, [west, middle, east, park])


def _make_rules(town, other, places) -> None:
    works, parks = FunctionFactory(code="works"), FunctionFactory(code="parks")
    streets, green = CategoryGroupFactory(code="streets"), CategoryGroupFactory(code="green")
    pothole, tree = CategoryFactory(code="pothole", group=streets), CategoryFactory(code="tree", group=green)
    CategoryFactory(code="bench", group=green)
    for place in places[:2]:
        DepartmentFactory(jurisdiction=place, function=works)
    DepartmentFactory(jurisdiction=places[3], function=parks)
    DepartmentFactory(jurisdiction=town, function=works, code="town-works")
    DepartmentFactory(jurisdiction=other, function=works, code="other-works")
    level = LevelFactory(code="district")
    RoutingRuleFactory(root=town, category=None, group=streets, function=works, level=level)
    RoutingRuleFactory(root=other, category=pothole, function=works, level=LevelFactory(code="city"))
    RoutingRuleFactory(root=town, category=tree, function=parks, level=LevelFactory(code="park"))
    RoutingRuleFactory(root=town, category=tree, function=works, level=level, sources=["137"])
    RoutingRuleFactory(root=town, category=pothole, function=parks, level=level, weekdays=[7])


@pytest.fixture(scope="class")
def index(ground) -> BoundaryIndex:
    return BoundaryIndex.for_day(on=DAY)


def answers(points, categories, index) -> list[tuple]:
    batch = index.route_many(*np.array(points, dtype=float).reshape(-1, 2).T, index.categories(categories))
    codes = np.array([batch.codes(level) for level in index.levels]).reshape(-1, len(points)).T
    edges = [None if np.isnan(metres) else metres for metres in batch.edge_m]
    return list(zip(batch.methods, map(tuple, codes), batch.departments, edges, strict=True))


def by_routing(points, categories, index) -> list[tuple]:
    asked = [Asked(lon=lon, lat=lat, category=code) for (lon, lat), code in zip(points, categories, strict=True)]
    return [_as_the_index_says(answer, index.levels) for answer in find_routes(asked, on=DAY)]


def _as_the_index_says(answer, levels) -> tuple:
    if isinstance(answer, OutsideServiceArea):
        return "refused", ("",) * len(levels), "", None
    codes = tuple(answer.codes.get(level, "") for level in levels)
    return str(answer.method), codes, answer.department.code if answer.department else "", answer.edge_m


def assert_agree(points, categories, index) -> None:
    ours, theirs = answers(points, categories, index), by_routing(points, categories, index)
    for point, category, mine, its in zip(points, categories, ours, theirs, strict=True):
        assert mine[:3] == its[:3], (point, category)
        assert mine[3] == (its[3] if its[3] is None else pytest.approx(its[3], abs=0.006, rel=1e-5)), (point, category)


CATEGORIES = ["", "pothole", "tree", "bench"]
categories = st.sampled_from(CATEGORIES)


def places(low: float, high: float):
    return st.builds(lonlat, st.floats(low, high), st.floats(low, high))


def degrees(most: float):
    return st.floats(-most, most, allow_subnormal=False)


@st.composite
def beside_edges(draw) -> tuple[float, float]:
    """A vertex, a place on an edge, or one some ulps from it."""
    corners = draw(st.sampled_from(_rings()))
    place = draw(st.integers(0, len(corners) - 2))
    share = draw(st.sampled_from([0.0, 0.5]) | st.floats(0, 1))
    (x, y), (right, up) = corners[place], corners[place + 1] - corners[place]
    return tuple(_ulps(value, draw(st.integers(-2, 2))) for value in (float(x + right * share), float(y + up * share)))


def _ulps(value: float, count: int) -> float:
    for _ in range(abs(count)):
        value = nextafter(value, inf if count > 0 else -inf)
    return value


def _rings() -> list[np.ndarray]:
    shapes = [
        shapely.from_wkb(bytes(shape.wkb)) for shape in Boundary.objects.order_by("id").values_list("shape", flat=True)
    ]
    return [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shapes))]


@pytest.mark.django_db
class TestAgreement:
    @settings(max_examples=60, deadline=None)
    @given(asked=st.lists(st.tuples(places(-200, 4300), categories), min_size=5, max_size=30))
    def test_anywhere_in_and_around_the_cities(self, index, asked):
        assert_agree(*zip(*asked, strict=True), index)

    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_on_vertices_and_edges_and_ulps_beside_them(self, index, data):
        asked = data.draw(st.lists(st.tuples(beside_edges(), categories), min_size=5, max_size=30))
        assert_agree(*zip(*asked, strict=True), index)

    @settings(max_examples=20, deadline=None)
    @given(asked=st.lists(st.tuples(places(-30_000, 30_000), categories), min_size=5, max_size=20))
    def test_far_around_and_exchanged(self, index, asked):
        points, codes = zip(*asked, strict=True)
        assert_agree(points, codes, index)
        assert_agree([(lat, lon) for lon, lat in points], codes, index)

    @settings(max_examples=30, deadline=None)
    @given(
        asked=st.lists(
            st.tuples(st.tuples(degrees(180), degrees(90)), categories),
            min_size=5,
            max_size=20,
        )
    )
    def test_anywhere_on_the_globe(self, index, asked):
        assert_agree(*zip(*asked, strict=True), index)

    def test_at_the_limits_of_the_tolerance_and_of_the_service(self, index):
        points = [lonlat(-x, 500) for x in [*np.linspace(49, 51, 81), *np.linspace(19_980, 20_010, 61)]]
        assert_agree(points, ["pothole"] * len(points), index)
        methods = {answer[0] for answer in answers(points, ["pothole"] * len(points), index)}
        assert methods == {"nearest", "outside", "refused"}

    def test_a_warm_index_answers_as_a_fresh_one(self, ground, index):
        points = np.random.default_rng(5).uniform([59.59, 36.29], [59.65, 36.33], size=(3000, 2)).tolist()
        codes = [CATEGORIES[number % 4] for number in range(3000)]
        answers(points, codes, index)
        fresh = answers(points, codes, BoundaryIndex.for_day(on=DAY))
        assert answers(points, codes, index) == fresh
        assert answers(points[::-1], codes[::-1], index) == fresh[::-1]

    def test_each_kind_of_answer_occurs_on_this_ground(self, index):
        here = {
            "covers": (500, 1500),
            "nearest": (1105, 500),
            "park": (1700, 700),
            "overlap": (1995, 1000),
            "hole": (420, 400),
            "outside": (-500, 500),
        }
        said = dict(
            zip(here, answers([lonlat(*place) for place in here.values()], ["tree"] * len(here), index), strict=True)
        )
        assert {name: answer[0] for name, answer in said.items()} == {
            "covers": "covers",
            "nearest": "nearest",
            "park": "covers",
            "overlap": "covers",
            "hole": "nearest",
            "outside": "outside",
        }
        assert said["park"][2] == "park-parks"
        assert said["covers"][1] == ("town", "1", "1-1", "")

    def test_routing_is_asked_once_for_each_set_of_boundaries(self, ground, django_assert_max_num_queries):
        index = BoundaryIndex.for_day(on=DAY)
        points = np.random.default_rng(7).uniform([0, 0], [900, 1900], size=(500, 2))
        lon, lat = np.array([lonlat(*point) for point in points]).T
        kinds = index.categories(["pothole"] * 500)
        index.route_many(lon, lat, kinds)
        with django_assert_max_num_queries(0):
            index.route_many(lon, lat, kinds)


def test_the_metres_are_those_of_geography_far_from_the_equator_and_along_edges_of_many_kilometres(db):
    """On geography an edge is a great circle: over 60 km at 69° north it bulges by 170 m."""
    city = CityFactory(code="north", metric_srid=32634)
    shape = shapely.Polygon([(18.0, 69.0), (19.5, 69.05), (19.4, 69.6), (18.2, 69.5)])
    BoundaryFactory(jurisdiction=city, shape=shape)
    index = BoundaryIndex.for_day(on=DAY)
    points = np.random.default_rng(1).uniform([17.9, 68.9], [19.6, 69.7], size=(200, 2)).tolist()
    assert_agree(points, [""] * 200, index)


def test_a_city_on_both_sides_of_the_antimeridian_is_one_ground(db):
    city = CityFactory(code="fiji", metric_srid=32701)
    parts = [shapely.box(179.9, -17.0, 180.0, -16.8), shapely.box(-180.0, -17.0, -179.9, -16.8)]
    BoundaryFactory(jurisdiction=city, shape=GEOSGeometry(shapely.MultiPolygon(parts).wkt, srid=4326))
    points = [(179.95, -16.9), (-179.95, -16.9), (180.0, -16.9), (-180.0, -16.9), (179.85, -16.9), (-179.85, -16.9)]
    assert_agree(points, [""] * len(points), BoundaryIndex.for_day(on=DAY))


def test_without_any_city_every_point_is_refused(db):
    index = BoundaryIndex.for_day(on=DAY)
    assert {answer[0] for answer in answers([(59.6, 36.3), (0, 0), (180, 90)], [""] * 3, index)} == {"refused"}


def test_a_coordinate_that_is_all_but_nothing_is_answered(db):
    """PostgreSQL fails with an underflow when it turns such a one into radians."""
    BoundaryFactory(jurisdiction=CityFactory(code="island", metric_srid=32631), shape=shapely.box(0, 0, 0.01, 0.01))
    [answer] = answers([(5e-324, 5e-324)], [""], BoundaryIndex.for_day(on=DAY))
    assert answer[:2] == ("covers", ("island",))


def test_no_points_are_no_answers(small_city):
    index = BoundaryIndex.for_day(on=DAY)
    batch = index.route_many(np.array([]), np.array([]), index.categories([]))
    assert (len(batch), len(batch.edge_m), len(batch.methods)) == (0, 0, 0)


@pytest.mark.parametrize(("lon", "lat", "category"), [(181, 0, ""), (0, 91, ""), (np.nan, 0, ""), (0, 0, "nonsense")])
def test_what_is_no_question_is_refused_whole(small_city, lon, lat, category):
    index = BoundaryIndex.for_day(on=DAY)
    with pytest.raises(ValueError, match="longitude"):
        index.route_many(np.array([lon, 59.6]), np.array([lat, 36.3]), index.categories([category, ""]))


def test_the_boundaries_are_those_of_the_day(small_city):
    Boundary.objects.filter(jurisdiction=small_city.west).update(in_force=(date(2024, 1, 1), date(2026, 1, 1)))
    before, after = BoundaryIndex.for_day(on=date(2025, 12, 31)), BoundaryIndex.for_day(on=date(2026, 1, 1))
    point, kind = [lonlat(500, 200)], ["pothole"]
    place = before.levels.index("district")
    assert answers(point, kind, before)[0][1][place] == "1"
    assert answers(point, kind, after)[0][1][place] == ""


class TestVersion:
    def test_an_index_is_current_until_anything_is_written_that_routing_reads(self, small_city):
        for change in (
            lambda: Department.objects.filter(pk=small_city.west_works.pk).update(is_active=False),
            lambda: RoutingRule.objects.all()[0].delete(),
            lambda: JurisdictionFactory(root=small_city.city, code="9"),
        ):
            index = BoundaryIndex.for_day(on=DAY)
            assert index.is_current()
            change()
            assert not index.is_current()

    def test_a_report_changes_nothing(self, small_city, post, filing):
        index = BoundaryIndex.for_day(on=DAY)
        assert post(filing()).status_code == 201
        assert index.is_current()


@pytest.mark.django_db(transaction=True)
def test_in_one_snapshot_a_change_by_others_is_not_seen():
    def by_another() -> None:
        try:
            CityFactory(code="new")
        finally:
            connection.close()

    with one_snapshot():
        index = BoundaryIndex.for_day(on=DAY)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(by_another).result()
        assert index.is_current()
    assert not index.is_current()


@pytest.mark.shared_data
def test_agreement_on_the_boundaries_of_chicago(db, shared_data):
    city = CityFactory(code="chicago", time_zone="America/Chicago", metric_srid=32616)
    features = read_features(shared_data / "chicago" / "community_areas.geojson")
    for feature in features:
        district(city, feature.properties["area_numbe"], shapely.make_valid(feature.geometry))
    rng = np.random.default_rng(3)
    shapes = [feature.geometry for feature in features]
    corners = shapely.get_coordinates(shapes)
    low, high = np.split(shapely.total_bounds(shapes), 2)
    points = [
        *rng.uniform(low, high, size=(120, 2)).tolist(),
        *corners[rng.integers(len(corners), size=120)].tolist(),
        *((corners[:-1] + corners[1:]) / 2)[rng.integers(len(corners) - 1, size=120)].tolist(),
    ]
    assert_agree(points, [""] * len(points), BoundaryIndex.for_day(on=DAY))
