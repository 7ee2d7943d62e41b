"""S3: deadlines on the working calendar, from filing to the end."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jurisdictions.calendars import plan_of
from jurisdictions.models import Holiday, SpecialHours
from notifications.models import Message
from people.models import Role
from reports.deadlines import keep_deadlines
from reports.handling import accept, assign, decline
from reports.models import Deadline, DeadlineChange
from reports.rerouting import apply, preview, undo
from tests.api.desks import Desk
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CityFactory,
    DepartmentFactory,
    JurisdictionFactory,
    RoutingRuleFactory,
    ServiceLevelFactory,
    WorkingCalendarFactory,
)
from tests.reports.deadline_ground import deadline_of, expected, file, read, report_of, step, tehran
from tests.reports.rerouting_ground import widen_the_west
from tests.shapes import lonlat, square
from tests.staff import handler


@pytest.fixture
def calendar(small_city):
    """Three working days (21 h 45 min) until potholes are resolved, one until they are accepted."""
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, amount=3)
    ServiceLevelFactory(root=small_city.city, until="accept", amount=1)
    return WorkingCalendarFactory(root=small_city.city)


def test_S3_a_deadline_across_nowruz(calendar):
    """By hand, three working days of 7 h 15 min, 21 h 45 min, from Wednesday 27 Esfand 1404 (18 March 2026), 10:00:

    Wed 27 Esfand 1404   18 Mar   10:00-14:15    4:15    left 17:30
    Thu 28 Esfand        19 Mar   07:00-13:00    6:00    left 11:30
    Fri 29 Esfand        20 Mar   Friday, and the day of the oil industry
    Sat  1 Farvardin     21 Mar   Nowruz, and the end of Ramadan
    Sun-Tue 2-4          22-24 Mar   Nowruz
    Wed  5 Farvardin     25 Mar   07:00-14:15    7:15    left  4:15
    Thu  6 Farvardin     26 Mar   07:00-11:15    4:15    done: 11:15
    """
    assert expected(file(tehran("2026-03-18 10:00"))) == "2026-03-26 11:15"


def test_S3_the_year_ends_between_filing_and_deadline(calendar):
    """Thursday 28 Esfand 1404, 12:59: one minute; then 21:44 from 5 Farvardin 1405: 7:15, Thursday 6:00, Saturday 7:15,
    and 1:14 of Sunday 9 Farvardin (29 March)."""
    assert expected(file(tehran("2026-03-19 12:59"))) == "2026-03-29 08:14"


def test_S3_the_thirteenth_of_farvardin(calendar):
    """Tuesday 11 Farvardin 1405 (31 March), 12:00: 2:15 left 19:30. 12 Farvardin is the day of the republic, 13 the day
    of nature, 14 a Friday; Saturday 7:15, Sunday 7:15, and 5:00 of Monday 17 Farvardin (6 April)."""
    assert expected(file(tehran("2026-03-31 12:00"))) == "2026-04-06 12:00"


def test_S3_across_friday_and_the_half_of_thursday(calendar):
    """Wednesday 15 April 2026, 14:00: 0:15, Thursday 6:00, Friday none, Saturday 7:15, Sunday 7:15: 20:45; one hour of
    Monday 20 April."""
    assert expected(file(tehran("2026-04-15 14:00"))) == "2026-04-20 08:00"


def test_S3_what_comes_in_on_a_friday_begins_on_saturday(calendar):
    """Friday 17 April 2026, 22:30: Saturday, Sunday and Monday are three whole days."""
    assert expected(file(tehran("2026-04-17 22:30"))) == "2026-04-20 14:15"


def test_S3_tehran_has_kept_one_time_since_2022_and_chicago_changes_its_clock(small_city, calendar):
    """Eight hours all round the clock, from two hours before Chicago's clock goes from 2:00 to 3:00 on 8 March 2026:
    they end at 9:00 by the clock on the wall. In Tehran, in the night in which clocks used to change, at 8:00."""
    far = CityFactory(code="far", time_zone="America/Chicago", metric_srid=32616)
    BoundaryFactory(jurisdiction=far, shape=square(100_000, 0, side=2000))
    district = JurisdictionFactory(root=far, code="1")
    BoundaryFactory(jurisdiction=district, shape=square(100_000, 0, side=2000))
    DepartmentFactory(jurisdiction=district)
    RoutingRuleFactory(root=far, category=small_city.pothole)
    everywhere = {"week": ["00:00-24:00"] * 7, "country": "", "holidays_known": (date(2026, 1, 1), date(2027, 1, 1))}
    WorkingCalendarFactory(root=far, **everywhere)
    ServiceLevelFactory(root=far, amount=8, unit="hours")
    chicago = ZoneInfo("America/Chicago")
    answer = file(datetime(2026, 3, 8, 0, 0, tzinfo=chicago), x=101_000, y=1000)
    assert deadline_of(answer).due_at.astimezone(chicago) == datetime(2026, 3, 8, 9, 0, tzinfo=chicago)
    answer = file(datetime(2026, 11, 1, 0, 0, tzinfo=chicago), x=101_000, y=1000)
    assert deadline_of(answer).due_at.astimezone(chicago) == datetime(2026, 11, 1, 7, 0, tzinfo=chicago)

    calendar.holidays.all().delete()
    calendar.week = ["00:00-24:00"] * 7
    calendar.save()
    small_city.city.service_levels.filter(until="resolve").update(amount=8, unit="hours")
    assert expected(file(tehran("2026-03-22 00:00"))) == "2026-03-22 08:00"


def test_S3_the_office_opens_an_hour_earlier_when_its_clock_goes_forward(small_city):
    """Of 8:00-16:00 in Chicago, from Friday 6 March, 15:00 CST: one hour, and one on Monday until 9:00 CDT."""
    small_city.city.time_zone = "America/Chicago"
    small_city.city.save()
    week = ["08:00-16:00"] * 5 + ["", ""]
    WorkingCalendarFactory(
        root=small_city.city, week=week, country="US", holidays_known=(date(2026, 1, 1), date(2027, 1, 1))
    )
    ServiceLevelFactory(root=small_city.city, amount=2, unit="hours")
    answer = file(datetime(2026, 3, 6, 21, 0, tzinfo=UTC))
    assert deadline_of(answer).due_at == datetime(2026, 3, 9, 14, 0, tzinfo=UTC)  # 9:00, five hours behind


def test_S3_the_time_stands_still_while_the_citizen_is_asked(calendar):
    """Saturday 18 April, 7:00: due on Monday at 14:15. Asked on Sunday at 9:15, with 9:30 used and 12:15 left; answered
    on Wednesday at 14:00: 0:15, Thursday 6:00, and 6:00 of Saturday 25 April."""
    answer = file(tehran("2026-04-18 07:00"))
    report = report_of(answer)
    assert expected(answer) == "2026-04-20 14:15"
    step(report, "in_progress", "2026-04-18 08:00")
    step(report, "waiting", "2026-04-19 09:15")
    assert expected(read(answer)) is None
    assert (deadline_of(answer).used_seconds, deadline_of(answer).running_since) == (9.5 * 3600, None)
    step(report, "in_progress", "2026-04-22 14:00")
    assert expected(read(answer)) == "2026-04-25 13:00"
    told = [(each.why, each.was, each.now) for each in report.deadline_changes.order_by("pk")]
    assert told == [
        ("paused", tehran("2026-04-20 14:15"), None),
        ("resumed", None, tehran("2026-04-25 13:00")),
    ]


def test_S3_a_clock_that_is_set_back_neither_counts_twice_nor_leaves_what_is_closed_running(calendar):
    """As above until Sunday 19 April at 9:15, with 9:30 used; then the server's clock, a day ahead, is set right."""
    answer = file(tehran("2026-04-18 07:00"))
    report = report_of(answer)
    step(report, "in_progress", "2026-04-18 08:00")
    step(report, "waiting", "2026-04-19 09:15")
    step(report, "in_progress", "2026-04-18 10:00")
    assert (deadline_of(answer).running_since, expected(read(answer))) == (
        tehran("2026-04-19 09:15"),
        "2026-04-20 14:15",
    )
    step(report, "resolved", "2026-04-18 11:00")
    ended = deadline_of(answer)
    assert (ended.ended_at, ended.running_since) == (tehran("2026-04-19 09:15"), None)
    assert (ended.used_seconds, ended.is_kept) == (9.5 * 3600, True)


def test_S3_it_stops_at_closing_and_goes_on_at_reopening(calendar):
    """Closed on Sunday 19 April at 8:00 with 8:15 used; opened again on Saturday 25 April at 7:00 with 13:30 left:
    Saturday 7:15, and 6:15 of Sunday."""
    answer = file(tehran("2026-04-18 07:00"))
    report = report_of(answer)
    step(report, "resolved", "2026-04-19 08:00")
    closed = read(answer)
    assert (expected(closed), closed["properties"]["deadline_kept"]) == ("2026-04-20 14:15", True)
    step(report, "in_progress", "2026-04-25 07:00")
    opened = read(answer)
    assert (expected(opened), opened["properties"]["deadline_kept"]) == ("2026-04-26 13:15", None)
    step(report, "resolved", "2026-04-26 13:15:01")
    assert read(answer)["properties"]["deadline_kept"] is False
    assert [each.why for each in report.deadline_changes.order_by("pk")] == ["reopened"]


def test_S3_closed_while_the_citizen_is_asked_it_is_kept_as_far_as_time_was_left(calendar):
    in_time, late = file(tehran("2026-04-18 07:00")), file(tehran("2026-04-18 07:00"))
    for answer, asked_at in ((in_time, "2026-04-20 14:00"), (late, "2026-04-21 08:00")):
        report = report_of(answer)
        step(report, "in_progress", "2026-04-18 08:00")
        step(report, "waiting", asked_at)
        step(report, "rejected", "2026-05-20 08:00")
    assert (deadline_of(in_time).is_kept, deadline_of(late).is_kept) == (True, False)


def test_S3_what_is_late_when_it_is_asked_about_is_late_when_it_goes_on(calendar):
    """Due on Monday 20 April at 14:15, an hour late on Tuesday at 8:00. When it goes on, it is an hour late still."""
    answer = file(tehran("2026-04-18 07:00"))
    report = report_of(answer)
    step(report, "in_progress", "2026-04-18 08:00")
    step(report, "waiting", "2026-04-21 08:00")
    step(report, "in_progress", "2026-04-25 12:00")
    assert expected(read(answer)) == "2026-04-25 11:00"


def test_S3_rerouted_it_has_the_date_of_its_new_ground_and_category_with_history(small_city, calendar):
    """The east takes five days, lights take one. Each change says from what to what, why, when and by whom."""
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, jurisdiction=small_city.east, amount=5)
    light = CategoryFactory(code="light")
    RoutingRuleFactory(root=small_city.city, category=light)
    ServiceLevelFactory(root=small_city.city, category=light, amount=1)
    head = handler(small_city.city, role=Role.HEAD)
    desk = Desk.of(head)
    answer = file(tehran("2026-04-18 07:00"))
    address = f"reports/{answer['id']}"
    with time_machine.travel(tehran("2026-04-18 09:00"), tick=False):
        moved = desk.patch(address, {"location": {"type": "Point", "coordinates": list(lonlat(1500, 500))}}).json()
    assert expected(moved) == "2026-04-22 14:15"  # Saturday to Wednesday are five whole days
    with time_machine.travel(tehran("2026-04-18 10:00"), tick=False):
        changed = desk.patch(address, {"category": "light"}).json()
    assert expected(changed) == "2026-04-18 14:15"
    history = desk.get(f"{address}/deadlines").json()["changes"]
    resolve = [each for each in history if each["until"] == "resolve"]
    assert [(each["why"], each["by"]) for each in resolve] == [("moved", head.username), ("category", head.username)]
    assert resolve[0]["before"] == answer["properties"]["expected_at"]
    assert resolve[0]["after"] == resolve[1]["before"] == moved["properties"]["expected_at"]
    assert resolve[1]["after"] == changed["properties"]["expected_at"]
    assert datetime.fromisoformat(resolve[1]["at"]) == tehran("2026-04-18 10:00")


def test_S3_new_boundaries_bring_the_service_level_of_the_new_ground(small_city, calendar):
    """From the east with its five days to the west with its three, and back when the rerouting is undone."""
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, jurisdiction=small_city.east, amount=5)
    answer = file(tehran("2026-11-14 07:00"), x=1100)
    assert expected(answer) == "2026-11-18 14:15"
    boundary_set = widen_the_west(small_city)
    at = tehran("2026-12-01 09:00")
    rerouting = preview(boundary_set=boundary_set, on=boundary_set.first_day, at=at)
    apply(rerouting=rerouting, at=at)
    assert expected(read(answer)) == "2026-11-16 14:15"
    undo(rerouting=rerouting, at=at)
    assert expected(read(answer)) == "2026-11-18 14:15"
    assert [each.why for each in report_of(answer).deadline_changes.filter(until="resolve").order_by("pk")] == [
        "rerouted",
        "undone",
    ]


def test_to_be_accepted_the_time_begins_anew_with_each_department(small_city, calendar):
    """A working day. Declined by the west on Sunday at 9:00, the east has until Monday at 9:00. Given to the city on
    Wednesday 22 April at 10:00, 4:15 are left of that day; 3:00 of Thursday."""
    answer = file(tehran("2026-04-18 07:00"), x=995)
    report = report_of(answer)
    assert deadline_of(answer).accept_by == tehran("2026-04-18 14:15")
    decline(report=report, reason="نه در محدودهٔ ما", at=tehran("2026-04-19 09:00"))
    assert deadline_of(answer).accept_by == tehran("2026-04-20 09:00")
    assert deadline_of(answer).due_at == tehran("2026-04-20 14:15")  # what the citizen was told does not move
    accept(report=report, at=tehran("2026-04-19 10:00"), by=None)
    assert deadline_of(answer).accepted_at == tehran("2026-04-19 10:00")
    assign(report=report, department=small_city.city_works, at=tehran("2026-04-22 10:00"))
    deadline = deadline_of(answer)
    assert (deadline.accept_by, deadline.accepted_at) == (tehran("2026-04-23 10:00"), None)


def test_the_more_specific_service_level_speaks_first_and_each_on_its_days(small_city, calendar):
    """The category before its group before everything, then the smaller ground; that of the day of arrival."""
    city, pothole = small_city.city, small_city.pothole
    city.service_levels.filter(until="resolve").delete()

    def hours_at(at: str, **place: float) -> float:
        return deadline_of(file(tehran(at), **place)).resolve_seconds / 3600

    def promise(hours: int, **what) -> None:
        ServiceLevelFactory(root=city, amount=hours, unit="hours", **what)

    day = "2026-04-18 07:00"
    promise(1)
    assert hours_at(day) == 1
    promise(2, jurisdiction=small_city.west)
    assert (hours_at(day), hours_at(day, x=1500)) == (2, 1)
    promise(3, jurisdiction=small_city.zone)
    assert (hours_at(day, y=200), hours_at(day)) == (3, 2)
    promise(4, group=pothole.group)
    assert hours_at(day, y=200) == 4
    promise(5, category=pothole, in_force=(date(2026, 4, 20), None))
    assert (hours_at("2026-04-19 23:59:59"), hours_at("2026-04-20 00:00")) == (4, 5)


def test_special_hours_holidays_added_and_withdrawn_count_from_the_next_report_on(small_city, calendar):
    """Ramadan hours of 9:00-13:00 on two days, the 20th off by hand, and the oil day (a Friday) withdrawn in vain."""
    assert expected(file(tehran("2026-04-18 07:00"))) == "2026-04-20 14:15"
    SpecialHours.objects.create(
        calendar=calendar,
        in_force=(date(2026, 4, 18), date(2026, 4, 20)),
        week=["09:00-13:00"] * 7,
        name_fa="ماه رمضان",
    )
    assert expected(file(tehran("2026-04-18 07:00"))) == "2026-04-21 13:30"
    Holiday.objects.create(calendar=calendar, day=date(2026, 4, 20), name_fa="تعطیل رسمی")
    assert expected(file(tehran("2026-04-18 07:00"))) == "2026-04-22 13:30"
    calendar.holidays.filter(day=date(2026, 4, 20)).update(is_withdrawn=True)
    assert expected(file(tehran("2026-04-18 07:00"))) == "2026-04-21 13:30"


def test_beyond_the_known_holidays_no_date_is_told_and_the_report_is_stored(calendar):
    """The last day whose holidays are known is 29 Esfand 1405, 20 March 2027."""
    answer = file(tehran("2027-03-18 12:00"), contact={"phone": "09151234567"}, language="en")
    assert answer["properties"]["expected_at"] is None
    assert deadline_of(answer).resolve_seconds == 21.75 * 3600
    assert (deadline_of(answer).due_at, deadline_of(answer).running_since) == (None, tehran("2027-03-18 12:00"))
    assert "resolved by" not in Message.objects.get().body
    step(report_of(answer), "resolved", "2027-03-25 12:00")
    assert deadline_of(answer).is_kept is None


def test_a_city_without_calendar_or_service_level_promises_nothing(small_city):
    answer = file(tehran("2026-04-18 07:00"))
    assert answer["properties"]["expected_at"] is None
    WorkingCalendarFactory(root=small_city.city)
    step(report_of(answer), "in_progress", "2026-04-18 08:00")
    assert not Deadline.objects.exists()
    assert not DeadlineChange.objects.exists()


def test_dates_cost_a_report_two_statements(calendar):
    file(tehran("2026-04-18 07:00"))  # the process knows the calendar now
    with CaptureQueriesContext(connection) as asked:
        file(tehran("2026-04-18 08:00"))
    about = [each["sql"] for each in asked if "deadline" in each["sql"] or "workingcalendar" in each["sql"]]
    assert len(about) == 2


def test_many_reports_are_kept_with_the_same_five_statements(calendar, small_city):
    reports = [report_of(file(tehran("2026-04-18 07:00"))).pk for _ in range(12)]
    small_city.city.service_levels.filter(until="resolve").update(amount=4)
    plan_of(small_city.city.pk)
    for some in (reports[:1], reports[1:]):
        with CaptureQueriesContext(connection) as asked:
            keep_deadlines(reports=some, why="rerouted", at=tehran("2026-04-19 07:00"))
        assert len(asked) == 5
    assert {each.due_at for each in Deadline.objects.all()} == {tehran("2026-04-21 14:15")}
