"""A citizen joins a report instead of telling it again."""

import json

import pytest

from notifications.models import Message
from reports.contacts import NewContact
from reports.duplicates import people_waiting, split
from reports.handling import change_status
from reports.models import DuplicateCluster, Report, Supporter, SupporterContact
from tests.api.desks import Desk
from tests.factories import CategoryFactory, UserFactory
from tests.reports.duplicate_ground import link, together
from tests.staff import FILED_AT, file_report


@pytest.fixture
def hole(small_city) -> Report:
    return file_report(small_city.pothole, x=500, contact={"phone": "+989120000001"})


@pytest.fixture
def join(client):
    def send(report: Report | str, *, as_: str = "", method: str = "post", query: str = "", **body):
        headers = {"Authorization": f"Bearer {as_}"} if as_ else {}
        address = f"/api/v1/reports/{getattr(report, 'reference', report)}/support{query}"
        return getattr(client, method)(address, json.dumps(body), content_type="application/json", headers=headers)

    return send


def test_somebody_joins_once(hole, join) -> None:
    first = join(hole, device_id="phone-1")
    again = join(hole, device_id="phone-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"reference": hole.reference, "supported": True, "changed": True, "people_waiting": 2}
    assert again.json() == first.json() | {"changed": False}


def test_D10_a_hundred_posts_of_one_device_count_once(hole, join, settings) -> None:
    for _number in range(100):
        assert join(hole, device_id="phone-1").status_code < 300

    assert Supporter.objects.count() == 1
    assert people_waiting([hole]) == {hole.pk: 2}


def test_D10_a_hundred_reports_of_one_device_count_once(small_city, told, found) -> None:
    reports = [told(number % 3, minutes=number / 10, device_id="phone-1") for number in range(20)]
    reports.append(told(1, minutes=5, device_id="phone-2"))
    found(*reports)

    assert DuplicateCluster.objects.get().reports.count() == 21
    assert set(people_waiting(reports).values()) == {2}


def test_one_person_is_known_by_any_of_device_telephone_and_email(small_city, told, found, join) -> None:
    first = told(contact=NewContact(phone="+989120000001"))
    second = told(1, minutes=1, device_id="phone-1", contact=NewContact(phone="+989120000001", email="a@b.example"))
    third = told(2, minutes=2, contact=NewContact(email="A@b.example"))
    found(first, second, third)

    assert people_waiting([first], for_staff=True)[first.pk] == 1
    assert join(third, device_id="phone-2", contact={"phone": "09120000001"}).status_code == 201
    assert join(third, contact={"email": "a@b.example"}).status_code == 201
    assert people_waiting([first], for_staff=True)[first.pk] == 1
    join(third, device_id="phone-3")
    assert people_waiting([first], for_staff=True)[first.pk] == 2


def test_the_public_counts_by_devices_and_accounts(told, found, join) -> None:
    first, second = told(device_id="phone-1"), told(1, minutes=1, contact=NewContact(phone="+989120000001"))
    found(first, second)

    assert join(second, device_id="phone-1").json()["people_waiting"] == 2
    assert join(first, contact={"phone": "09120000009"}).json()["people_waiting"] == 2
    assert join(first, device_id="phone-9", contact={"phone": "09120000009"}).json()["people_waiting"] == 3
    assert join(first, as_=Desk.of(UserFactory(is_staff=False)).token).json()["people_waiting"] == 4


def test_an_account_needs_no_device(hole, join) -> None:
    token = Desk.of(UserFactory(is_staff=False)).token

    assert [join(hole, as_=token).status_code for _ in range(2)] == [201, 200]


def test_the_device_that_told_it_is_counted_already(small_city, join, told) -> None:
    hole = told(device_id="phone-1")

    for contact in ({}, {"phone": "0912 000 0001"}):
        answer = join(hole, device_id="phone-1", contact=contact)
        assert (answer.status_code, answer.json()["code"]) == (409, "own_report")
    assert not Supporter.objects.exists()


def test_nobody_in_particular_cannot_join(hole, join) -> None:
    for body in ({}, {"device_id": ""}, {"contact": {}}):
        answer = join(hole, **body)
        assert (answer.status_code, answer.json()["code"]) == (400, "nobody_in_particular")
        assert answer.json()["errors"][0]["field"] == "device_id"


@pytest.mark.parametrize(
    "wrong",
    [{"device_id": 7}, {"contact": {"phone": "12"}}, {"contact": {"name": "x"}}, {"unknown": 1}, {"language": "de"}],
)
def test_what_is_wrong_is_named(hole, join, wrong) -> None:
    answer = join(hole, **wrong)

    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert not Supporter.objects.exists()


def test_a_private_report_is_not_there(small_city, join) -> None:
    hidden = file_report(CategoryFactory(code="quiet", moderation="never"), x=500)

    for report in (hidden, "2345678923", "nothing"):
        for method in ("post", "delete"):
            answer = join(report, method=method, device_id="phone-1")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_closed_report_is_told_anew(hole, join) -> None:
    change_status(report=hole, to="resolved", note="پر شد", at=FILED_AT)

    answer = join(hole, device_id="phone-1")

    assert (answer.status_code, answer.json()["code"]) == (409, "report_closed")
    assert answer.json()["recurrence_of"] == hole.reference


def test_a_duplicate_that_is_closed_by_itself_may_still_be_joined(told, found, join) -> None:
    first, second = told(), told(1, minutes=1)
    found(first, second)
    change_status(report=second, to="rejected", note="تکراری", at=FILED_AT)

    answer = join(second, device_id="phone-1")

    assert answer.json()["people_waiting"] == 3


def test_support_of_any_member_counts_for_the_problem_and_goes_with_it_when_it_is_parted(told, found, join) -> None:
    first, second = told(), told(1, minutes=1)
    found(first, second)
    join(second, device_id="phone-1")
    assert people_waiting([first, second]) == {first.pk: 3, second.pk: 3}
    assert join(first, device_id="phone-1").json()["people_waiting"] == 3

    split(reports=[second], by=None, at=FILED_AT)

    first.refresh_from_db()
    second.refresh_from_db()
    assert people_waiting([first, second]) == {first.pk: 2, second.pk: 2}


def test_support_is_taken_back_by_whoever_gave_it(hole, join) -> None:
    join(hole, device_id="phone-1", contact={"phone": "09120000002"})

    other = join(hole, method="delete", query="?device_id=phone-2")
    mine = join(hole, method="delete", query="?device_id=phone-1")

    assert (other.json()["changed"], mine.json()["changed"]) == (False, True)
    assert mine.json() | {"changed": True} == {
        "reference": hole.reference,
        "supported": False,
        "changed": True,
        "people_waiting": 1,
    }
    assert not SupporterContact.objects.exists()
    assert join(hole, method="delete").status_code == 400


def test_who_knows_the_telephone_of_somebody_does_not_lead_away_what_they_are_told(hole, join) -> None:
    join(hole, device_id="phone-1", contact={"phone": "09120000002", "email": "b@c.example"})
    join(hole, contact={"phone": "09120000002"})
    join(hole, contact={"phone": "09120000002", "email": "thief@c.example"})
    join(hole, contact={"phone": "09120000002", "email": "other@c.example"})
    join(hole, device_id="phone-2", contact={"email": "b@c.example", "phone": "09120000003"})
    kept = SupporterContact.objects.order_by("supporter").values_list("phone", "email")
    assert list(kept) == [
        ("+989120000002", "b@c.example"),
        ("+989120000002", "thief@c.example"),
        ("+989120000003", "b@c.example"),
    ]

    join(hole, device_id="phone-1", contact={"email": "new@c.example"})
    assert kept.all()[0] == ("+989120000002", "new@c.example")


def test_joining_is_limited_for_each_address(hole, join, settings) -> None:
    settings.ANONYMOUS_SUPPORTS_PER_HOUR = 2

    answers = [join(hole, device_id=f"phone-{number}") for number in range(3)]

    assert [each.status_code for each in answers] == [201, 201, 429]
    assert answers[2].json()["code"] == "rate_limited"
    assert int(answers[2].headers["Retry-After"]) > 0


def test_a_supporter_hears_the_outcome_and_is_never_shown(hole, join, client) -> None:
    join(hole, device_id="phone-1", contact={"phone": "09120000002", "email": "b@c.example"}, language="en")
    Message.objects.all().delete()

    change_status(report=hole, to="resolved", note="پر شد", at=FILED_AT)

    told = {each.to: each.body for each in Message.objects.all()}
    assert set(told) == {"+989120000001", "+989120000002", "b@c.example"}
    assert "that you joined" in told["b@c.example"]
    assert "/track/" in told["+989120000001"]
    assert "/track/" not in told["+989120000002"]  # the tracking link is the reporter's key
    page = client.get(f"/api/v1/reports/{hole.reference}").content.decode()
    assert "0912" not in page
    assert "b@c" not in page


def test_the_statements_do_not_grow_with_the_people(hole, told, join, django_assert_num_queries) -> None:
    for number in range(5):
        join(hole, device_id=f"phone-{number}")
    other = told(700, minutes=3)
    link(hole, other)

    for for_staff in (False, True):
        with django_assert_num_queries(2):
            assert people_waiting([hole, other], for_staff=for_staff) == {hole.pk: 6, other.pk: 1}
    assert not together(hole, other)
