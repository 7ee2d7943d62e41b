"""One act on many reports, each answered by itself."""

from datetime import timedelta

import pytest

from api.errors import CODES
from people.models import Crew, Role
from reports.handling import change_status
from reports.models import Assignment, Delegation, Report
from tests.api.desks import Desk
from tests.factories import MembershipFactory, UserFactory
from tests.staff import FILED_AT, file_report, handler

LATER = FILED_AT + timedelta(hours=1)


@pytest.fixture
def reza(small_city):
    return MembershipFactory(
        department=small_city.west_works, role=Role.HANDLER, user=UserFactory(username="reza")
    ).user


@pytest.fixture
def desk(reza) -> Desk:
    return Desk.of(reza)


@pytest.fixture
def reports(small_city) -> list[Report]:
    return [file_report(small_city.pothole, x=500) for _ in range(3)]


def act(desk: Desk, reports, **what) -> list[tuple[bool, str | None]]:
    """What was done with each, and the code of what was not."""
    answer = desk.post("desk/reports/bulk", {"references": [each.reference for each in reports], **what})
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [each["reference"] for each in results] == [each.reference for each in reports]
    assert answer.json()["done"] == sum(each["done"] for each in results)
    assert all(each["problem"]["detail"] for each in results if not each["done"])
    return [(each["done"], each["problem"] and each["problem"]["code"]) for each in results]


def test_a_step_is_taken_with_each_and_what_cannot_says_why(desk, reza, reports):
    change_status(report=reports[1], to="rejected", note="نبود", at=LATER, by=reza)
    found = act(desk, reports, status={"to": "resolved", "note": "پر شد"})
    assert found == [(True, None), (False, "transition_not_allowed"), (True, None)]
    assert sorted(Report.objects.values_list("status", flat=True)) == ["rejected", "resolved", "resolved"]


def test_each_is_accepted_once(desk, reports):
    assert act(desk, reports, accept={}) == [(True, None)] * 3
    assert not Assignment.objects.filter(accepted_at__isnull=True).exists()


def test_each_goes_into_the_same_hands(small_city, desk, reports):
    Crew.objects.create(department=small_city.west_works, code="night", name_fa="اکیپ شب")
    assert act(desk, reports, delegate={"crew": "night"}) == [(True, None)] * 3
    assert Delegation.objects.count() == 3
    assert act(desk, reports, delegate={"person": "nobody"}) == [(False, "unknown_hands")] * 3


def test_giving_away_is_the_dispatchers(small_city, desk, reports):
    assert act(desk, reports, assign={"department": "city-civil-works"}) == [(False, "forbidden")] * 3
    dispatcher = Desk.of(handler(small_city.city, Role.DISPATCHER))
    assert act(dispatcher, reports, assign={"department": "city-civil-works"}) == [(True, None)] * 3
    assert set(Report.objects.values_list("department", flat=True)) == {small_city.city_works.pk}


def test_S1_reports_of_another_district_are_not_touched_whoever_names_them(small_city, desk, reports):
    east = file_report(small_city.pothole, x=1500)
    Report.objects.filter(pk=east.pk).update(is_public=False)
    found = act(desk, [reports[0], east], status={"to": "in_progress"})
    assert found == [(True, None), (False, "not_found")]
    east.refresh_from_db()
    assert east.status == "received"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"references": []}, "required"),
        ({"references": "ABC"}, "wrong_type"),
        ({"references": ["A"] * 101, "accept": {}}, "too_long"),
        ({"references": ["A"]}, "exactly_one"),
        ({"references": ["A"], "accept": {}, "status": {"to": "resolved"}}, "exactly_one"),
        ({"references": ["A"], "accept": {"all": True}}, "unknown_member"),
        ({"references": ["A"], "status": {}}, "required"),
        ({"references": ["A"], "status": {"to": "gone"}}, "unknown_value"),
        ({"references": ["A"], "delegate": {"person": "a", "crew": "b"}}, "exactly_one"),
        ({"references": ["A"], "remove": {}}, "unknown_member"),
        ({"references": [5], "accept": {}}, "wrong_type"),
    ],
)
def test_what_is_no_act_is_refused_and_nothing_done(desk, reports, body, code):
    answer = desk.post("desk/reports/bulk", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["code"] in CODES


def test_a_report_named_twice_is_acted_on_once_and_a_strange_name_is_no_error(desk, reports):
    name = reports[0].reference
    answer = desk.post("desk/reports/bulk", {"references": [name, name, "؟؟"], "status": {"to": "in_progress"}})
    assert [(each["done"]) for each in answer.json()["results"]] == [True, False]
    assert answer.json()["results"][1]["problem"]["code"] == "not_found"


@pytest.mark.parametrize(("who", "status"), [("the public", 401), ("an account without membership", 403)])
def test_it_needs_an_account_with_a_right(db, who, status):
    desk = Desk() if who == "the public" else Desk.of(UserFactory())
    assert desk.post("desk/reports/bulk", {"references": ["A"], "accept": {}}).status_code == status
