"""Who answers where: covers, then a total order; the reasons with it (cases R1–R7, R9 and R20 in their first form)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from jurisdictions.models import Boundary, RoutingRule
from reports.models import Assignment, Report
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


@pytest.fixture
def route(client):
    """The properties of the route of a place in metres."""

    def ask(x: float, y: float, category: str | None = "pothole"):
        lon, lat = lonlat(x, y)
        query = {"lon": lon, "lat": lat} | ({"category": category} if category else {})
        response = client.get("/api/v1/route", query)
        assert response.status_code == 200, response.content
        return response.json()["properties"]

    return ask


def code(named) -> str | None:
    return named and named["code"]


def test_r1_an_interior_place_names_jurisdictions_department_rule_and_boundary(small_city, route):
    answer = route(500, 200)
    assert (code(answer["district"]), code(answer["zone"])) == ("1", "1-1")
    assert code(answer["department"]) == "1-civil-works"
    assert (answer["method"], answer["near_boundary"]) == ("covers", False)
    assert answer["rule_id"] == RoutingRule.objects.get().pk
    assert answer["boundary_id"] == Boundary.objects.get(jurisdiction=small_city.west).pk
    assert answer["edge_m"] == pytest.approx(200, abs=1)
    assert answer["runners_up"] == []


def test_a_level_that_covers_nothing_there_is_null(small_city, route):
    assert route(500, 700)["zone"] is None
    assert route(1500, 200)["zone"] is None


def test_r2_a_shared_edge_belongs_to_one_and_names_the_other(small_city, route):
    small_city.east.code = "0"  # the lower code decides between equal grounds
    small_city.east.save()
    answers = [route(1000, 500) | {"at": None} for _ in range(5)]
    assert answers == answers[:1] * 5
    answer = answers[0]
    assert answer["near_boundary"] is True
    assert answer["edge_m"] == pytest.approx(0, abs=0.02)
    chosen, (other,) = code(answer["district"]), answer["runners_up"]
    assert {chosen, other["code"]} == {"1", "0"}
    assert code(other["department"]) is not None
    assert other["name_en"] in answer["explanation"]["en"]


def test_r3_a_vertex_that_three_share_belongs_to_one(route, db):
    city = CityFactory()
    BoundaryFactory(jurisdiction=city, shape=rectangle(0, 0, width=2000, height=2000))
    shapes = {"b": rectangle(0, 0, width=2000, height=1000), "a": square(0, 1000, side=1000)}
    shapes["c"] = square(1000, 1000, side=1000)
    for name, shape in shapes.items():
        BoundaryFactory(jurisdiction=JurisdictionFactory(root=city, code=name), shape=shape)
    answer = route(1000, 1000, category=None)
    assert code(answer["district"]) in {"a", "c"}  # smaller ground before larger
    assert {each["code"] for each in answer["runners_up"]} == {"a", "b", "c"} - {code(answer["district"])}


def test_r4_holes_and_exclaves_belong_to_whom_they_belong(route, db):
    city = CityFactory()
    BoundaryFactory(jurisdiction=city, shape=square(0, 0, side=4000))
    ring = polygon(
        [(0, 0), (3000, 0), (3000, 3000), (0, 3000)], holes=[[(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000)]]
    )
    outer, inner = JurisdictionFactory(root=city, code="outer"), JurisdictionFactory(root=city, code="inner")
    BoundaryFactory(jurisdiction=outer, shape=ring)
    BoundaryFactory(jurisdiction=inner, shape=square(1000, 1000, side=1000).union(square(3500, 3500, side=300)))
    assert code(route(500, 500, category=None)["district"]) == "outer"
    assert code(route(1500, 1500, category=None)["district"]) == "inner"
    assert code(route(3600, 3600, category=None)["district"]) == "inner"


def test_r5_a_sliver_between_districts_goes_to_the_nearest(small_city, route):
    Boundary.objects.filter(jurisdiction=small_city.east).delete()
    BoundaryFactory(jurisdiction=small_city.east, shape=rectangle(1020, 0, width=980, height=1000))
    answer = route(1005, 500)
    assert (code(answer["district"]), answer["method"]) == ("1", "nearest")
    assert answer["edge_m"] == pytest.approx(5, abs=0.2)
    assert answer["zone"] is None
    assert code(answer["department"]) == "1-civil-works"


def test_r5_a_wide_gap_is_left_to_a_dispatcher_and_never_lost(small_city, route, post, filing):
    Boundary.objects.filter(jurisdiction=small_city.east).delete()
    answer = route(1500, 500)
    assert (answer["district"], answer["department"]) == (None, None)
    assert post(filing(x=1500, y=500)).status_code == 201
    assert Report.objects.get().department is None


def test_r6_where_grounds_overlap_the_smaller_decides_every_time(small_city, route):
    enclave = JurisdictionFactory(root=small_city.city, code="9")
    BoundaryFactory(jurisdiction=enclave, shape=square(200, 200, side=100))
    DepartmentFactory(jurisdiction=enclave, function=small_city.west_works.function)
    assert {code(route(250, 250)["district"]) for _ in range(20)} == {"9"}


def test_r7_just_outside_goes_to_the_nearest(small_city, route):
    answer = route(1500, -30)
    assert (code(answer["district"]), answer["method"]) == ("2", "nearest")
    assert code(answer["department"]) == "2-civil-works"
    assert answer["edge_m"] == pytest.approx(30, abs=0.5)
    assert answer["nearest"]["distance_m"] == pytest.approx(30, abs=0.5)


def test_r7_further_outside_is_stored_for_the_dispatcher_with_the_nearest_named(small_city, route, post, filing):
    answer = route(1500, -2000)
    assert (answer["district"], answer["department"], answer["method"]) == (None, None, "outside")
    assert answer["nearest"]["code"] == "2"
    assert answer["nearest"]["distance_m"] == pytest.approx(2000, rel=0.01)
    properties = post(filing(x=1500, y=-2000)).json()["properties"]
    assert properties["department"] is None
    assert Assignment.objects.get().method == "outside"
    assert Report.objects.get().jurisdictions == {}


def test_r7_the_distances_are_settings(small_city, route, client, settings):
    settings.NEAREST_WITHIN_M, settings.OUTSIDE_WITHIN_M = 10, 100
    assert route(1500, -30)["method"] == "outside"
    lon, lat = lonlat(1500, -150)
    response = client.get("/api/v1/route", {"lon": lon, "lat": lat})
    assert (response.status_code, response.json()["code"]) == (422, "outside_service_area")


def test_r9_an_inactive_department_leaves_the_work_to_the_one_above(small_city, route):
    small_city.west_works.is_active = False
    small_city.west_works.save()
    answer = route(500, 200)
    assert code(answer["department"]) == "city-civil-works"
    assert "District 1" in answer["explanation"]["en"]
    small_city.city_works.is_active = False
    small_city.city_works.save()
    assert route(500, 200)["department"] is None


def test_r20_an_exchanged_pair_is_refused_with_a_hint(small_city, client):
    lon, lat = lonlat(500, 200)
    response = client.get("/api/v1/route", {"lon": lat, "lat": lon})
    assert (response.status_code, response.json()["code"]) == (422, "coordinates_exchanged")


def test_a_specific_rule_goes_before_a_general_one(small_city, route):
    parks = FunctionFactory(code="parks", name_fa="پارک‌ها", name_en="Parks")
    park_office = DepartmentFactory(jurisdiction=small_city.city, function=parks, code="parks")
    group = CategoryGroupFactory(code="green", name_fa="فضای سبز", name_en="Green")
    tree = CategoryFactory(code="tree", group=group, name_fa="درخت", name_en="Tree")
    city_level = small_city.city.level
    RoutingRuleFactory(root=small_city.city, category=None, function=small_city.west_works.function)
    assert code(route(500, 200, "tree")["department"]) == "1-civil-works"
    RoutingRuleFactory(root=small_city.city, category=None, group=group, function=parks, level=city_level)
    assert code(route(500, 200, "tree")["department"]) == park_office.code
    RoutingRuleFactory(root=small_city.city, category=tree, function=small_city.west_works.function)
    assert code(route(500, 200, "tree")["department"]) == "1-civil-works"


def test_special_ground_decides_before_the_district_and_does_not_reach_beyond_itself(small_city, route):
    parks = FunctionFactory(code="parks")
    park = JurisdictionFactory(
        root=small_city.city, code="big-park", level=LevelFactory(code="park", rank=50), name_en="Big Park"
    )
    BoundaryFactory(jurisdiction=park, shape=square(600, 600, side=100))
    office = DepartmentFactory(jurisdiction=park, function=parks)
    RoutingRuleFactory(root=small_city.city, category=small_city.pothole, function=parks, level=park.level)
    inside, beside = route(650, 650), route(705, 650)
    assert (code(inside["department"]), code(inside["park"]), code(inside["district"])) == (
        office.code,
        "big-park",
        "1",
    )
    assert (code(beside["department"]), beside["park"]) == ("1-civil-works", None)


def test_a_rule_speaks_only_on_its_days(small_city, route):
    RoutingRule.objects.update(in_force=(date(2020, 1, 1), timezone.now().date() - timedelta(days=2)))
    assert route(500, 200)["department"] is None


def test_cities_live_side_by_side_each_with_its_own_codes(small_city, route):
    other = CityFactory(code="other", time_zone="America/Chicago")
    BoundaryFactory(jurisdiction=other, shape=square(10_000, 0, side=1000))
    district = JurisdictionFactory(root=other, code="1", name_en="Another District 1")
    BoundaryFactory(jurisdiction=district, shape=square(10_000, 0, side=1000))
    answer = route(10_500, 500)
    assert (answer["city"], answer["district"]["name_en"], answer["department"]) == (
        "other",
        "Another District 1",
        None,
    )
    assert route(500, 200)["city"] == "sample"


def test_the_stored_decision_is_the_one_the_route_endpoint_gives(small_city, route, post, filing):
    asked = route(995, 500)
    answer = post(filing(x=995, y=500)).json()["properties"]
    for member in ("method", "edge_m", "near_boundary", "runners_up", "explanation", "department"):
        assert answer[member] == asked[member]
    stored = Assignment.objects.get().route
    assert stored["rule_id"] == asked["rule_id"]
    assert stored["decided_by"]["boundary_id"] == asked["boundary_id"]


def test_the_route_inside_a_city_is_one_query(small_city, client, django_assert_num_queries):
    lon, lat = lonlat(500, 200)
    with django_assert_num_queries(1):
        client.get("/api/v1/route", {"lon": lon, "lat": lat, "category": "pothole"})


def test_filing_takes_a_fixed_handful_of_queries(small_city, post, filing, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        assert post(filing()).status_code == 201
