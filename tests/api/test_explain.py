"""R18: a report's stored decision, asked again, gives the same; what differs is named. Staff of its ground alone."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from people.models import Role
from people.tokens import make_token
from tests.factories import BoundaryFactory, MembershipFactory
from tests.shapes import square


@pytest.fixture
def explain(client, small_city):
    """The explanation of a report, as a handler of a district (the western one) reads it."""

    def ask(reference: str, query: str = "", *, district=None, role: str = Role.HANDLER):
        user = MembershipFactory(jurisdiction=district or small_city.west, role=role).user
        _row, secret = make_token(user=user, name="test", at=timezone.now())
        address = f"/api/v1/reports/{reference}/route{query}"
        return client.get(address, headers={"Authorization": f"Bearer {secret}"})

    return ask


@pytest.fixture
def filed(post, filing) -> dict:
    """A report 5 m from the edge between the districts, by a phone that may be 20 m off."""
    return post(filing(x=995, y=700, accuracy_m=20, source="web")).json()


def test_r18_the_stored_decision_replays_to_the_same_answer(explain, filed):
    answer = explain(filed["id"]).json()
    assert answer["differs"] == []
    assert answer["replayed"] == answer["properties"]
    for member in ("department", "method", "edge_m", "runners_up", "candidates", "explanation"):
        assert answer["properties"][member] == filed["properties"][member]
    assert answer["properties"]["ambiguous"] is True


def test_what_the_reports_ground_and_office_have_become_is_named(explain, filed, small_city):
    small_city.west_works.is_active = False
    small_city.west_works.save()
    answer = explain(filed["id"]).json()
    assert answer["differs"] == ["department"]
    assert answer["properties"]["department"]["code"] == "1-civil-works"
    assert answer["replayed"]["department"]["code"] == "city-civil-works"


def test_another_name_is_no_other_decision(explain, filed, small_city):
    small_city.west.name_fa = "منطقهٔ یک"
    small_city.west.save()
    assert explain(filed["id"]).json()["differs"] == []


def test_it_is_decided_again_as_of_another_day(explain, filed, small_city):
    first = small_city.west.boundaries.get()
    flip = timezone.now().date() + timedelta(days=30)
    first.in_force = (first.in_force.lower, flip)
    first.save()
    later = BoundaryFactory(jurisdiction=small_city.west, shape=square(0, 0, side=900), in_force=DateRange(flip, None))
    assert explain(filed["id"]).json()["differs"] == []
    answer = explain(filed["id"], f"?on={flip}").json()
    assert {"decided_by", "department"} <= set(answer["differs"])
    assert answer["replayed"]["boundary_id"] != later.pk  # the east is nearer now than the shrunken west
    assert answer["replayed"]["district"]["code"] == "2"


def test_a_day_without_any_ground_has_no_answer(explain, filed):
    answer = explain(filed["id"], "?on=1950-01-01").json()
    assert answer["replayed"] is None
    assert "department" in answer["differs"]


def test_only_staff_in_whose_charge_it_is_may_ask(explain, filed, small_city, client):
    assert client.get(f"/api/v1/reports/{filed['id']}/route").status_code == 401
    assert explain(filed["id"], district=small_city.east).status_code == 404
    assert explain("ZZZZZZZZ").status_code == 404
    assert explain("%00").status_code in {400, 404}
    assert explain(filed["id"], district=small_city.city, role=Role.ANALYST).status_code == 200


def test_a_parameter_that_makes_no_sense_is_refused(explain, filed):
    assert explain(filed["id"], "?on=never").json()["code"] == "invalid_time"
    assert explain(filed["id"], "?lon=3").json()["code"] == "unknown_parameter"
