"""Reports declined by program."""

import threading

import pytest
from django.db import connection, transaction

from jurisdictions.models import Moderation
from reports.handling import change_status
from reports.models import Report
from tests.api.desks import Desk, code_of, ok
from tests.api.given_ground import history, member_of, point
from tests.factories import (
    CategoryFactory,
    RoutingRuleFactory,
)
from tests.notifications.helpers import until
from tests.staff import FILED_AT, file_report, handler


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
