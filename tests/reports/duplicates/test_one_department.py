"""One problem is one piece of work: whoever has its main report has the others with it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.handling import accept, assign, change_status, decline
from reports.models import Assignment, DuplicateCluster, Report
from tests.factories import UserFactory
from tests.reports.duplicate_ground import together
from tests.staff import FILED_AT

LATER = FILED_AT + timedelta(days=1)


@pytest.fixture
def problem(told, found):
    """Makes a problem of so many reports; the first of them stands for it."""

    def make(size: int) -> list[Report]:
        reports = [told(number, minutes=number) for number in range(size)]
        found(*reports)
        assert together(*reports)
        return [Report.objects.get(pk=each.pk) for each in reports]

    return make


def departments(reports: list[Report]) -> set[str | None]:
    return set(Report.objects.filter(pk__in=[each.pk for each in reports]).values_list("department__code", flat=True))


def test_D7_given_to_another_department_the_others_go_along_each_by_its_own_route(small_city, problem) -> None:
    reports = problem(3)
    user = UserFactory()
    assign(report=reports[0], department=small_city.city_works, at=LATER, by=user, note="با شهرداری مرکزی")
    assert departments(reports) == {"city-civil-works"}
    now = Assignment.objects.filter(ended_at__isnull=True).order_by("report")
    assert [(each.reason, each.assigned_by, each.note) for each in now] == [
        ("dispatched", user, "با شهرداری مرکزی")
    ] * 3
    assert Assignment.objects.filter(ended_at=LATER).count() == 3


def test_D7_declined_they_are_declined_together(problem) -> None:
    reports = problem(2)
    decline(report=reports[0], reason="کار ما نیست", at=LATER)
    assert departments(reports) == {None}
    assert set(Assignment.objects.filter(ended_at__isnull=True).values_list("declined_by__code", flat=True)) == {
        "1-civil-works"
    }


def test_D7_accepted_they_are_accepted_together(problem) -> None:
    reports = problem(2)
    user = UserFactory()
    assert accept(report=reports[0], at=LATER, by=user)
    assert set(Assignment.objects.values_list("accepted_by", flat=True)) == {user.pk}


def test_D7_another_member_goes_alone(small_city, problem) -> None:
    reports = problem(3)
    assign(report=reports[1], department=small_city.city_works, at=LATER)
    assert departments([reports[1]]) == {"city-civil-works"}
    assert departments([reports[0], reports[2]]) == {"1-civil-works"}


def test_D7_what_is_closed_or_with_another_department_stays(small_city, problem) -> None:
    reports = problem(3)
    change_status(report=reports[1], to="rejected", note="نبود", at=LATER)
    assign(report=reports[2], department=small_city.east_works, at=LATER)
    assign(report=reports[0], department=small_city.city_works, at=LATER + timedelta(hours=1))
    assert departments([reports[1]]) == {"1-civil-works"}
    assert departments([reports[2]]) == {"2-civil-works"}


def test_as_many_statements_for_many_as_for_few(small_city, problem) -> None:
    counted = []
    for size in (2, 9):
        reports = problem(size)
        with CaptureQueriesContext(connection) as captured:
            assign(report=reports[0], department=small_city.city_works, at=LATER)
        counted.append(len(captured))
        Report.objects.update(duplicate_cluster=None)
        DuplicateCluster.objects.all().delete()
        Report.objects.all().delete()
    assert counted[0] == counted[1]
