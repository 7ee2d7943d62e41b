"""What an answer says: the circle of the phone, any day, conditions, rules that lead nowhere (R9, R10, R15)."""

import logging
from datetime import date, time

import pytest

from jurisdictions.models import RoutingRule
from tests.factories import (
    BoundaryFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
    RoutingRuleFactory,
)
from tests.shapes import lonlat, rectangle


@pytest.fixture
def route(client):
    """The properties of the route of a place in metres."""

    def ask(x: float, y: float, **query):
        lon, lat = lonlat(x, y)
        response = client.get("/api/v1/route", {"lon": lon, "lat": lat, "category": "pothole"} | query)
        assert response.status_code == 200, response.content
        return response.json()["properties"]

    return ask


def shares(answer) -> dict[str, float]:
    return {each["code"]: each["share"] for each in answer["candidates"]}


class TestTheCircleOfThePhone:
    """Whoever may answer is named with the share of the circle that is theirs."""

    def test_a_circle_within_one_district_leaves_no_doubt(self, small_city, route):
        answer = route(500, 700, accuracy_m=100)
        assert (answer["ambiguous"], answer["candidates"]) == (False, [])

    def test_a_circle_over_an_edge_is_parted_between_both_sides(self, small_city, route):
        answer = route(990, 700, accuracy_m=100)
        assert answer["ambiguous"] is True
        # A circle of radius 100 cut 10 from its middle: the smaller part is 43.6 % of it.
        assert shares(answer) == pytest.approx({"1": 0.564, "2": 0.436}, abs=0.01)
        departments = {each["code"]: each["department"]["code"] for each in answer["candidates"]}
        assert departments == {"1": "1-civil-works", "2": "2-civil-works"}
        assert "56%" in answer["explanation"]["en"]
        assert "۵۶" in answer["explanation"]["fa"]

    def test_the_edge_of_a_level_that_decides_nothing_raises_no_doubt(self, small_city, route):
        assert route(500, 395, accuracy_m=50)["ambiguous"] is False  # the zone's edge at 400

    def test_at_the_edge_of_the_city_the_shares_lack_what_lies_outside(self, small_city, route):
        answer = route(1500, 995, accuracy_m=50)
        assert answer["ambiguous"] is True
        assert sum(shares(answer).values()) == pytest.approx(0.56, abs=0.02)

    def test_special_ground_within_the_circle_takes_its_part_first(self, small_city, route):
        corridor = JurisdictionFactory(
            root=small_city.city, code="ring", level=LevelFactory(code="corridor", rank=60), name_en="Ring"
        )
        BoundaryFactory(jurisdiction=corridor, shape=rectangle(500, 0, width=40, height=1000))
        highways = FunctionFactory(code="highways")
        DepartmentFactory(jurisdiction=corridor, function=highways, code="ring-road")
        RoutingRuleFactory(root=small_city.city, category=small_city.pothole, function=highways, level=corridor.level)
        answer = route(495, 700, accuracy_m=30)
        assert answer["department"]["code"] == "1-civil-works"
        assert set(shares(answer)) == {"1", "ring"}
        assert sum(shares(answer).values()) == pytest.approx(1, abs=0.01)

    def test_a_phone_that_is_far_off_is_answered_as_if_within_a_kilometre(self, small_city, route):
        answer = route(500, 500, accuracy_m=90_000)
        assert sum(shares(answer).values()) < 1
        assert set(shares(answer)) == {"1", "2"}


class TestAnyDay:
    """A day, or a moment, of the past or to come."""

    def test_a_moment_and_a_day_are_both_understood(self, small_city, route):
        assert route(500, 700, on="2030-01-01")["on"] == "2030-01-01"
        asked = route(500, 700, on="2030-01-01T21:00:00Z")  # half past midnight in Tehran
        assert (asked["on"], asked["at"]) == ("2030-01-02", "2030-01-01T21:00:00+00:00")

    def test_a_day_before_all_boundaries_is_said_to_be_unknown(self, small_city, client):
        lon, lat = lonlat(500, 700)
        response = client.get("/api/v1/route", {"lon": lon, "lat": lat, "on": "1950-01-01"})
        assert (response.status_code, response.json()["code"]) == (422, "no_boundaries")

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("on", "yesterday", "invalid_time"),
            ("on", "0001-01-01", "invalid_time"),
            ("accuracy_m", "-1", "invalid_number"),
            ("accuracy_m", "100001", "invalid_number"),
            ("accuracy_m", "nan", "invalid_number"),
            ("source", "pigeon", "unknown_value"),
            ("category", "unknown", "unknown_category"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, small_city, client, name, value, code):
        lon, lat = lonlat(500, 700)
        response = client.get("/api/v1/route", {"lon": lon, "lat": lat, name: value})
        assert (response.status_code, response.json()["code"]) == (400, code)

    def test_a_category_that_is_no_longer_offered_is_refused(self, small_city, client):
        small_city.pothole.is_active = False
        small_city.pothole.save()
        lon, lat = lonlat(500, 700)
        response = client.get("/api/v1/route", {"lon": lon, "lat": lat, "category": "pothole"})
        assert (response.status_code, response.json()["code"]) == (400, "unknown_category")


class TestConditions:
    """A rule that names a time, weekdays or a way in speaks only then, and before one without."""

    @pytest.fixture
    def night(self, small_city) -> RoutingRule:
        """At night the city's own department has the potholes; the sample city keeps Tehran's time."""
        return RoutingRuleFactory(
            root=small_city.city,
            category=small_city.pothole,
            function=small_city.city_works.function,
            level=small_city.city.level,
            from_time=time(22),
            until_time=time(6),
        )

    @pytest.mark.parametrize(
        ("moment", "department"),
        [
            ("2026-06-01T21:59:59+03:30", "1-civil-works"),
            ("2026-06-01T22:00:00+03:30", "city-civil-works"),
            ("2026-06-02T05:59:59+03:30", "city-civil-works"),
            ("2026-06-02T06:00:00+03:30", "1-civil-works"),
            ("2026-06-01T22:00:00Z", "city-civil-works"),  # half past one in Tehran
            ("2026-06-01", "1-civil-works"),  # a bare day has no hour
        ],
    )
    def test_a_time_of_day_goes_through_midnight(self, night, route, moment, department):
        assert route(500, 700, on=moment)["department"]["code"] == department

    def test_weekdays_are_those_of_the_citys_day(self, night, route):
        night.from_time = night.until_time = None
        night.weekdays = [5]  # Friday
        night.save()
        assert route(500, 700, on="2026-06-05")["department"]["code"] == "city-civil-works"
        assert route(500, 700, on="2026-06-06")["department"]["code"] == "1-civil-works"
        assert route(500, 700, on="2026-06-04T21:00:00Z")["department"]["code"] == "city-civil-works"

    def test_a_way_in_is_a_condition_too(self, night, route, post, filing):
        night.from_time = night.until_time = None
        night.sources = ["web"]
        night.save()
        assert route(500, 700)["department"]["code"] == "1-civil-works"
        assert route(500, 700, source="web")["department"]["code"] == "city-civil-works"
        filed = post(filing(source="web")).json()["properties"]
        assert filed["department"]["code"] == "city-civil-works"


class TestRulesThatLeadNowhere:
    """Passed over for the next, named in the answer, and an alarm in the log."""

    def test_the_next_rule_decides_and_the_faulty_one_is_named(self, small_city, route, caplog):
        nobody = FunctionFactory(code="nobody")
        faulty = RoutingRule.objects.get()
        faulty.function = nobody
        faulty.save()
        RoutingRuleFactory(root=small_city.city, category=None, function=small_city.west_works.function)
        with caplog.at_level(logging.ERROR, logger="jurisdictions.routing"):
            answer = route(500, 700)
        assert answer["department"]["code"] == "1-civil-works"
        assert answer["passed_over"] == [faulty.pk]
        assert str(faulty.pk) in caplog.text

    def test_where_all_lead_nowhere_a_dispatcher_decides(self, small_city, route):
        RoutingRule.objects.update(function=FunctionFactory(code="nobody"))
        answer = route(500, 700)
        assert (answer["department"], answer["district"]["code"]) == (None, "1")
        assert answer["passed_over"] == [answer["rule_id"]]

    def test_a_neighbor_with_a_department_does_not_get_what_the_covering_one_cannot_do(self, small_city, route):
        small_city.west_works.is_active = small_city.city_works.is_active = False
        small_city.west_works.save()
        small_city.city_works.save()
        answer = route(990, 700)  # 10 m from the east, which has an active one
        assert (answer["district"]["code"], answer["department"]) == ("1", None)

    def test_a_rule_that_ended_is_not_asked(self, small_city, route):
        RoutingRule.objects.update(in_force=(date(2025, 1, 1), date(2026, 1, 1)))
        assert route(500, 700, on="2026-01-01")["department"] is None
        assert route(500, 700, on="2025-12-31")["department"]["code"] == "1-civil-works"
