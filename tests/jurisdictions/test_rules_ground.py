"""Special ground and conditions, through the front door: parks, corridors, a precinct, nights, weekdays, ways in.

Cases R8, R9 and R10.
"""

from datetime import date, time

import pytest
import shapely
from shapely import LineString

from jurisdictions.models import Boundary, Department, RoutingRule
from reports.models import Assignment, Report
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CategoryGroupFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
    RoutingRuleFactory,
)
from tests.shapes import lonlat, polygon, square

FRIDAY_NOON = "2026-11-27T08:30Z"  # 12:00 in Tehran
MONDAY_NOON = "2026-11-23T08:30Z"


def corridor(*places, width: float):
    """The ground within half the width of a line through places in metres."""
    band = LineString(places).buffer(width / 2, cap_style="flat")
    return polygon(list(shapely.get_coordinates(band.exterior))[:-1])


@pytest.fixture
def moment(time_machine):
    return lambda at: time_machine.move_to(at, tick=False)


@pytest.fixture
def route(client):
    """The properties of the route of a place in metres, now."""

    def ask(x: float, y: float, category: str = "pothole", **query):
        lon, lat = lonlat(x, y)
        answer = client.get("/api/v1/route", {"lon": lon, "lat": lat, "category": category, **query})
        assert answer.status_code == 200, answer.content
        return answer.json()["properties"]

    return ask


@pytest.fixture
def filed(post, filing):
    """The department (its code) that has a report filed now at a place."""

    def file(x: float, y: float, category: str = "pothole", **changes) -> str | None:
        answer = post(filing(x=x, y=y, category=category, **changes))
        assert answer.status_code == 201, answer.content
        department = answer.json()["properties"]["department"]
        stored = Report.objects.latest("pk").department
        assert (stored and stored.code) == (department and department["code"])
        return department and department["code"]

    return file


def office(route_properties) -> str | None:
    return route_properties["department"] and route_properties["department"]["code"]


class Town:
    """A small city to which special ground and rules are added in a line each."""

    def __init__(self, small_city) -> None:
        self.city = small_city

    def ground(self, level: str, code: str, shape, *, rank: int = 50, parent=None):
        place = JurisdictionFactory(
            root=self.city.city,
            parent=parent or self.city.city,
            code=code,
            level=LevelFactory(code=level, rank=rank),
            name_en=code.title(),
        )
        BoundaryFactory(jurisdiction=place, shape=shape)
        return place

    def department(self, place, function: str, **values):
        return DepartmentFactory(jurisdiction=place, function=FunctionFactory(code=function), **values)

    def rule(self, function: str, level: str, **values):
        given = {"category": None} | values
        return RoutingRuleFactory(
            root=self.city.city, function=FunctionFactory(code=function), level=LevelFactory(code=level), **given
        )


@pytest.fixture
def town(small_city):
    return Town(small_city)


@pytest.fixture
def green(small_city):
    return CategoryGroupFactory(code="green")


class TestParks:
    @pytest.fixture(autouse=True)
    def _park(self, town, green):
        """Trees are the district's, and in a park the park's own, whatever is broken there."""
        park = town.ground("park", "big-park", square(600, 600, side=100), parent=town.city.west)
        town.department(park, "green-space", code="big-park-office")
        town.department(town.city.city, "green-space", code="city-parks")
        town.department(town.city.west, "green-space")
        CategoryFactory(code="fallen-tree", group=green)
        town.rule("green-space", "district", group=green)
        town.rule("green-space", "park", group=green)

    def test_in_the_park_the_park_has_it_and_beside_it_the_district(self, route, filed):
        assert filed(650, 650, "fallen-tree") == "big-park-office"
        assert filed(595, 650, "fallen-tree") == "1-green-space"
        assert office(route(1500, 500, "fallen-tree")) == "city-parks"

    def test_the_park_is_named_beside_the_district_it_lies_in(self, route):
        inside = route(650, 650, "fallen-tree")
        assert (inside["park"]["code"], inside["district"]["code"]) == ("big-park", "1")

    def test_other_categories_stay_with_the_district(self, filed):
        assert filed(650, 650, "pothole") == "1-civil-works"

    def test_a_park_without_a_department_of_its_own_leaves_it_to_its_district(self, route):
        Department.objects.filter(code="big-park-office").update(is_active=False)
        answer = route(650, 650, "fallen-tree")
        assert office(answer) == "1-green-space"
        assert answer["escalated"] is True


class TestCorridors:
    @pytest.fixture(autouse=True)
    def _motorway(self, town):
        """A motorway of 60 m width through both districts."""
        road = town.ground("corridor", "motorway", corridor((0, 500), (2000, 500), width=60), rank=60)
        town.department(road, "roads", code="motorway-office")
        town.rule("roads", "corridor", category=town.city.pothole)

    def test_r8_a_category_on_the_corridor_beats_the_district(self, filed, route):
        assert filed(500, 525) == "motorway-office"
        assert filed(1500, 475) == "motorway-office"
        assert filed(500, 535) == "1-civil-works"
        on_it = route(1500, 500)
        assert (on_it["corridor"]["code"], on_it["district"]["code"]) == ("motorway", "2")

    def test_r8_when_the_line_is_gone_it_falls_back(self, filed, moment):
        moment("2026-12-31T20:29Z")  # the last minute of the year in Tehran
        Boundary.objects.filter(jurisdiction__code="motorway").update(in_force=(date(2024, 1, 1), date(2027, 1, 1)))
        assert filed(500, 500) == "motorway-office"
        moment("2026-12-31T20:30Z")
        assert filed(500, 500) == "1-civil-works"

    def test_other_categories_on_the_corridor_stay_with_the_district(self, town, filed):
        CategoryFactory(code="rubble", group=town.city.pothole.group)
        town.rule("civil-works", "district")
        assert filed(500, 500, "rubble") == "1-civil-works"

    def test_where_a_corridor_crosses_a_precinct_of_higher_rank_the_precinct_has_it(self, town, filed):
        precinct = town.ground("precinct", "shrine", square(900, 400, side=200), rank=70)
        town.department(precinct, "shrine-works", code="shrine-office")
        town.rule("shrine-works", "precinct", category=town.city.pothole)
        assert filed(1000, 500) == "shrine-office"
        assert filed(1000, 450) == "shrine-office"
        assert filed(1150, 500) == "motorway-office"

    def test_where_two_of_one_rank_cross_the_smaller_ground_has_it(self, town, filed):
        short = town.ground("corridor", "ramp", corridor((1000, 300), (1000, 700), width=20), rank=60)
        town.department(short, "roads", code="ramp-office")
        assert filed(1000, 500) == "ramp-office"


class TestThePrecinct:
    def test_everything_inside_goes_to_its_office_and_named_categories_do_not(self, town, green, filed):
        """What goes before the district's rule for everything does not go before its rules for named categories."""
        precinct = town.ground("precinct", "shrine", square(400, 600, side=100), rank=70)
        town.department(precinct, "shrine-works", code="shrine-office")
        town.rule("shrine-works", "precinct")
        town.rule("civil-works", "district")
        CategoryFactory(code="fallen-tree", group=green)
        assert filed(450, 650, "fallen-tree") == "shrine-office"
        assert filed(550, 650, "fallen-tree") == "1-civil-works"
        assert filed(450, 650, "pothole") == "1-civil-works"


class TestOrganizationsOfTheWholeCity:
    def test_a_category_goes_to_the_citys_organization_wherever_it_is(self, town, filed, route):
        town.department(town.city.city, "water", code="water-company")
        CategoryFactory(code="water-leak", group=town.city.pothole.group)
        town.rule("water", "city", category=CategoryFactory(code="water-leak"))
        town.rule("civil-works", "district", group=town.city.pothole.group)
        assert filed(500, 500, "water-leak") == filed(1500, 500, "water-leak") == "water-company"
        answer = route(500, 500, "water-leak")
        assert (answer["district"]["code"], answer["escalated"]) == ("1", False)


class TestConditions:
    @pytest.fixture(autouse=True)
    def _emergency(self, town):
        town.department(town.city.city, "emergency", code="emergency-crew")

    @pytest.mark.parametrize(
        ("at", "department"),
        [
            ("2026-11-23T18:29:59Z", "1-civil-works"),  # 21:59:59 in Tehran
            ("2026-11-23T18:30:00Z", "emergency-crew"),
            ("2026-11-23T20:30:00Z", "emergency-crew"),  # midnight
            ("2026-11-24T02:29:59Z", "emergency-crew"),  # 05:59:59
            ("2026-11-24T02:30:00Z", "1-civil-works"),
        ],
    )
    def test_a_night_lasts_through_midnight_by_the_citys_clock(self, town, moment, filed, route, at, department):
        town.rule("emergency", "city", category=town.city.pothole, from_time=time(22), until_time=time(6))
        moment(at)
        assert filed(500, 500) == office(route(500, 500)) == department

    def test_a_span_within_a_day_ends_before_its_last_minute(self, town, moment, filed):
        town.rule("emergency", "city", category=town.city.pothole, from_time=time(8), until_time=time(16))
        moment("2026-11-23T12:29:59Z")
        assert filed(500, 500) == "emergency-crew"
        moment("2026-11-23T12:30:00Z")
        assert filed(500, 500) == "1-civil-works"

    def test_weekdays_are_those_of_the_citys_calendar(self, town, moment, filed):
        town.rule("emergency", "city", category=town.city.pothole, weekdays=[5])
        moment(MONDAY_NOON)
        assert filed(500, 500) == "1-civil-works"
        moment("2026-11-26T20:30:00Z")  # Thursday in Greenwich, Friday in Tehran
        assert filed(500, 500) == "emergency-crew"
        moment("2026-11-27T20:30:00Z")
        assert filed(500, 500) == "1-civil-works"

    def test_a_night_on_a_weekday_means_the_hours_of_that_very_day(self, town, moment, filed):
        town.rule("emergency", "city", category=town.city.pothole, weekdays=[5], from_time=time(22), until_time=time(6))
        for at, department in [
            ("2026-11-26T22:00Z", "emergency-crew"),  # Friday 01:30
            ("2026-11-27T19:00Z", "emergency-crew"),  # Friday 22:30
            ("2026-11-27T22:00Z", "1-civil-works"),  # Saturday 01:30
        ]:
            moment(at)
            assert filed(500, 500) == department, at

    def test_a_way_in_has_its_own_rule(self, town, filed):
        town.rule("emergency", "city", category=town.city.pothole, sources=["app", "137"])
        assert filed(500, 500, source="app") == "emergency-crew"
        assert filed(500, 500, source="web") == "1-civil-works"

    def test_more_conditions_go_before_fewer_and_a_special_category_before_any_condition(self, town, moment, filed):
        town.department(town.city.city, "night-shift", code="night-shift")
        town.rule("emergency", "city", group=town.city.pothole.group, weekdays=[5])
        town.rule("night-shift", "city", group=town.city.pothole.group, weekdays=[5], sources=["app"])
        CategoryFactory(code="sidewalk", group=town.city.pothole.group)
        moment(FRIDAY_NOON)
        assert filed(500, 500, "sidewalk", source="app") == "night-shift"
        assert filed(500, 500, "sidewalk", source="web") == "emergency-crew"
        assert filed(500, 500, "pothole", source="app") == "1-civil-works"

    def test_a_condition_goes_before_the_rank_of_the_level(self, town, moment, filed):
        town.rule("emergency", "city", category=town.city.pothole, weekdays=[5])
        moment(FRIDAY_NOON)
        assert filed(500, 500) == "emergency-crew"


class TestDepartmentsThatAreNotThere:
    def test_r9_an_inactive_department_escalates_to_its_parents_and_the_route_says_so(self, small_city, filed, route):
        zone = RoutingRule.objects.get()
        zone.level = small_city.zone.level
        zone.save()
        assert route(500, 200)["escalated"] is True  # the zone has none of its own
        assert filed(500, 200) == "1-civil-works"
        Department.objects.filter(pk=small_city.west_works.pk).update(is_active=False)
        answer = route(500, 200)
        assert (office(answer), answer["escalated"]) == ("city-civil-works", True)
        assert filed(500, 200) == "city-civil-works"
        assert Assignment.objects.latest("pk").route["escalated"] is True

    def test_r9_with_nobody_above_the_report_waits_for_a_dispatcher_and_is_never_lost(self, small_city, filed):
        Department.objects.update(is_active=False)
        assert filed(500, 200) is None
        assert Report.objects.get().jurisdictions["district"] == "1"

    def test_r10_a_rule_that_leads_nowhere_is_passed_over_recorded_and_alarmed(self, town, filed, route, caplog):
        broken = town.rule("gone", "district", category=town.city.pothole, weekdays=[1, 2, 3, 4, 5, 6, 7])
        assert filed(500, 200) == "1-civil-works"
        stored = Assignment.objects.get().route
        assert stored["passed_over"] == [broken.pk]
        assert stored["rule_id"] == RoutingRule.objects.exclude(pk=broken.pk).get().pk
        [line] = [each for each in caplog.records if each.name == "jurisdictions.routing"]
        assert (line.levelname, str(broken.pk) in line.getMessage()) == ("ERROR", True)

    def test_r10_one_that_leads_somewhere_alarms_nobody(self, town, filed, caplog):
        town.rule("civil-works", "city", category=town.city.pothole, weekdays=[1, 2, 3, 4, 5, 6, 7])
        assert filed(500, 200) == "city-civil-works"
        assert Assignment.objects.get().route["passed_over"] == []
        assert not [each for each in caplog.records if each.name == "jurisdictions.routing"]
