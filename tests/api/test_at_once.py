"""Two who act on one problem at the same instant: both are answered, and what is answered holds."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from api.v1 import support as joining
from api.v1.desk import acts
from jurisdictions.models import BoundarySet, Jurisdiction
from notifications.models import Message
from people.models import Role
from reports import photos
from reports.deadlines import recomputing
from reports.duplicates import carry, merge, split
from reports.duplicates import undo as undo_act
from reports.handling import change_status, status
from reports.locking import lock_cities
from reports.models import DuplicateAct, DuplicateCluster, Photo, Report, Supporter
from reports.references import tracking_token
from reports.rerouting import apply, preview, undo
from tests.api.desks import Desk, code_of, ok
from tests.factories import CityFactory, UserFactory
from tests.pictures import photo
from tests.reports.duplicate_ground import gathered
from tests.reports.rerouting_ground import AFTER, BEFORE, widen_the_west
from tests.staff import FILED_AT, file_report, handler
from tests.threads import InTheBackground, wait_until_somebody_waits_for_us

pytestmark = pytest.mark.django_db
LATER = FILED_AT + timedelta(hours=1)


@pytest.fixture
def pair(small_city) -> list[Report]:
    """Two reports of one problem; the first stands for both."""
    reports = [file_report(small_city.pothole, x=500 + number) for number in range(2)]
    gathered(*reports)
    return [Report.objects.get(pk=each.pk) for each in reports]


def join(report: Report, device: str):
    body = {"device_id": device, "contact": {"phone": "09120000009"}}
    return Client().post(f"/api/v1/reports/{report.reference}/support", body, content_type="application/json")


@pytest.mark.django_db(transaction=True)
def test_a_no_to_a_closing_waits_for_whoever_changes_the_problem_and_not_the_other_way_round(pair, time_machine):
    first, second = pair
    change_status(report=first, to="resolved", note="پر شد", at=FILED_AT, by=UserFactory())
    time_machine.move_to(LATER)
    body = {"token": tracking_token(second.reference), "was_solved": False, "words": "هنوز هست"}
    answers = []
    reporter = InTheBackground(lambda: answers.append(Desk().post(f"reports/{second.reference}/feedback", body)))
    with transaction.atomic():
        lock_cities([first.root_id])
        reporter.start()
        wait_until_somebody_waits_for_us()
        list(Report.objects.select_for_update(no_key=True).filter(pk=second.pk))
    reporter.join(20)
    assert (reporter.raised, answers[0].status_code) == (None, 201)
    assert answers[0].json()["has_reopened"]


@pytest.mark.django_db(transaction=True)
def test_a_step_of_a_report_that_becomes_the_root_of_a_problem_meanwhile_is_that_of_all_of_it(small_city, monkeypatch):
    first, second = (file_report(small_city.pothole, x=500 + number) for number in range(2))
    desk, has_second = Desk.of(handler(small_city.west)), threading.Event()
    monkeypatch.setattr(status, "carry", lambda **step: has_second.wait(20) and carry(**step))
    answers = []
    step = InTheBackground(
        lambda: answers.append(desk.post(f"reports/{first.reference}/status", {"to": "in_progress"}))
    )
    third = InTheBackground(partial(_lock_city_then, second, has_second, first))
    with transaction.atomic():
        lock_cities([first.root_id])
        list(Report.objects.select_for_update(no_key=True).order_by("pk"))
        step.start()  # has looked, and found no problem
        wait_until_somebody_waits_for_us()
        third.start()
        wait_until_somebody_waits_for_us(how_many=2)
        merge(reports=[first, second], by=UserFactory(), at=LATER)
    for each in (step, third):
        each.join(20)
    assert (step.raised, third.raised) == (None, None)
    assert ok(answers[0])["status"] == "in_progress"
    assert set(Report.objects.values_list("status", flat=True)) == {"in_progress"}


@transaction.atomic
def _lock_city_then(last: Report, has_it: threading.Event, first: Report) -> None:
    """Act on several reports of a city, as whoever does may: on the later of two that somebody wants, then on both."""
    lock_cities([last.root_id])
    list(Report.objects.select_for_update(no_key=True).filter(pk=last.pk))
    has_it.set()
    wait_until_somebody_waits_for_us()
    list(Report.objects.select_for_update(no_key=True).filter(pk=first.pk))


@pytest.mark.django_db(transaction=True)
def test_who_merges_or_undoes_waits_for_the_city_to_which_the_reports_have_moved_meanwhile(pair):
    there, home = CityFactory(code="there"), pair[0].root
    DuplicateCluster.objects.all().delete()
    _meets_after_a_move(partial(merge, reports=pair, by=UserFactory(), at=LATER), home, there)
    assert DuplicateCluster.objects.get().city == there
    act = DuplicateAct.objects.get()
    _meets_after_a_move(partial(undo_act, act=act, by=UserFactory(), at=LATER), there, home)
    assert DuplicateAct.objects.filter(undoes=act).exists()


def _meets_after_a_move(act: Callable[[], object], here: Jurisdiction, there: Jurisdiction) -> None:
    """Act on reports that move while the act waits for the lock of their city, and somebody has that of the other."""
    has_it, moved = threading.Event(), threading.Event()

    @transaction.atomic
    def keep_the_other_city() -> None:
        lock_cities([there.pk])
        has_it.set()
        assert moved.wait(20)
        wait_until_somebody_waits_for_us()

    keeper = InTheBackground(keep_the_other_city)
    actor = InTheBackground(act)
    keeper.start()
    assert has_it.wait(20)
    with transaction.atomic():
        lock_cities([here.pk])
        actor.start()
        wait_until_somebody_waits_for_us()
        Report.objects.update(root=there)
    moved.set()
    for each in (keeper, actor):
        each.join(30)
    assert (keeper.raised, actor.raised) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_who_joins_while_it_is_closed_is_told_or_refused(pair, small_city):
    report = file_report(small_city.pothole, x=900)
    answers = []
    citizen = InTheBackground(lambda: answers.append(join(report, "phone-9")))
    with transaction.atomic():
        change_status(report=report, to="resolved", note="پر شد", at=FILED_AT, by=UserFactory())
        citizen.start()
        wait_until_somebody_waits_for_us()
    citizen.join(20)
    assert (citizen.raised, answers[0].status_code, answers[0].json()["code"]) == (None, 409, "report_closed")
    assert not Supporter.objects.exists()
    assert not Message.objects.filter(to="+989120000009").exists()


def test_a_step_is_answered_though_the_problem_ends_meanwhile(pair, small_city, monkeypatch):
    first, second = pair
    desk = Desk.of(handler(small_city.west))
    monkeypatch.setattr(acts, "change_status", _and_then(acts.change_status, partial(_part, second)))
    answer = ok(desk.post(f"reports/{first.reference}/status", {"to": "in_progress"}))
    assert (answer["status"], answer["duplicate"], answer["parent"]) == ("in_progress", False, None)


def test_joining_is_answered_though_the_problem_ends_or_begins_meanwhile(pair, small_city, monkeypatch):
    first, second = pair
    monkeypatch.setattr(joining, "support", _and_then(joining.support, partial(_part, second)))
    answer = join(first, "phone-1")
    assert (answer.status_code, answer.json()["people_waiting"]) == (201, 2)
    monkeypatch.undo()

    others = [file_report(small_city.pothole, x=900 + number) for number in range(2)]
    hold = partial(merge, reports=others, by=UserFactory(), at=LATER)
    monkeypatch.setattr(joining, "support", _and_then(joining.support, hold))
    answer = join(others[0], "phone-1")
    assert (answer.status_code, answer.json()["people_waiting"]) == (201, 3)


def test_a_photo_that_is_gone_meanwhile_is_not_there(small_city, monkeypatch):
    report = file_report(small_city.pothole, x=900)
    head = Desk.of(handler(small_city.west, Role.HEAD))
    address = f"reports/{report.reference}/photos"
    picture = SimpleUploadedFile("p.jpg", photo(), content_type="image/jpeg")
    form = {"photo": [picture]}
    added = Client().post(f"/api/v1/{address}?token={tracking_token(report.reference)}", form)
    assert added.status_code == 201
    for verb, ask in (
        ("cover", lambda: head.patch(f"{address}/1", {"redactions": [[0, 0, 0.5, 0.5]]})),
        ("hide", lambda: head.patch(f"{address}/1", {"is_public": False})),
        ("remove", lambda: Client().delete(f"/api/v1/{address}/1?token={tracking_token(report.reference)}")),
    ):
        with monkeypatch.context() as patched, transaction.atomic():
            act = getattr(photos, verb)
            patched.setattr(photos, verb, partial(_first_deleted, act))
            assert code_of(ask(), 404) == "not_found"
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_dates_reckoned_anew_wait_for_whoever_changes_several_reports_and_not_the_other_way_round(small_city):
    reports = [file_report(small_city.pothole, x=500), file_report(small_city.pothole, x=900)]
    run = recomputing.begin_preview(root=small_city.city, at=LATER)
    recomputing.carry_on(run=run, at=LATER)
    recomputing.begin_apply(run=run, at=LATER)
    _meets(partial(recomputing.carry_on, run=run, at=LATER), *reports)
    assert run.state == "applied"


@pytest.mark.django_db(transaction=True)
def test_a_rerouting_waits_for_whoever_changes_several_reports_and_not_the_other_way_round(small_city):
    reports = [file_report(small_city.pothole, x=1020), file_report(small_city.pothole, x=1060)]
    widen_the_west(small_city)
    new = BoundarySet.objects.get(source="act 7")
    rerouting = preview(boundary_set=new, on=new.first_day, at=BEFORE)
    _meets(partial(apply, rerouting=rerouting, at=AFTER), *reports)
    _meets(partial(undo, rerouting=rerouting, at=AFTER), *reports)
    assert (rerouting.state, rerouting.moves.count()) == ("undone", 2)


def _meets(batch: Callable[[], object], low: Report, high: Report) -> None:
    """Run a batch beside somebody who locks the city, then the last report, then the first."""
    work = InTheBackground(batch)
    with transaction.atomic():
        lock_cities([low.root_id])
        list(Report.objects.select_for_update(no_key=True).filter(pk=high.pk))
        work.start()
        wait_until_somebody_waits_for_us()
        list(Report.objects.select_for_update(no_key=True).filter(pk=low.pk))
    work.join(20)
    assert work.raised is None


def _first_deleted(act, *, photo, **more):
    Photo.objects.filter(pk=photo.pk).delete()
    return act(photo=photo, **more)


def _part(report: Report) -> None:
    split(reports=[report], by=UserFactory(), at=LATER)


def _and_then(verb, act):
    """The verb, and at once after it somebody else's act."""

    def both(*args, **kwargs):
        made = verb(*args, **kwargs)
        act()
        return made

    return both
