"""The place and the category of a report put right by program."""

import json

import pytest
from django.contrib.gis.geos import Point

from jurisdictions.models import Moderation
from reports.models import Assignment, Report
from reports.publishing import hide, publish
from tests.api.desks import Desk, code_of, ok
from tests.api.given_ground import history, point
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CityFactory,
    DepartmentFactory,
    FunctionFactory,
    RoutingRuleFactory,
)
from tests.shapes import lonlat, rectangle
from tests.staff import file_report


class TestMovingAReport:
    def test_R12_gives_it_to_the_department_there_and_keeps_the_old_assignment_as_history(
        self, small_city, west, report
    ):
        answer = ok(west.patch(f"reports/{report.reference}", {"location": point(1500)}))
        assert (answer["district_code"], answer["department"]["code"]) == ("2", "2-civil-works")
        assert history(report) == [("filed", "1-civil-works"), ("moved", "2-civil-works")]
        first, second = report.assignments.order_by("pk")
        assert first.ended_at == second.assigned_at
        report.refresh_from_db()
        assert report.location.coords == report.public_location.coords == lonlat(1500, 500)
        assert report.public_jurisdictions == report.jurisdictions == {"city": "sample", "district": "2"}

    def test_R12_outside_the_city_clears_the_department_and_waits_for_a_dispatcher(self, west, report):
        answer = ok(west.patch(f"reports/{report.reference}", {"location": point(-3000)}))
        assert (answer["department"], answer["district_code"], answer["method"]) == (None, None, "outside")
        report.refresh_from_db()
        assert (report.department, report.jurisdictions, report.public_jurisdictions) == (None, {}, {})
        assert history(report)[-1] == ("moved", None)

    def test_R12_beyond_the_service_area_is_refused_and_changes_nothing(self, west, report):
        for location, code in [
            ({"type": "Point", "coordinates": [51.4, 35.7]}, "outside_service_area"),
            ({"type": "Point", "coordinates": list(lonlat(500, 500)[::-1])}, "coordinates_exchanged"),
        ]:
            assert code_of(west.patch(f"reports/{report.reference}", {"location": location}), 422) == code
        report.refresh_from_db()
        assert report.location.coords == lonlat(500, 500)
        assert len(history(report)) == 1

    def test_to_another_district_tells_the_mover_that_it_is_out_of_hand(self, west, report):
        assert ok(west.patch(f"reports/{report.reference}", {"location": point(600)}))["in_your_charge"] is True
        assert ok(west.patch(f"reports/{report.reference}", {"location": point(1500)}))["in_your_charge"] is False
        assert code_of(west.patch(f"reports/{report.reference}", {"location": point(500)}), 403) == "forbidden"

    def test_to_another_city_makes_it_that_citys(self, small_city, west, report):
        other = CityFactory(code="other")
        BoundaryFactory(jurisdiction=other, shape=rectangle(5000, 0, width=2000, height=1000))
        works = DepartmentFactory(jurisdiction=other, function=small_city.west_works.function)
        RoutingRuleFactory(root=other, category=small_city.pothole, function=works.function, level=other.level)
        ok(west.patch(f"reports/{report.reference}", {"location": point(6000)}))
        report.refresh_from_db()
        assert (report.root, report.department) == (other, works)

    def test_to_where_it_is_changes_nothing(self, west, report):
        answer = ok(west.patch(f"reports/{report.reference}", {"location": point(500), "category": "pothole"}))
        assert answer["changed"] is False
        assert len(history(report)) == 1

    def test_is_routed_as_of_the_day_of_the_correction(self, small_city, west, report, time_machine):
        works = small_city.west_works
        works.is_active = False
        works.save()
        answer = ok(west.patch(f"reports/{report.reference}", {"location": point(510)}))
        assert answer["department"]["code"] == "city-civil-works"


class TestChangingTheCategory:
    @pytest.fixture
    def green(self, small_city):
        green = FunctionFactory(code="green")
        DepartmentFactory(jurisdiction=small_city.west, function=green)
        DepartmentFactory(jurisdiction=small_city.east, function=green)
        tree = CategoryFactory(code="tree")
        RoutingRuleFactory(root=small_city.city, category=tree, function=green, level=small_city.west.level)
        return tree

    def test_R13_gives_it_to_the_department_for_that(self, green, west, report):
        answer = ok(west.patch(f"reports/{report.reference}", {"category": "tree"}))
        assert (answer["category"], answer["department"]["code"]) == ("tree", "1-green")
        assert history(report) == [("filed", "1-civil-works"), ("category", "1-green")]

    def test_R13_to_what_nobody_answers_for_clears_the_department(self, west, report):
        CategoryFactory(code="dragons")
        assert ok(west.patch(f"reports/{report.reference}", {"category": "dragons"}))["department"] is None
        report.refresh_from_db()
        assert report.department is None

    def test_R14_together_with_the_place_is_one_decision(self, green, west, report):
        body = {"category": "tree", "location": point(1500), "note": "درخت است"}
        ok(west.patch(f"reports/{report.reference}", body))
        assert history(report) == [("filed", "1-civil-works"), ("moved", "2-green")]
        assert report.assignments.latest("pk").note == "درخت است"

    def test_R14_with_a_bad_place_changes_neither(self, green, west, report):
        body = {"category": "tree", "location": {"type": "Point", "coordinates": [0, 0]}}
        assert west.patch(f"reports/{report.reference}", body).status_code == 422
        report.refresh_from_db()
        assert report.category.code == "pothole"

    @pytest.mark.parametrize(
        ("old", "new", "is_public", "text"),
        [
            ("at_once", "at_once", True, "چاله"),
            ("at_once", "text_reviewed", True, ""),
            ("at_once", "reviewed", False, ""),
            ("at_once", "never", False, ""),
            ("text_reviewed", "at_once", True, ""),
            ("text_reviewed", "reviewed", False, ""),
            ("reviewed", "at_once", False, ""),
            ("reviewed", "text_reviewed", False, ""),
            ("never", "at_once", False, ""),
            ("never", "reviewed", False, ""),
        ],
    )
    def test_shows_the_public_no_more_than_before(self, small_city, west, old, new, is_public, text):
        report = file_report(CategoryFactory(code="old", moderation=old), x=500, description="چاله")
        CategoryFactory(code="new", moderation=new)
        ok(west.patch(f"reports/{report.reference}", {"category": "new"}))
        report.refresh_from_db()
        assert (report.is_public, report.public_text) == (is_public, text)

    @pytest.mark.parametrize(
        ("new", "is_public", "text"),
        [("reviewed", True, "زیبا"), ("text_reviewed", True, "زیبا"), ("at_once", True, "زیبا"), ("never", False, "")],
    )
    def test_leaves_what_a_person_has_published_to_the_new_category(self, small_city, west, new, is_public, text):
        report = file_report(CategoryFactory(code="old", moderation=Moderation.REVIEWED), x=500)
        publish(report=report, text="زیبا")
        CategoryFactory(code="new", moderation=new)
        ok(west.patch(f"reports/{report.reference}", {"category": "new"}))
        report.refresh_from_db()
        assert (report.is_public, report.public_text) == (is_public, text)

    def test_does_not_show_what_a_person_has_hidden(self, green, west, report):
        hide(report=report)
        ok(west.patch(f"reports/{report.reference}", {"category": "tree"}))
        report.refresh_from_db()
        assert not report.is_public

    def test_to_a_coarse_one_coarsens_the_public_place_and_its_ground(self, small_city, west):
        report = file_report(small_city.pothole, x=990)
        CategoryFactory(code="noise", place_precision_m=500)
        ok(west.patch(f"reports/{report.reference}", {"category": "noise"}))
        report.refresh_from_db()
        assert report.public_location.distance(report.location) > 0
        (public,) = Desk().get("reports").json()["features"]
        assert public["geometry"]["coordinates"] != list(lonlat(990, 500))
        assert public["properties"]["department_code"] is None
        assert report.jurisdictions["district"] == "1"

    def test_to_an_exact_one_shows_the_exact_place(self, small_city, west):
        report = file_report(CategoryFactory(code="noise", place_precision_m=500), x=600)
        ok(west.patch(f"reports/{report.reference}", {"category": "pothole"}))
        report.refresh_from_db()
        assert report.public_location == report.location
        assert report.public_jurisdictions == report.jurisdictions


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"note": "x"}, "required"),
        ({"status": "resolved"}, "unknown_member"),
        ({"department": "2-civil-works"}, "unknown_member"),
        ({"category": None}, "required"),
        ({"category": 5}, "wrong_type"),
        ({"category": "dragons"}, "unknown_category"),
        ({"location": None}, "required"),
        ({"location": {"type": "Point", "coordinates": [59.6]}}, "invalid_coordinates"),
        ({"location": "here"}, "not_a_point"),
        ([1], "not_an_object"),
    ],
)
def test_a_correction_that_cannot_be_read_is_refused_in_words(west, report, body, code):
    response = west.patch(f"reports/{report.reference}", json.dumps(body))
    assert code_of(response, 400) == code
    assert len(history(report)) == 1
    assert Assignment.objects.count() == 1
    assert isinstance(Report.objects.get().location, Point)
