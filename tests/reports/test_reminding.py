"""Nobody accepts a report: the department is reminded, then the head above it is told; each once."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Message
from people.models import Role, User
from reports import tasks
from reports.handling import accept, assign, change_status, decline
from reports.models import Assignment, Deadline, Report
from reports.reminding import escalate, remind
from tests.factories import MembershipFactory, UserFactory
from tests.staff import FILED_AT, file_report

REMINDED = FILED_AT + timedelta(hours=24)
ESCALATED = FILED_AT + timedelta(hours=48)


def member(name: str, role: str = Role.HANDLER, **place) -> User:
    return MembershipFactory(user=UserFactory(username=name, email=f"{name}@city.example"), role=role, **place).user


@pytest.fixture
def staff(small_city) -> dict[str, User]:
    return {
        "handler": member("handler", department=small_city.west_works),
        "office_head": member("office-head", Role.HEAD, department=small_city.west_works),
        "district_head": member("district-head", Role.HEAD, jurisdiction=small_city.west),
        "city_head": member("city-head", Role.HEAD, jurisdiction=small_city.city),
        "dispatcher": member("dispatcher", Role.DISPATCHER, jurisdiction=small_city.city),
        "analyst": member("analyst", Role.ANALYST, department=small_city.west_works),
        "elsewhere": member("elsewhere", department=small_city.east_works),
    }


@pytest.fixture
def report(small_city) -> Report:
    return file_report(small_city.pothole, x=500)


def told() -> set[str]:
    return {to.partition("@")[0] for to in Message.objects.values_list("to", flat=True)}


def run(at) -> int:
    return remind(at=at) + escalate(at=at)


class TestS4:
    def test_S4_the_department_is_reminded_then_the_head_of_the_district_is_told_each_once(self, staff, report):
        assert run(REMINDED - timedelta(seconds=1)) == 0
        assert [run(REMINDED) for _ in range(3)] == [1, 0, 0]
        assert told() == {"handler", "office-head"}
        assert run(ESCALATED - timedelta(seconds=1)) == 0
        assert [run(ESCALATED) for _ in range(3)] == [1, 0, 0]
        assert told() == {"handler", "office-head", "district-head"}
        assert run(ESCALATED + timedelta(days=400)) == 0
        current = Assignment.objects.get()
        assert (current.reminded_at, current.escalated_at) == (REMINDED, ESCALATED)
        assert Message.objects.count() == 3

    def test_S4_says_which_reports_since_when_and_where(self, staff, report):
        run(REMINDED)
        message = Message.objects.get(to="handler@city.example")
        assert message.subject == "۱ گزارش در انتظار پذیرش: عمران منطقه ۱"
        assert f"{report.reference} · چاله در آسفالت · ۲۹ آبان ۱۴۰۵، ساعت ۱۳:۰۰" in message.body
        assert f"{settings.PUBLIC_URL}/admin/reports/report/{report.pk}/change/" in message.body

    def test_S4_a_report_that_goes_to_and_fro_starts_anew_with_each_department(self, small_city, staff, report):
        run(REMINDED)
        decline(report=report, reason="مال ما نیست", at=REMINDED)
        Report.objects.get().refresh_from_db()
        assign(report=report, department=small_city.west_works, at=REMINDED + timedelta(hours=1))
        assert run(ESCALATED) == 0
        assert run(ESCALATED + timedelta(hours=1)) == 1
        assert Assignment.objects.latest("pk").reminded_at == ESCALATED + timedelta(hours=1)


@pytest.mark.parametrize("when", [FILED_AT, REMINDED])
@pytest.mark.parametrize("what", ["accepted", "worked on", "closed", "declined", "given away"])
def test_S4_what_is_accepted_declined_closed_or_given_away_is_left_alone(small_city, staff, report, when, what):
    run(when)
    before = Message.objects.count()
    moment = when + timedelta(minutes=1)
    if what == "accepted":
        accept(report=report, at=moment, by=staff["handler"])
    elif what == "worked on":
        change_status(report=report, to="in_progress", at=moment, by=staff["handler"])
    elif what == "closed":
        change_status(report=report, to="rejected", note="نبود", at=moment)
    elif what == "declined":
        decline(report=report, reason="مال ما نیست", at=moment)
    else:
        assign(report=report, department=small_city.city_works, at=moment)
    Assignment.objects.filter(ended_at__isnull=True).update(assigned_at=ESCALATED)  # its next department has time yet
    assert run(ESCALATED) == 0
    assert Message.objects.count() == before


def test_S4_the_date_of_a_service_level_counts_before_the_setting(staff, report):
    Deadline.objects.create(report=report, accept_by=FILED_AT + timedelta(hours=3), accept_seconds=10_800)
    assert run(FILED_AT + timedelta(hours=2, minutes=59)) == 0
    assert run(FILED_AT + timedelta(hours=3)) == 1
    assert run(FILED_AT + timedelta(hours=27)) == 1


def test_many_reports_of_a_department_are_one_message_for_each_member(small_city, staff):
    for _ in range(33):
        file_report(small_city.pothole, x=500)
    assert run(REMINDED) == 33
    assert Message.objects.count() == 2
    body = Message.objects.get(to="handler@city.example").body
    assert body.count("/change/") == 30
    assert "و ۳ گزارش دیگر" in body


@pytest.mark.parametrize(
    ("gone", "then"),
    [(["district-head"], "city-head"), (["district-head", "city-head"], "dispatcher")],
)
def test_without_a_head_in_the_district_the_next_above_is_told(staff, report, gone, then):
    run(REMINDED)
    Message.objects.all().delete()
    User.objects.filter(username=gone[0]).update(is_active=False)
    User.objects.filter(username__in=gone).update(email="")
    run(ESCALATED)
    assert told() == {then}


def test_where_nobody_can_be_told_the_log_says_so_and_it_ends(report, caplog):
    assert [run(REMINDED), run(REMINDED)] == [1, 0]
    assert "Nobody with an e-mail address" in caplog.text
    assert not Message.objects.exists()


def test_the_job_does_both(staff, report, time_machine):
    time_machine.move_to(REMINDED)
    assert [tasks.remind_departments(), tasks.remind_departments()] == [1, 0]
    time_machine.move_to(ESCALATED)
    assert [tasks.remind_departments(), tasks.remind_departments()] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_S4_two_workers_at_once_remind_once(small_city, staff):
    for _ in range(20):
        file_report(small_city.pothole, x=500)
    start, counts = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        counts.append(remind(at=REMINDED))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 20
    told_of = "".join(Message.objects.filter(to="handler@city.example").values_list("body", flat=True))
    assert told_of.count("/change/") == 20


def test_the_number_of_statements_does_not_grow_with_the_reports(small_city, staff):
    counts = []
    for size in (1, 40):
        for _ in range(size):
            file_report(small_city.pothole, x=500)
        with CaptureQueriesContext(connection) as queries:
            assert remind(at=REMINDED) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
