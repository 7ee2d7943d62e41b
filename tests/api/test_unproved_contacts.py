"""Whoever types a telephone or an e-mail of somebody sees in no answer whether it is known here."""

import json
from collections import Counter

import pytest

from notifications.models import Message
from people.models import Role
from reports.contacts import NewContact
from reports.duplicates import seek_duplicates
from reports.handling import change_status
from reports.models import DuplicateLink, Report
from reports.references import tracking_token
from tests.api.desks import Desk
from tests.reports.duplicate_ground import HOLE
from tests.shapes import lonlat
from tests.staff import FILED_AT, handler

UNKNOWN = {"phone": "09120000009", "email": "nobody@b.example"}
KNOWN = {
    "the reporter": {"phone": "09120000001", "email": "first@b.example"},
    "who joined by a device": {"phone": "09120000002", "email": "second@b.example"},
    "who joined by a contact": {"phone": "09120000003", "email": "third@b.example"},
    "who told it again": {"phone": "09120000004", "email": "fourth@b.example"},
}


@pytest.fixture
def ask(client):
    def send(report: Report, method: str = "post", query: str = "", **body):
        address = f"/api/v1/reports/{report.reference}/support{query}"
        return getattr(client, method)(address, json.dumps(body), content_type="application/json")

    return send


@pytest.fixture
def problem(told, found, ask):
    """Two reports of one problem, and two people who have joined it."""
    reporter, *joined, again = (
        NewContact(phone=each["phone"].replace("0", "+98", 1), email=each["email"]) for each in KNOWN.values()
    )
    first, second = told(device_id="phone-1", contact=reporter), told(1, minutes=1, contact=again)
    found(first, second)
    ask(first, device_id="phone-2", contact={"phone": joined[0].phone, "email": joined[0].email})
    ask(first, contact={"phone": joined[1].phone, "email": joined[1].email})
    return first


@pytest.fixture
def see(client, problem, ask):
    """All that a stranger sees who does something, and looks before and after."""

    def counts() -> list[object]:
        lon, lat = lonlat(500, 500)
        query = {"lon": lon, "lat": lat, "category": "pothole", "description": HOLE}
        similar = client.get("/api/v1/reports/similar", query).json()["features"]
        cluster = client.get(f"/api/v1/duplicate-clusters/{problem.reference}").json()
        return [[each["properties"]["people_waiting"] for each in similar], cluster["people_waiting"]]

    def look(*bodies: dict) -> list[object]:
        seen: list[object] = [counts()]
        for body in bodies:
            for method, query in (("post", ""), ("post", ""), ("delete", "?device_id=stranger"), ("post", "")):
                answer = ask(problem, method, query, **({} if method == "delete" else body))
                seen += [answer.status_code, answer.json(), counts()]
        return seen

    return look


@pytest.mark.parametrize("whose", KNOWN)
@pytest.mark.parametrize("device", [{}, {"device_id": "stranger"}])
@pytest.mark.parametrize("ways", [["phone"], ["email"], ["phone", "email"]])
def test_joining_answers_the_same_whether_a_contact_is_known_or_not(see, whose, device, ways) -> None:
    about = see({**device, "contact": {way: KNOWN[whose][way] for way in ways}})
    Report.objects.get(device_hash__gt="").supporters.order_by("-pk").first().delete()

    unknown = see({**device, "contact": {way: UNKNOWN[way] for way in ways}})

    assert about == unknown


def test_a_report_is_linked_the_same_whether_its_contact_is_known_or_not(told) -> None:
    by = NewContact(phone="+989120000001", email="first@b.example")
    told(device_id="phone-1", contact=by)
    scores = set()
    for known in (by, NewContact(phone="+989120000009")):
        report = told(30, minutes=500, words="گودال بزرگ", contact=known)
        assert seek_duplicates(report_id=report.pk, at=FILED_AT)
        scores.add(DuplicateLink.objects.get(second=report).score)
        report.delete()

    assert len(scores) == 1


def test_what_is_counted_silently_is_told_once(problem, ask, small_city) -> None:
    for each in KNOWN.values():
        ask(problem, device_id=f"stranger {each['phone']}", contact=each)
        ask(problem, contact=each)
    desk = Desk.of(handler(small_city.west, Role.HEAD))
    assert desk.get(f"duplicate-clusters/{problem.reference}").json()["people_waiting"] == 4
    Message.objects.all().delete()

    change_status(report=problem, to="resolved", note="پر شد", at=FILED_AT)

    told = Counter(Message.objects.values_list("to", flat=True))
    assert told == dict.fromkeys((*[each["email"] for each in KNOWN.values()], *told), 1)
    assert len(told) == 8
    # Whoever told it has the page of their report, whoever else typed their telephone.
    first = Message.objects.get(to="first@b.example").body
    assert tracking_token(problem.reference) in first
