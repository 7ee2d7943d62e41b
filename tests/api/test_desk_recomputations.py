"""Deadlines reckoned anew by program: previewed, applied, gone on with where it stopped."""

import json

import pytest
from django_q.models import OrmQ

from reports import tasks
from reports.deadlines import recomputing
from reports.models import DeadlineChange, DeadlineRun
from tests.api.desks import code_of
from tests.factories import (
    ServiceLevelFactory,
    WorkingCalendarFactory,
)
from tests.reports.deadline_ground import deadline_of, file, tehran
from tests.runs import Killed, WhoMayRun, killed_after, preview_by

TOLD = tehran("2026-04-18 07:00")
DUE, LATER = tehran("2026-04-20 14:15"), tehran("2026-04-21 14:15")


@pytest.fixture
def answers(small_city):
    """Two potholes that are due on Monday the 20th, which then becomes a holiday."""
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, amount=3)
    calendar = WorkingCalendarFactory(root=small_city.city)
    found = [file(TOLD) for _ in range(2)]
    calendar.holidays.create(day=DUE.date(), name_fa="تعطیل رسمی")
    return found


@pytest.fixture
def previewed(dispatcher, answers) -> dict:
    return preview_by(dispatcher, "recomputations", {"city": "sample"})


@pytest.mark.django_db(transaction=True)
def test_S3_a_holiday_is_previewed_and_applied(dispatcher, previewed, answers):
    numbers = {name: previewed[name] for name in ("state", "looked_at", "later", "earlier", "appear", "vanish")}
    assert numbers == {"state": "previewed", "looked_at": 2, "later": 2, "earlier": 0, "appear": 0, "vanish": 0}
    hours = [previewed[f"{name}_hours"] for name in ("furthest_later", "furthest_earlier", "mean")]
    assert (hours, previewed["applied_at"]) == ([24.0, 0.0, 24.0], None)
    assert [deadline_of(each).due_at for each in answers] == [DUE, DUE]
    address = f"recomputations/{previewed['id']}"

    OrmQ.objects.all().delete()
    started = dispatcher.post(f"{address}/apply")
    assert (started.status_code, started.json()["state"]) == (202, "applying")
    assert [job.func() for job in OrmQ.objects.all()] == [tasks.RECOMPUTING]
    assert tasks.carry_on_recomputation(previewed["id"]) is True
    applied = dispatcher.get(address).json()
    assert (applied["state"], applied["later"]) == ("applied", 2)
    assert applied["applied_at"] is not None
    assert [deadline_of(each).due_at for each in answers] == [LATER, LATER]
    (change,) = dispatcher.get(f"reports/{answers[0]['id']}/deadlines").json()["changes"]
    assert (change["why"], change["recomputation"]) == ("recomputed", previewed["id"])
    again = dispatcher.post(f"{address}/apply")
    assert (code_of(again, 409), again.json()["state"]) == ("wrong_state", "applied")


@pytest.mark.django_db(transaction=True)
def test_S3_asked_again_it_goes_on_where_it_stopped(dispatcher, previewed, monkeypatch):
    monkeypatch.setattr(recomputing, "BATCH", 1)
    address = f"recomputations/{previewed['id']}"
    assert dispatcher.post(f"{address}/apply").status_code == 202

    with pytest.raises(Killed):
        recomputing.carry_on(run=DeadlineRun.objects.get(), at=TOLD, progress=killed_after(1))
    assert (dispatcher.get(address).json()["state"], dispatcher.get(address).json()["looked_at"]) == ("applying", 1)
    resumed = dispatcher.post(f"{address}/apply")
    assert (resumed.status_code, resumed.json()["looked_at"]) == (202, 1)
    tasks.carry_on_recomputation(previewed["id"])
    assert dispatcher.get(address).json()["state"] == "applied"
    assert DeadlineChange.objects.filter(why="recomputed").count() == 2


def test_S3_what_was_previewed_of_another_calendar_is_outdated(dispatcher, previewed, small_city):
    small_city.city.working_calendar.holidays.create(day=LATER.date(), name_fa="تعطیل رسمی")
    address = f"recomputations/{previewed['id']}"
    assert dispatcher.post(f"{address}/apply").status_code == 202
    tasks.carry_on_recomputation(previewed["id"])
    assert dispatcher.get(address).json()["state"] == "outdated"
    refused = dispatcher.post(f"{address}/apply")
    assert (code_of(refused, 409), refused.json()["state"]) == ("wrong_state", "outdated")


@pytest.mark.django_db(transaction=True)
def test_a_large_preview_is_made_by_the_worker(dispatcher, answers, monkeypatch):
    monkeypatch.setattr("api.v1.desk.recomputations.BATCH", 1)
    OrmQ.objects.all().delete()
    response = dispatcher.post("recomputations", {"city": "sample"})
    assert (response.status_code, response.json()["state"]) == (202, "previewing")
    assert [job.func() for job in OrmQ.objects.all()] == [tasks.RECOMPUTING]
    address = f"recomputations/{response.json()['id']}"
    assert code_of(dispatcher.post(f"{address}/apply"), 409) == "wrong_state"
    tasks.carry_on_recomputation(response.json()["id"])
    assert dispatcher.get(address).json()["state"] == "previewed"


REFUSED = {
    "nothing": ({}, "required"),
    "an unknown city": ({"city": "atlantis"}, "unknown_city"),
    "a number": ({"city": 7}, "wrong_type"),
    "null": ({"city": None}, "required"),
    "an unknown member": ({"city": "sample", "dry_run": True}, "unknown_member"),
    "a NUL": ({"city": "sam\0ple"}, "invalid_characters"),
    "a list": ([], "not_an_object"),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_preview_is_refused_for(dispatcher, body, code):
    assert code_of(dispatcher.post("recomputations", json.dumps(body)), 400) == code
    assert not DeadlineRun.objects.exists()


@pytest.mark.parametrize("act", ["", "read", "apply"])
class TestWhoMay(WhoMayRun):
    kind = "recomputations"
    runs = DeadlineRun
