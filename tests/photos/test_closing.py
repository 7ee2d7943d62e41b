"""A photo of the work in the place of a reason: resolved by what it shows."""

import pytest

from reports.models import Photo, Refusal, StatusUpdate
from tests.api.desks import Desk
from tests.photos.conftest import part
from tests.pictures import photo
from tests.staff import handler

pytestmark = pytest.mark.django_db


@pytest.fixture
def west(small_city) -> Desk:
    return Desk.of(handler(small_city.west))


def close(desk: Desk, report, **given):
    return desk.post(f"reports/{report.reference}/status", {"to": "resolved", **given})


def test_S6_a_photo_of_the_work_closes_without_a_word_and_belongs_to_the_step(report, west, send):
    assert close(west, report).json()["code"] == "reason_missing"
    assert send(report, part(photo("JPEG")), desk=west, kind="after").status_code == 201
    assert close(west, report).status_code == 200
    assert Photo.objects.get().step == StatusUpdate.objects.latest("pk")


def test_S6_neither_a_photo_of_before_nor_the_reporters_own_is_one_of_the_work(report, west, send):
    send(report, part(photo("JPEG")), desk=west, kind="before")
    send(report, part(photo("PNG"), mime="image/png"))
    assert close(west, report).json()["code"] == "reason_missing"


def test_S6_a_photo_that_was_refused_or_closed_it_before_does_not_close_it(report, west, send):
    send(report, part(photo("JPEG")), desk=west, kind="after")
    Photo.objects.update(state="refused", refusal=Refusal.DAMAGED, due_at=None)
    assert close(west, report).json()["code"] == "reason_missing"
    Photo.objects.update(state="received", refusal="", due_at=report.received_at)
    assert close(west, report).status_code == 200
    west.post(f"reports/{report.reference}/status", {"to": "in_progress"})
    assert close(west, report).json()["code"] == "reason_missing"


def test_S6_a_rejection_is_not_proven_by_a_photo(report, west, send):
    send(report, part(photo("JPEG")), desk=west, kind="after")
    answer = west.post(f"reports/{report.reference}/status", {"to": "rejected"})
    assert answer.json()["code"] == "reason_missing"
