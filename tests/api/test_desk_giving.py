"""Reports given to a department by program, who has had them, and who may act on them."""

import pytest

from people.models import Role
from reports.models import Report
from reports.publishing import hide
from tests.api.desks import Desk, code_of, ok
from tests.api.given_ground import history, point
from tests.factories import (
    CityFactory,
    DepartmentFactory,
    FunctionFactory,
    UserFactory,
)
from tests.staff import file_report, handler, superuser


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
