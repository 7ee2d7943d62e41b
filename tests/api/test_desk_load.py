"""Who has how much in hand, by program."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Contractor, Crew, Role
from reports.handling import change_status, delegate
from reports.models import Deadline
from tests.api.desks import Desk
from tests.factories import MembershipFactory, UserFactory
from tests.staff import FILED_AT, file_report, handler

LATER = FILED_AT + timedelta(hours=1)


@pytest.fixture
def reza(small_city):
    return MembershipFactory(
        department=small_city.west_works, role=Role.HANDLER, user=UserFactory(username="reza", first_name="رضا")
    ).user


@pytest.fixture
def crew(small_city):
    return Crew.objects.create(department=small_city.west_works, code="night", name_fa="اکیپ شب")


@pytest.fixture
def firm(small_city):
    return Contractor.objects.create(root=small_city.city, code="firm", name_fa="پیمانکار", email="f@example.com")


def in_hand(small_city, hands, count: int, *, x: float = 500):
    for _ in range(count):
        report = file_report(small_city.pothole, x=x)
        delegate(report=report, to=hands, at=FILED_AT, by=None)
    return report


def load(desk: Desk) -> dict[str, dict[str, int]]:
    answer = desk.get("desk/load")
    assert answer.status_code == 200, answer.content
    return {kind: {each["code"]: each["open"] for each in rows} for kind, rows in answer.json().items()}


def test_S4_the_load_of_each_is_there_and_so_is_who_has_nothing(small_city, reza, crew, firm):
    MembershipFactory(department=small_city.west_works, role=Role.HEAD, user=UserFactory(username="idle"))
    MembershipFactory(department=small_city.west_works, role=Role.ANALYST, user=UserFactory(username="analyst"))
    in_hand(small_city, reza, 2)
    in_hand(small_city, crew, 1)
    done = in_hand(small_city, reza, 1)
    change_status(report=done, to="rejected", note="نبود", at=LATER)
    expected = {"people": {"reza": 2, "idle": 0}, "crews": {"night": 1}, "contractors": {"firm": 0}}
    assert load(Desk.of(reza)) == load(Desk.of(handler(small_city.west))) == expected


def test_what_is_overdue_is_counted_apart(small_city, reza):
    Deadline.objects.create(report=in_hand(small_city, reza, 2), due_at=LATER, resolve_seconds=3600)
    [row] = Desk.of(reza).get("desk/load").json()["people"]
    assert (row["code"], row["open"], row["overdue"], row["departments"]) == ("reza", 2, 1, ["1-civil-works"])


def test_S1_what_another_district_has_in_hand_is_not_counted(small_city, reza, crew, firm):
    east = Crew.objects.create(department=small_city.east_works, code="east", name_fa="اکیپ شرق")
    in_hand(small_city, east, 2, x=1500)
    in_hand(small_city, firm, 3, x=1500)
    assert load(Desk.of(reza)) == {"people": {"reza": 0}, "crews": {"night": 0}, "contractors": {"firm": 0}}
    assert load(Desk.of(handler(small_city.city)))["contractors"] == {"firm": 3}


def test_who_left_the_department_with_a_report_in_hand_is_still_there(small_city, reza, crew):
    in_hand(small_city, reza, 1)
    reza.memberships.all().delete()
    assert load(Desk.of(handler(small_city.west)))["people"] == {"reza": 1}


def test_it_takes_as_many_statements_for_many_as_for_one(small_city, reza, crew):
    desk = Desk.of(handler(small_city.west))
    counts = []
    for number in range(2):
        in_hand(small_city, reza, 1)
        for each in range(number * 5):
            MembershipFactory(department=small_city.west_works, role=Role.HANDLER)
            Crew.objects.create(department=small_city.west_works, code=f"crew-{each}", name_fa="اکیپ")
        with CaptureQueriesContext(connection) as queries:
            load(desk)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("a user without membership", 403)])
def test_it_needs_the_right(db, who, status):
    desk = Desk() if who == "nobody" else Desk.of(UserFactory())
    assert desk.get("desk/load").status_code == status


def test_an_unknown_parameter_is_refused(reza):
    answer = Desk.of(reza).get("desk/load", of="me")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


class TestTheContractorsNumber:
    def test_is_kept_when_it_is_known(self, small_city, reza, firm):
        report = in_hand(small_city, firm, 1)
        address = f"reports/{report.reference}/delegation"
        assert Desk.of(reza).patch(address, {"external_reference": "K-99"}).status_code == 200
        assert report.delegations.get().external_reference == "K-99"

    def test_of_a_report_that_no_contractor_has_is_a_conflict(self, small_city, reza):
        report = in_hand(small_city, reza, 1)
        answer = Desk.of(reza).patch(f"reports/{report.reference}/delegation", {"external_reference": "K-99"})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_with_a_contractor")
