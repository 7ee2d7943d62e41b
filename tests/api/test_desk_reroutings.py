"""Reroutings previewed, applied and undone by program."""

import json

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django_q.models import OrmQ

from reports import tasks
from reports.handling import assign, change_status
from reports.models import Rerouting
from tests.api.desks import code_of
from tests.factories import FunctionFactory, RoutingRuleFactory
from tests.reports.rerouting_ground import AFTER, BEFORE, NEW_DAY, STRIP, widen_the_west
from tests.runs import WhoMayRun, preview_by
from tests.shapes import lonlat
from tests.staff import file_report


@pytest.fixture(autouse=True)
def _before_the_day(time_machine) -> None:
    time_machine.move_to(BEFORE)


@pytest.fixture
def previewed(dispatcher, new_set) -> dict:
    return preview_by(dispatcher, "reroutings", {"boundary_set": new_set.pk})


def counts(answer: dict) -> dict[str, int]:
    return {f"{each['state']} {each['because']}".strip(): each["count"] for each in answer["moves"]}


@pytest.mark.django_db(transaction=True)
def test_R16_a_set_is_previewed_applied_and_undone(small_city, dispatcher, previewed, moving, time_machine):
    assert (previewed["state"], previewed["on"]) == ("previewed", "2026-12-01")
    assert counts(previewed) == {"planned": 1}
    assert previewed["departments"] == [
        {"from": "2-civil-works", "to": "1-civil-works", "status": "received", "count": 1}
    ]
    assert previewed["jurisdictions"]["district"] == [{"from": "2", "to": "1", "status": "received", "count": 1}]
    address = f"reroutings/{previewed['id']}"
    assert code_of(dispatcher.post(f"{address}/apply"), 409) == "not_in_force_yet"

    time_machine.move_to(AFTER)
    started = dispatcher.post(f"{address}/apply")
    assert (started.status_code, started.json()["state"]) == (202, "applying")
    assert [job.func() for job in OrmQ.objects.all()] == [tasks.REROUTING]
    assert tasks.carry_on_rerouting(previewed["id"]) is True
    applied = dispatcher.get(address).json()
    assert (applied["state"], counts(applied)) == ("applied", {"applied": 1})
    moving.refresh_from_db()
    assert moving.department == small_city.west_works
    assert code_of(dispatcher.post(f"{address}/apply"), 409) == "wrong_state"

    assert dispatcher.post(f"{address}/undo").status_code == 202
    tasks.carry_on_rerouting(previewed["id"])
    undone = dispatcher.get(address).json()
    assert (undone["state"], counts(undone)) == ("undone", {"undone": 1})
    moving.refresh_from_db()
    assert moving.department == small_city.east_works


def test_the_moves_are_geojson_at_the_true_place(dispatcher, previewed, moving):
    (feature,) = dispatcher.get(f"reroutings/{previewed['id']}/moves").json()["features"]
    assert feature["id"] == moving.reference
    assert feature["geometry"] == {"type": "Point", "coordinates": list(lonlat(STRIP, 500))}
    assert feature["properties"] == {
        "reference": moving.reference,
        "category": "pothole",
        "status": "received",
        "from_department_code": "2-civil-works",
        "to_department_code": "1-civil-works",
        "from_district_code": "2",
        "to_district_code": "1",
        "from_zone_code": None,
        "to_zone_code": None,
        "state": "planned",
        "because": "",
    }


def test_the_moves_come_in_pages_and_by_state(small_city, dispatcher):
    filed = [file_report(small_city.pothole, x=1020 + 30 * number) for number in range(5)]
    assign(report=filed[2], department=small_city.city_works, at=BEFORE)
    number = dispatcher.post("reroutings", {"boundary_set": widen_the_west(small_city).pk}).json()["id"]
    found, query = [], {"limit": 2}
    while query:
        page = dispatcher.get(f"reroutings/{number}/moves", **query).json()
        found += [feature["id"] for feature in page["features"]]
        links = [each["href"] for each in page.get("links", [])]
        query = {"limit": 2, "after": links[0].partition("after=")[2]} if links else {}
    assert found == [each.reference for each in filed]
    skipped = dispatcher.get(f"reroutings/{number}/moves", state="skipped").json()["features"]
    assert [(each["id"], each["properties"]["because"]) for each in skipped] == [(filed[2].reference, "decided")]
    for query in ({"state": "lost"}, {"limit": 0}, {"after": "x"}, {"page": 2}):
        code_of(dispatcher.get(f"reroutings/{number}/moves", **query), 400)


def test_closed_reports_and_those_a_person_gave_are_taken_along_when_asked(small_city, dispatcher, moving):
    new_set = widen_the_west(small_city)
    assign(report=moving, department=small_city.city_works, at=BEFORE)
    body = {"boundary_set": new_set.pk}
    assert counts(dispatcher.post("reroutings", body).json()) == {"skipped decided": 1}
    change_status(report=moving, to="resolved", note="done", at=BEFORE)
    assert counts(dispatcher.post("reroutings", body).json()) == {}
    asked = body | {"include_closed": True, "include_decided": True}
    assert counts(dispatcher.post("reroutings", asked).json()) == {"planned": 1}


def test_a_rule_or_a_whole_city_can_be_previewed(small_city, dispatcher, moving):
    rule = RoutingRuleFactory(
        root=small_city.city,
        category=small_city.pothole,
        function=FunctionFactory(),
        level=small_city.city.level,
        in_force=DateRange(NEW_DAY, None),
    )
    small_city.city.routing_rules.exclude(pk=rule.pk).update(in_force=DateRange(None, NEW_DAY))
    by_rule = dispatcher.post("reroutings", {"rule": rule.pk}).json()
    assert (by_rule["on"], counts(by_rule)) == ("2026-12-01", {"planned": 1})
    today = dispatcher.post("reroutings", {"city": "sample"}).json()
    assert (today["on"], counts(today)) == ("2026-11-20", {})
    later = dispatcher.post("reroutings", {"city": "sample", "on": "2026-12-01"}).json()
    assert later["departments"][0]["to"] == "city-civil-works"


@pytest.mark.django_db(transaction=True)
def test_a_large_preview_is_made_by_the_worker(dispatcher, new_set, monkeypatch):
    monkeypatch.setattr("api.v1.desk.reroutings.AT_ONCE", 1)
    response = dispatcher.post("reroutings", {"boundary_set": new_set.pk})
    assert (response.status_code, response.json()["state"]) == (202, "previewing")
    assert [job.func() for job in OrmQ.objects.all()] == [tasks.REROUTING]
    assert code_of(dispatcher.post(f"reroutings/{response.json()['id']}/apply"), 409) == "not_in_force_yet"
    tasks.carry_on_rerouting(response.json()["id"])
    assert dispatcher.get(f"reroutings/{response.json()['id']}").json()["state"] == "previewed"


REFUSED = {
    "nothing": ({}, "exactly_one"),
    "a city and a rule": ({"city": "sample", "rule": 1}, "exactly_one"),
    "an unknown city": ({"city": "atlantis"}, "unknown_city"),
    "an unknown rule": ({"rule": 2**62}, "unknown_rule"),
    "an unknown set": ({"boundary_set": 2**62}, "unknown_boundary_set"),
    "a number beyond numbers": ({"boundary_set": 2**80}, "wrong_type"),
    "a negative number": ({"boundary_set": -1}, "wrong_type"),
    "a number in text": ({"rule": "1"}, "wrong_type"),
    "true for a number": ({"rule": True}, "wrong_type"),
    "text for a flag": ({"city": "sample", "include_closed": "yes"}, "wrong_type"),
    "null for a flag": ({"city": "sample", "include_closed": None}, "required"),
    "no day": ({"city": "sample", "on": "tomorrow"}, "invalid_time"),
    "a moment for a day": ({"city": "sample", "on": "2026-12-01T00:00:00Z"}, "invalid_time"),
    "a day long ago": ({"city": "sample", "on": "0001-01-01"}, "invalid_time"),
    "the end of the calendar": ({"city": "sample", "on": "9999-12-31"}, "invalid_time"),
    "an unknown member": ({"city": "sample", "dry_run": True}, "unknown_member"),
    "a NUL": ({"city": "sam\0ple"}, "invalid_characters"),
    "a list": ([], "not_an_object"),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_preview_is_refused_for(dispatcher, body, code):
    assert code_of(dispatcher.post("reroutings", json.dumps(body)), 400) == code
    assert not Rerouting.objects.exists()


@pytest.mark.parametrize("act", ["", "read", "moves", "apply", "undo"])
class TestWhoMay(WhoMayRun):
    kind = "reroutings"
    runs = Rerouting
