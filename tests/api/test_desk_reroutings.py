"""Reroutings previewed, applied and undone by program."""

import json

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django_q.models import OrmQ

from api.errors import CODES
from people.models import Role
from reports import tasks
from reports.handling import assign, change_status
from reports.models import Report, Rerouting
from tests.api.desks import Desk
from tests.factories import CityFactory, FunctionFactory, MembershipFactory, RoutingRuleFactory, UserFactory
from tests.reports.rerouting_ground import AFTER, BEFORE, EAST, NEW_DAY, STRIP, widen_the_west
from tests.shapes import lonlat
from tests.staff import file_report, handler, superuser


@pytest.fixture(autouse=True)
def _before_the_day(time_machine) -> None:
    time_machine.move_to(BEFORE)


@pytest.fixture
def moving(small_city) -> Report:
    return file_report(small_city.pothole, x=STRIP)


@pytest.fixture
def new_set(small_city, moving):
    file_report(small_city.pothole, x=EAST)
    return widen_the_west(small_city)


@pytest.fixture
def desk(small_city) -> Desk:
    return Desk.of(handler(small_city.city, Role.DISPATCHER))


@pytest.fixture
def previewed(desk, new_set) -> dict:
    response = desk.post("reroutings", {"boundary_set": new_set.pk})
    assert response.status_code == 201, response.content
    assert response.headers["Location"] == f"http://testserver/api/v1/reroutings/{response.json()['id']}"
    return response.json()


def code_of(response, status: int) -> str:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in CODES
    return response.json()["code"]


def counts(answer: dict) -> dict[str, int]:
    return {f"{each['state']} {each['because']}".strip(): each["count"] for each in answer["moves"]}


@pytest.mark.django_db(transaction=True)
def test_R16_a_set_is_previewed_applied_and_undone(small_city, desk, previewed, moving, time_machine):
    assert (previewed["state"], previewed["on"]) == ("previewed", "2026-12-01")
    assert counts(previewed) == {"planned": 1}
    assert previewed["departments"] == [
        {"from": "2-civil-works", "to": "1-civil-works", "status": "received", "count": 1}
    ]
    assert previewed["jurisdictions"]["district"] == [{"from": "2", "to": "1", "status": "received", "count": 1}]
    address = f"reroutings/{previewed['id']}"
    assert code_of(desk.post(f"{address}/apply"), 409) == "not_in_force_yet"

    time_machine.move_to(AFTER)
    started = desk.post(f"{address}/apply")
    assert (started.status_code, started.json()["state"]) == (202, "applying")
    assert [job.func() for job in OrmQ.objects.all()] == [tasks.JOB]
    assert tasks.carry_on_rerouting(previewed["id"]) is True
    applied = desk.get(address).json()
    assert (applied["state"], counts(applied)) == ("applied", {"applied": 1})
    moving.refresh_from_db()
    assert moving.department == small_city.west_works
    assert code_of(desk.post(f"{address}/apply"), 409) == "wrong_state"

    assert desk.post(f"{address}/undo").status_code == 202
    tasks.carry_on_rerouting(previewed["id"])
    undone = desk.get(address).json()
    assert (undone["state"], counts(undone)) == ("undone", {"undone": 1})
    moving.refresh_from_db()
    assert moving.department == small_city.east_works


def test_the_moves_are_geojson_at_the_true_place(desk, previewed, moving):
    (feature,) = desk.get(f"reroutings/{previewed['id']}/moves").json()["features"]
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


def test_the_moves_come_in_pages_and_by_state(small_city, desk):
    filed = [file_report(small_city.pothole, x=1020 + 30 * number) for number in range(5)]
    assign(report=filed[2], department=small_city.city_works, at=BEFORE)
    number = desk.post("reroutings", {"boundary_set": widen_the_west(small_city).pk}).json()["id"]
    found, query = [], {"limit": 2}
    while query:
        page = desk.get(f"reroutings/{number}/moves", **query).json()
        found += [feature["id"] for feature in page["features"]]
        links = [each["href"] for each in page.get("links", [])]
        query = {"limit": 2, "after": links[0].partition("after=")[2]} if links else {}
    assert found == [each.reference for each in filed]
    skipped = desk.get(f"reroutings/{number}/moves", state="skipped").json()["features"]
    assert [(each["id"], each["properties"]["because"]) for each in skipped] == [(filed[2].reference, "decided")]
    for query in ({"state": "lost"}, {"limit": 0}, {"after": "x"}, {"page": 2}):
        code_of(desk.get(f"reroutings/{number}/moves", **query), 400)


def test_closed_reports_and_those_a_person_gave_are_taken_along_when_asked(small_city, desk, moving):
    new_set = widen_the_west(small_city)
    assign(report=moving, department=small_city.city_works, at=BEFORE)
    body = {"boundary_set": new_set.pk}
    assert counts(desk.post("reroutings", body).json()) == {"skipped decided": 1}
    change_status(report=moving, to="resolved", note="done", at=BEFORE)
    assert counts(desk.post("reroutings", body).json()) == {}
    asked = body | {"include_closed": True, "include_decided": True}
    assert counts(desk.post("reroutings", asked).json()) == {"planned": 1}


def test_a_rule_or_a_whole_city_can_be_previewed(small_city, desk, moving):
    rule = RoutingRuleFactory(
        root=small_city.city,
        category=small_city.pothole,
        function=FunctionFactory(),
        level=small_city.city.level,
        in_force=DateRange(NEW_DAY, None),
    )
    small_city.city.routing_rules.exclude(pk=rule.pk).update(in_force=DateRange(None, NEW_DAY))
    by_rule = desk.post("reroutings", {"rule": rule.pk}).json()
    assert (by_rule["on"], counts(by_rule)) == ("2026-12-01", {"planned": 1})
    today = desk.post("reroutings", {"city": "sample"}).json()
    assert (today["on"], counts(today)) == ("2026-11-20", {})
    later = desk.post("reroutings", {"city": "sample", "on": "2026-12-01"}).json()
    assert later["departments"][0]["to"] == "city-civil-works"


@pytest.mark.django_db(transaction=True)
def test_a_large_preview_is_made_by_the_worker(desk, new_set, monkeypatch):
    monkeypatch.setattr("api.v1.desk.reroutings.AT_ONCE", 1)
    response = desk.post("reroutings", {"boundary_set": new_set.pk})
    assert (response.status_code, response.json()["state"]) == (202, "previewing")
    assert [job.func() for job in OrmQ.objects.all()] == [tasks.JOB]
    assert code_of(desk.post(f"reroutings/{response.json()['id']}/apply"), 409) == "not_in_force_yet"
    tasks.carry_on_rerouting(response.json()["id"])
    assert desk.get(f"reroutings/{response.json()['id']}").json()["state"] == "previewed"


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
def test_a_preview_is_refused_for(desk, body, code):
    assert code_of(desk.post("reroutings", json.dumps(body)), 400) == code
    assert not Rerouting.objects.exists()


def ask(desk: Desk, act: str, number: int):
    if act == "":
        return desk.post("reroutings", {"city": "sample"})
    address = f"reroutings/{number}"
    return {
        "read": lambda: desk.get(address),
        "moves": lambda: desk.get(f"{address}/moves"),
        "apply": lambda: desk.post(f"{address}/apply"),
        "undo": lambda: desk.post(f"{address}/undo"),
    }[act]()


@pytest.mark.parametrize("act", ["", "read", "moves", "apply", "undo"])
class TestWhoMay:
    """S1: who does not run the city neither reroutes it nor learns what that would move."""

    def test_the_public_is_asked_who_it_is(self, previewed, act):
        assert code_of(ask(Desk(), act, previewed["id"]), 401) == "not_authenticated"

    def test_others_are_refused(self, small_city, previewed, act):
        others = [
            UserFactory(),
            handler(small_city.city, Role.HEAD),
            handler(small_city.city, Role.ANALYST),
            handler(small_city.west, Role.DISPATCHER),
            MembershipFactory(department=small_city.city_works, role=Role.DISPATCHER).user,
        ]
        for each in others:
            assert code_of(ask(Desk.of(each), act, previewed["id"]), 403) == "forbidden"

    def test_the_dispatcher_of_another_city_does_not_find_it(self, previewed, act):
        stranger = Desk.of(handler(CityFactory(code="elsewhere"), Role.DISPATCHER))
        response = ask(stranger, act, previewed["id"])
        assert code_of(response, 404 if act else 400) in {"not_found", "unknown_city"}
        assert Rerouting.objects.get().state == "previewed"

    def test_a_number_that_is_none_is_not_found(self, db, act):
        if act:
            for number in (0, 10**30):
                assert code_of(ask(Desk.of(superuser()), act, number), 404) == "not_found"
