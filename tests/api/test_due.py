"""What is late, and what will be, at a desk; and how well dates are kept, for everybody."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.access import viewer_for
from people.models import Role
from reports.deadlines.due import Due, condition
from reports.handling import accept
from reports.models import Deadline, Report
from reports.publishing import hide
from tests.api.desks import Desk
from tests.factories import MembershipFactory, ServiceLevelFactory, WorkingCalendarFactory
from tests.reports.deadline_ground import file, report_of, step, tehran
from tests.staff import handler, superuser

LATER = tehran("2026-04-20 15:00")  # three working days and 45 minutes after the first reports


@pytest.fixture
def calendar(small_city):
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, amount=3)
    ServiceLevelFactory(root=small_city.city, until="accept", amount=1)
    return WorkingCalendarFactory(root=small_city.city)


def listed(desk: Desk, due: str, *, at=LATER, **query) -> list[str]:
    sort = {} if due in {"unaccepted", "unknown"} else {"sort": "due"}
    with time_machine.travel(at, tick=False):
        response = desk.get("desk/reports", due=due, **sort, **query)
    assert response.status_code == 200, response.content
    return [each["id"] for each in response.json()["features"]]


class TestTheDesk:
    def test_lists_what_is_late_and_what_is_due_within_a_working_day_in_their_charge(self, small_city, calendar):
        late, soon, far = (
            file(tehran(at))["id"] for at in ("2026-04-18 07:00", "2026-04-19 07:00", "2026-04-20 12:00")
        )
        elsewhere = file(tehran("2026-04-18 08:00"), x=1500)["id"]
        west = Desk.of(handler(small_city.west))
        assert listed(west, "overdue") == [late]
        assert listed(west, "soon") == [soon]
        assert listed(west, "unknown") == []
        assert listed(Desk.of(handler(small_city.east)), "soon") == [elsewhere]
        assert listed(Desk.of(superuser()), "overdue", at=tehran("2026-04-30 12:00")) == [late, elsewhere, soon, far]
        member = MembershipFactory(department=small_city.east_works, role=Role.ANALYST).user
        assert listed(Desk.of(member), "soon") == [elsewhere]

    def test_shows_the_date_and_whose_it_is(self, small_city, calendar):
        answer = file(tehran("2026-04-18 07:00"), y=200)
        with time_machine.travel(LATER, tick=False):
            response = Desk.of(handler(small_city.west)).get("desk/reports", due="overdue")
        [feature] = response.json()["features"]
        assert feature["geometry"] == answer["geometry"]
        properties = feature["properties"]
        assert (properties["department_code"], properties["zone_code"], properties["status"]) == (
            "1-civil-works",
            "1-1",
            "received",
        )
        assert properties["due_at"] == answer["properties"]["expected_at"]

    def test_lists_what_nobody_has_accepted_in_time(self, small_city, calendar):
        answers = [file(tehran("2026-04-18 07:00")) for _ in range(2)]
        accept(report=report_of(answers[0]), at=tehran("2026-04-18 08:00"), by=None)
        desk = Desk.of(handler(small_city.west))
        assert listed(desk, "unaccepted", at=tehran("2026-04-18 14:14")) == []
        assert listed(desk, "unaccepted", at=tehran("2026-04-18 14:16")) == [answers[1]["id"]]

    def test_lists_what_has_no_date_since_the_holidays_are_not_known(self, small_city, calendar):
        unknown = file(tehran("2027-03-18 12:00"))
        waits = file(tehran("2027-03-18 12:00"))
        step(report_of(waits), "in_progress", "2027-03-18 12:30")
        step(report_of(waits), "waiting", "2027-03-18 12:40")
        assert listed(Desk.of(handler(small_city.west)), "unknown", at=tehran("2027-03-19 12:00")) == [unknown["id"]]

    def test_leaves_out_what_is_closed_or_waits_for_the_citizen(self, small_city, calendar):
        closed, waits = (report_of(file(tehran("2026-04-18 07:00"))) for _ in range(2))
        step(closed, "resolved", "2026-04-18 09:00")
        accept(report=waits, at=tehran("2026-04-18 08:00"), by=None)
        step(waits, "in_progress", "2026-04-18 09:00")
        step(waits, "waiting", "2026-04-18 09:30")
        desk = Desk.of(handler(small_city.west))
        for due in Due:
            assert listed(desk, due, at=tehran("2026-05-30 12:00")) == []

    def test_asks_the_same_statements_for_each_list_however_many_reports(self, small_city, calendar):
        desk = Desk.of(handler(small_city.west))
        counts = []
        for _ in range(2):
            file(tehran("2026-04-18 07:00"))
            for due in Due:
                with CaptureQueriesContext(connection) as asked:
                    listed(desk, due)
                counts.append(len(asked))
        assert counts[:4] == counts[4:]
        assert max(counts) <= 8

    def test_refuses_what_is_no_list(self, small_city, calendar):
        response = Desk.of(handler(small_city.west)).get("desk/reports", due="late")
        assert (response.status_code, response.json()["code"]) == (400, "unknown_value")

    def test_has_nothing_where_the_city_has_no_calendar(self, small_city):
        assert listed(Desk.of(handler(small_city.west)), "soon") == []

    def test_finds_them_by_the_index_of_dates(self, small_city, calendar):
        file(tehran("2026-04-18 07:00"))
        viewer = viewer_for(superuser(), at=LATER)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        lists = (
            (Due.OVERDUE, "deadline__due_at", "reports_deadline_due"),
            (Due.UNACCEPTED, "deadline__accept_by", "reports_deadline_accept"),
        )
        for due, moment, index in lists:
            rows = Report.objects.filter(condition(viewer, due, at=LATER))
            assert index in rows.order_by(moment, "pk")[:50].explain()


def kept(**query) -> list[dict]:
    with time_machine.travel(LATER, tick=False):
        response = Client().get("/api/v1/statistics/deadlines", query)
    assert response.status_code == 200, response.content
    return response.json()["rows"]


class TestTheStatistics:
    def test_say_how_many_were_kept_and_in_how_many_working_hours(self, small_city, calendar):
        """In the west five are resolved after 1, 2, 3, 4 and 22 working hours, and one is open and late."""
        for at in ("18 08:00", "18 09:00", "18 10:00", "18 11:00", "21 07:15"):
            step(report_of(file(tehran("2026-04-18 07:00"))), "resolved", f"2026-04-{at}")
        file(tehran("2026-04-18 07:00"))
        rejected = report_of(file(tehran("2026-04-18 07:00")))
        step(rejected, "rejected", "2026-04-18 08:00")
        file(tehran("2026-04-20 07:00"), x=1500)
        west, east = kept()
        assert (west["code"], west["name_en"], west["city_code"]) == ("1", "District 1", "sample")
        assert (west["reports"], west["resolved"], west["kept"], west["missed"], west["open_overdue"]) == (
            7,
            5,
            4,
            2,
            1,
        )
        assert (west["share_kept"], west["median_working_hours"]) == (0.6667, 3.0)
        assert (east["reports"], east["share_kept"], east["median_working_hours"]) == (1, None, None)
        assert [each["reports"] for each in kept(level="city")] == [8]
        assert [each["reports"] for each in kept(**{"from": "2026-04-19"})] == [1]
        assert [each["code"] for each in kept(to="2026-04-19")] == ["1"]

    def test_count_nothing_that_is_not_public(self, small_city, calendar):
        hide(report=report_of(file(tehran("2026-04-18 07:00"))))
        assert kept() == []
        assert Deadline.objects.count() == 1

    def test_count_by_the_public_place(self, small_city, calendar):
        """Where a place is coarse its ground is that of the middle of its cell, whatever the true one is."""
        file(tehran("2026-04-18 07:00"), x=995)
        Report.objects.update(public_jurisdictions={"district": "2"})
        assert [each["code"] for each in kept()] == ["2"]

    def test_cost_the_same_statements_however_many_reports(self, small_city, calendar):
        counts = []
        for _ in range(2):
            file(tehran("2026-04-18 07:00"))
            with CaptureQueriesContext(connection) as asked:
                kept()
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 5

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"level": "planet"}, "unknown_value"),
            ({"from": "tomorrow"}, "invalid_time"),
            ({"on": "1"}, "unknown_parameter"),
        ],
    )
    def test_refuse_what_they_do_not_know(self, small_city, query, code):
        response = Client().get("/api/v1/statistics/deadlines", query)
        assert (response.status_code, response.json()["code"]) == (400, code)


def test_soon_is_until_the_end_of_a_working_day_on_the_citys_own_calendar(small_city, calendar):
    """On Thursday at 12:00 one hour is left of the half day, then 6:15 of Saturday: what is due by then is soon."""
    viewer_at = tehran("2026-04-23 12:00")
    file(tehran("2026-04-20 13:15"))
    desk = Desk.of(handler(small_city.west))
    Deadline.objects.update(due_at=tehran("2026-04-25 13:15"))
    assert len(listed(desk, "soon", at=viewer_at)) == 1
    Deadline.objects.update(due_at=tehran("2026-04-25 13:15") + timedelta(seconds=1))
    assert listed(desk, "soon", at=viewer_at) == []
