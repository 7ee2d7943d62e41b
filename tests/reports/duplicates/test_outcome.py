"""One problem, many people: a step of the root is everybody's, told once; closing one member is that member's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Message
from reports.contacts import NewContact
from reports.duplicates import Person, audience_of, merge, split, support, undo
from reports.handling import change_status
from reports.models import Assignment, DuplicateCluster, Report, StatusUpdate
from tests.factories import UserFactory
from tests.reports.duplicate_ground import root_of, together
from tests.staff import FILED_AT

DONE = {"to": "resolved", "note": "پر شد", "at": FILED_AT}


def phone(number: int) -> NewContact:
    return NewContact(phone=f"+9891200000{number:02}")


@pytest.fixture
def three(told, found):
    reports = [told(number, minutes=number, contact=phone(number + 1)) for number in range(3)]
    found(*reports)
    assert together(*reports)
    Message.objects.all().delete()
    return reports


def statuses(*reports: Report) -> list[str]:
    return [Report.objects.get(pk=report.pk).status for report in reports]


def told_numbers() -> list[str]:
    return sorted(Message.objects.values_list("to", flat=True))


def test_D7_what_closes_the_problem_closes_its_reports_and_tells_each_reporter_once(three) -> None:
    first, *_others = three

    step = change_status(report=first, **DONE, by=UserFactory())

    assert statuses(*three) == ["resolved"] * 3
    assert told_numbers() == ["+989120000001", "+989120000002", "+989120000003"]
    for report in three:
        assert (
            report.reference
            in Message.objects.get(key__startswith=f"step:{step.pk}:", body__contains=report.reference).body
        )
    assert {each.note for each in step.followed_by.all()} == {"پر شد"}
    assert root_of(first) == first
    assert not Assignment.objects.filter(accepted_at__isnull=True).exists()  # to act on it is to have taken it


def test_D7_a_person_with_two_reports_in_it_and_a_support_hears_once(told, found) -> None:
    first, second = told(contact=phone(1)), told(1, minutes=1, contact=phone(1))
    third = told(2, minutes=2, contact=phone(3))
    found(first, second, third)
    support(report=third, person=Person(contact=phone(1)), language="fa", at=FILED_AT)
    Message.objects.all().delete()

    change_status(report=first, **DONE)

    assert told_numbers() == ["+989120000001", "+989120000003"]


def test_D7_closing_a_member_closes_neither_the_root_nor_the_others(three) -> None:
    first, second, third = three

    change_status(report=second, **DONE)

    assert statuses(*three) == ["received", "resolved", "received"]
    assert told_numbers() == ["+989120000002"]
    assert together(first, second, third)
    assert root_of(second) == first


def test_D7_closing_the_problem_leaves_what_was_closed_by_itself_and_its_reporter_alone(three) -> None:
    first, second, _third = three
    change_status(report=second, to="rejected", note="نه", at=FILED_AT)
    Message.objects.all().delete()

    change_status(report=first, **DONE)

    assert statuses(*three) == ["resolved", "rejected", "resolved"]
    assert told_numbers() == ["+989120000001", "+989120000003"]


def test_taken_up_again_the_problem_takes_along_what_it_closed(three) -> None:
    first, second, _third = three
    change_status(report=second, to="rejected", note="نه", at=FILED_AT)
    change_status(report=first, **DONE)

    change_status(report=root_of(first), to="in_progress", at=FILED_AT)

    assert statuses(*three) == ["in_progress", "rejected", "in_progress"]


def test_a_question_to_one_reporter_is_not_put_to_all(three) -> None:
    change_status(report=three[0], to="waiting", note="کدام سمت؟", at=FILED_AT)

    assert statuses(*three) == ["waiting", "received", "received"]
    assert told_numbers() == ["+989120000001"]


def test_alone_a_root_goes_without_the_others(three) -> None:
    change_status(report=three[0], **DONE, alone=True)

    assert statuses(*three) == ["resolved", "received", "received"]
    assert told_numbers() == ["+989120000001"]


def test_what_is_for_the_staff_is_told_to_nobody(three) -> None:
    change_status(report=three[0], to="in_progress", is_public=False, note="درون‌سازمانی", at=FILED_AT)

    assert statuses(*three) == ["in_progress"] * 3
    assert not Message.objects.exists()
    assert not StatusUpdate.objects.filter(note="درون‌سازمانی", is_public=True).exists()


def test_D8_parting_gives_back_status_and_count(three) -> None:
    first, second, third = three
    change_status(report=second, to="in_progress", at=FILED_AT)
    change_status(report=first, **DONE)
    assert statuses(*three) == ["resolved"] * 3

    act = split(reports=[second, third], by=None, at=FILED_AT)

    assert statuses(*three) == ["resolved", "in_progress", "received"]
    assert together(second, third)
    assert Report.objects.get(pk=first.pk).duplicate_cluster is None

    undo(act=act, by=None, at=FILED_AT)

    assert statuses(*three) == ["resolved"] * 3
    assert together(*three)


def test_D8_undoing_a_merge_gives_back_what_each_was(told) -> None:
    first, second = told(), told(700, minutes=1)
    act = merge(reports=[first, second], by=None, at=FILED_AT)
    change_status(report=first, **DONE)
    assert statuses(first, second) == ["resolved", "resolved"]

    undo(act=act, by=None, at=FILED_AT)

    assert statuses(first, second) == ["resolved", "received"]
    assert not DuplicateCluster.objects.exists()


def test_the_root_is_in_the_audience_of_its_problem_and_a_member_in_its_own(three) -> None:
    first, second, _third = three

    assert [each.address for each in audience_of(first)] == ["+989120000001", "+989120000002", "+989120000003"]
    assert [(each.address, each.reference) for each in audience_of(second)] == [("+989120000002", second.reference)]


def test_a_step_takes_as_many_statements_for_a_hundred_reports_as_for_five(told) -> None:
    def statements(size: int) -> int:
        reports = [told(0, minutes=number, contact=phone(number % 100)) for number in range(size)]
        cluster = DuplicateCluster.objects.create(city=reports[0].root, root_report=reports[0], made_at=FILED_AT)
        Report.objects.filter(pk__in=[each.pk for each in reports]).update(duplicate_cluster=cluster)
        with CaptureQueriesContext(
            connection,
        ) as taken:
            change_status(report=reports[0], **DONE, by=UserFactory())
        assert set(statuses(*reports)) == {"resolved"}
        return len(taken)

    assert statements(5) == statements(110)
