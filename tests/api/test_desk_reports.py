"""Reports put right, declined and given away by program."""

import json
import threading

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction

from api.errors import CODES
from jurisdictions.models import Moderation
from people.models import Role
from reports.handling import change_status
from reports.models import Assignment, Report
from reports.publishing import hide, publish
from tests.api.desks import Desk
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CityFactory,
    DepartmentFactory,
    FunctionFactory,
    MembershipFactory,
    RoutingRuleFactory,
    UserFactory,
)
from tests.notifications.helpers import until
from tests.shapes import lonlat, rectangle
from tests.staff import FILED_AT, file_report, handler, superuser


def point(x: float, y: float = 500) -> dict:
    return {"type": "Point", "coordinates": list(lonlat(x, y))}


@pytest.fixture
def report(small_city) -> Report:
    return file_report(small_city.pothole, x=500)


@pytest.fixture
def west(small_city) -> Desk:
    return Desk.of(handler(small_city.west))


@pytest.fixture
def dispatcher(small_city) -> Desk:
    return Desk.of(handler(small_city.city, Role.DISPATCHER))


def member_of(department) -> Desk:
    return Desk.of(MembershipFactory(department=department, role=Role.HANDLER).user)


def history(report: Report) -> list[tuple]:
    return list(report.assignments.order_by("pk").values_list("reason", "department__code"))


def ok(response) -> dict:
    assert response.status_code == 200, response.content
    return response.json()["properties"]


def code_of(response, status: int) -> str:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in CODES
    return response.json()["code"]


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


class TestDeclining:
    def test_gives_it_to_the_next_candidate_with_the_reason(self, small_city):
        report = file_report(small_city.pothole, x=990)
        body = {"reason": "در محدودهٔ ما نیست", "note": "آن‌سوی خیابان"}
        answer = ok(member_of(small_city.west_works).post(f"reports/{report.reference}/decline", body))
        assert answer["department"]["code"] == "2-civil-works"
        assert answer["contested"] is False
        assert history(report) == [("filed", "1-civil-works"), ("declined", "2-civil-works")]
        made = report.assignments.latest("pk")
        assert (made.declined_by, made.note) == (small_city.west_works, "در محدودهٔ ما نیست\nآن‌سوی خیابان")

    def test_far_from_any_edge_goes_to_the_dispatcher(self, small_city, report):
        answer = ok(member_of(small_city.west_works).post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        assert answer["department"] is None
        assert answer["contested"] is False

    def test_by_both_neighbors_stops_at_the_dispatcher_and_says_so(self, small_city):
        report = file_report(small_city.pothole, x=990)
        ok(member_of(small_city.west_works).post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        answer = ok(member_of(small_city.east_works).post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        assert (answer["department"], answer["contested"]) == (None, True)
        assert history(report)[-1] == ("declined", None)

    def test_again_after_a_dispatcher_gave_it_back_goes_to_the_dispatcher_and_not_to_the_neighbor(
        self, small_city, dispatcher
    ):
        report = file_report(small_city.pothole, x=990)
        west = member_of(small_city.west_works)
        ok(west.post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        ok(dispatcher.post(f"reports/{report.reference}/assign", {"department": "1-civil-works"}))
        answer = ok(west.post(f"reports/{report.reference}/decline", {"reason": "باز هم نه"}))
        assert (answer["department"], answer["contested"]) == (None, True)

    def test_never_comes_back_by_itself_even_where_the_place_is_put_right(self, small_city, dispatcher):
        report = file_report(small_city.pothole, x=990)
        ok(member_of(small_city.west_works).post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        answer = ok(dispatcher.patch(f"reports/{report.reference}", {"location": point(985)}))
        assert answer["department"]["code"] == "2-civil-works"
        answer = ok(dispatcher.patch(f"reports/{report.reference}", {"location": point(300)}))
        assert answer["department"] is None

    def test_passes_over_a_neighbor_that_takes_no_work(self, small_city):
        report = file_report(small_city.pothole, x=990)
        small_city.east_works.is_active = False
        small_city.east_works.save()
        answer = ok(member_of(small_city.west_works).post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        assert answer["department"] is None

    def test_lets_the_next_department_see_it_though_the_ground_is_not_its_own(self, small_city, west):
        report = file_report(CategoryFactory(code="quiet", moderation=Moderation.NEVER), x=990)
        RoutingRuleFactory(
            root=small_city.city, category=report.category, function=small_city.west_works.function,
            level=small_city.west.level,
        )  # fmt: skip
        ok(west.patch(f"reports/{report.reference}", {"location": point(995)}))
        east = Desk.of(handler(small_city.east))
        assert east.get(f"reports/{report.reference}").status_code == 404
        ok(west.post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        assert east.get(f"reports/{report.reference}").json()["properties"]["text"] == report.description

    def test_is_for_the_department_that_has_it(self, small_city, west):
        report = file_report(small_city.pothole, x=990)
        ok(west.post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        assert code_of(west.post(f"reports/{report.reference}/decline", {"reason": "نه"}), 403) == "forbidden"
        assert len(history(report)) == 2

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({}, "reason", "required"),
            ({"reason": ""}, "reason", "blank"),
            ({"reason": " \u200c"}, "reason", "blank"),
            ({"reason": 5}, "reason", "wrong_type"),
            ({"reason": "x" * 2001}, "reason", "too_long"),
            ({"reason": "نه", "why": "x"}, "why", "unknown_member"),
        ],
    )
    def test_wants_a_reason(self, west, report, body, field, code):
        response = west.post(f"reports/{report.reference}/decline", body)
        assert code_of(response, 400) == code
        assert [each["field"] for each in response.json()["errors"]] == [field]

    def test_of_a_closed_report_or_one_that_nobody_has_is_refused(self, small_city, dispatcher, report):
        change_status(report=report, to="resolved", note="done", at=FILED_AT)
        lost = file_report(small_city.pothole, x=-3000)
        for each in (report, lost):
            response = dispatcher.post(f"reports/{each.reference}/decline", {"reason": "نه"})
            assert code_of(response, 409) == "nothing_to_decline"


def waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the view would stand still
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decline_at_once_one_is_told_that_it_is_in_other_hands(small_city):
    report = file_report(small_city.pothole, x=990)
    desks = [member_of(small_city.west_works) for _ in range(2)]
    answers, start = [], threading.Barrier(2)

    def go(desk: Desk) -> None:
        start.wait()
        try:
            answers.append(desk.post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[desk]) for desk in desks]
    with transaction.atomic():  # both wait at the row, and have read by then who has the report
        Report.objects.select_for_update().get()
        for thread in threads:
            thread.start()
        until(lambda: waiting() == 2, seconds=20)
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in answers) == [200, 409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"report_changed"}
    assert history(report) == [("filed", "1-civil-works"), ("declined", "2-civil-works")]


class TestGivingByHand:
    def test_gives_it_to_any_department_of_the_city_with_a_note(self, small_city, dispatcher, report):
        body = {"department": "city-civil-works", "note": "پروژهٔ شهر است"}
        answer = ok(dispatcher.post(f"reports/{report.reference}/assign", body))
        assert (answer["department"]["code"], answer["assigned_because"]) == ("city-civil-works", "dispatched")
        assert answer["district_code"] == "1"
        made = report.assignments.latest("pk")
        assert (made.reason, made.note) == ("dispatched", "پروژهٔ شهر است")
        first = report.assignments.earliest("pk")
        assert made.route == first.route

    def test_to_who_has_it_changes_nothing(self, dispatcher, report):
        answer = ok(dispatcher.post(f"reports/{report.reference}/assign", {"department": "1-civil-works"}))
        assert answer["changed"] is False
        assert len(history(report)) == 1

    def test_is_not_for_a_handler(self, west, report):
        response = west.post(f"reports/{report.reference}/assign", {"department": "2-civil-works"})
        assert code_of(response, 403) == "forbidden"
        assert len(history(report)) == 1

    def test_refuses_what_is_no_department_of_the_city_or_takes_no_work(self, small_city, dispatcher, report):
        stranger = DepartmentFactory(jurisdiction=CityFactory(), code="stranger")
        for code in ("nobody", stranger.code):
            response = dispatcher.post(f"reports/{report.reference}/assign", {"department": code})
            assert code_of(response, 400) == "unknown_department"
        DepartmentFactory(jurisdiction=small_city.city, function=FunctionFactory(code="x"), code="off", is_active=False)
        response = dispatcher.post(f"reports/{report.reference}/assign", {"department": "off"})
        assert code_of(response, 422) == "inactive_department"
        assert len(history(report)) == 1


class TestTheHistory:
    def test_tells_the_staff_who_had_it_and_why(self, small_city, west, dispatcher):
        report = file_report(small_city.pothole, x=990)
        ok(west.post(f"reports/{report.reference}/decline", {"reason": "نه"}))
        ok(dispatcher.post(f"reports/{report.reference}/assign", {"department": "city-civil-works", "note": "بله"}))
        answer = dispatcher.get(f"reports/{report.reference}/assignments")
        assert answer.headers["Content-Type"] == "application/json"
        rows = answer.json()["assignments"]
        assert [(each["reason"], each["department"]["code"], each["note"]) for each in rows] == [
            ("filed", "1-civil-works", ""),
            ("declined", "2-civil-works", "نه"),
            ("dispatched", "city-civil-works", "بله"),
        ]
        assert rows[1]["declined_by"]["code"] == "1-civil-works"
        assert [each["ended_at"] is None for each in rows] == [False, False, True]

    def test_needs_as_many_queries_for_a_long_one_as_for_a_short_one(
        self, dispatcher, report, django_assert_max_num_queries
    ):
        for number in range(6):
            department = "city-civil-works" if number % 2 else "2-civil-works"
            ok(dispatcher.post(f"reports/{report.reference}/assign", {"department": department}))
        with django_assert_max_num_queries(8):
            assert len(dispatcher.get(f"reports/{report.reference}/assignments").json()["assignments"]) == 7


ACTS = {
    "": ("patch", {"location": point(1500)}),
    "/decline": ("post", {"reason": "نه"}),
    "/assign": ("post", {"department": "2-civil-works"}),
    "/assignments": ("get", None),
}


@pytest.mark.parametrize("act", ACTS)
class TestWhoMay:
    """S1: nobody acts on, or learns of, what is another's."""

    def ask(self, desk: Desk, report: Report, act: str):
        method, body = ACTS[act]
        address = f"reports/{report.reference}{act}"
        return desk.get(address) if method == "get" else getattr(desk, method)(address, body)

    def test_the_public_is_asked_who_it_is(self, report, act):
        assert code_of(self.ask(Desk(), report, act), 401) == "not_authenticated"

    def test_an_account_without_membership_is_refused_a_public_report(self, report, act):
        assert code_of(self.ask(Desk.of(UserFactory()), report, act), 403) == "forbidden"

    def test_another_district_is_refused_a_public_report_and_does_not_learn_of_a_hidden_one(
        self, small_city, report, act
    ):
        east = Desk.of(handler(small_city.east, Role.DISPATCHER))
        assert code_of(self.ask(east, report, act), 403) == "forbidden"
        hide(report=report)
        assert code_of(self.ask(east, report, act), 404) == "not_found"
        assert len(history(report)) == 1

    def test_an_analyst_changes_nothing(self, small_city, report, act):
        response = self.ask(Desk.of(handler(small_city.west, Role.ANALYST)), report, act)
        assert response.status_code == (200 if act == "/assignments" else 403)
        assert len(history(report)) == 1

    def test_what_is_no_reference_is_not_found(self, db, act):
        report = Report(reference="nothing")
        assert code_of(self.ask(Desk.of(superuser()), report, act), 404) == "not_found"

    def test_a_superuser_may(self, report, act):
        assert self.ask(Desk.of(superuser()), report, act).status_code == 200


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
