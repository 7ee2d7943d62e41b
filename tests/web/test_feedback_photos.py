"""Photos with the answer to a closing."""

import pytest
from django.test import Client

from reports.handling import change_status
from reports.models import Feedback, Photo
from reports.tasks import see_to_photos
from tests.factories import UserFactory
from tests.photos.conftest import part, stored_names
from tests.pictures import photo
from tests.web.conftest import RECEIVED_AT
from tests.web.tracked_photos import page_of

__all__ = ["stored_names"]
pytestmark = pytest.mark.django_db


class TestSayingThatItIsNotSolved:
    """The answer to a closing may bring photos: all of it is taken, or none."""

    @pytest.fixture
    def closed(self, tell, time_machine):
        time_machine.move_to(RECEIVED_AT, tick=False)
        report = tell()
        change_status(report=report, to="resolved", note="پر شد", at=RECEIVED_AT, by=UserFactory())
        return report

    def answer(self, client: Client, report, *files, **given):
        body = {"was_solved": "no", "words": "هنوز هست", "photo": list(files), **given}
        return client.post(f"{page_of(report)}/feedback", body)

    def test_S7_with_a_photo_reopens_it_and_shows_both(self, client: Client, closed):
        assert 'enctype="multipart/form-data"' in client.get(page_of(closed)).text
        answer = self.answer(client, closed, part(photo()), part(photo(seed=1)))
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{page_of(closed)}#outcome")
        closed.refresh_from_db()
        assert (closed.status, Photo.objects.count()) == ("received", 2)
        see_to_photos()
        page = client.get(page_of(closed)).text
        assert "هنوز هست" in page
        assert page.count("/thumbnail") == 2

    def test_a_photo_is_not_asked_for(self, client: Client, closed):
        assert self.answer(client, closed, was_solved="yes", words="").status_code == 303
        assert Feedback.objects.get().was_solved

    @pytest.mark.parametrize(
        ("content", "status", "words"),
        [(b"<svg/>", 400, "عکس را به صورت JPEG"), (b"\xff\xd8\xff" + bytes(200_000), 413, "حجم عکس حداکثر")],
    )
    def test_with_what_is_no_photo_nothing_is_said(
        self, client: Client, closed, settings, stored_names, content, status, words
    ):
        settings.PHOTO_MAX_BYTES = 150_000
        answer = self.answer(client, closed, part(content))
        assert (answer.status_code, words in answer.text) == (status, True)
        closed.refresh_from_db()
        assert (closed.status, Feedback.objects.count(), stored_names()) == ("resolved", 0, [])

    def test_what_was_written_stays_in_the_form_beside_what_is_wrong(self, client: Client, closed):
        assert "هنوز هست</textarea>" in self.answer(client, closed, part(b"<svg/>")).text

    def test_sent_twice_it_is_heard_once_and_leaves_no_file(self, client: Client, closed, stored_names):
        assert self.answer(client, closed, part(photo()), was_solved="yes").status_code == 303
        again = self.answer(client, closed, part(photo(seed=1)), was_solved="yes")
        assert again.status_code == 409
        assert "شما پیش‌تر به این پرسش پاسخ داده‌اید." in again.text
        assert (Feedback.objects.count(), Photo.objects.count(), len(stored_names())) == (1, 1, 1)

    def test_it_counts_among_the_photos_of_the_address(self, client: Client, closed, settings):
        settings.ANONYMOUS_PHOTOS_PER_HOUR = 1
        answer = self.answer(client, closed, part(photo()), part(photo(seed=1)))
        assert (answer.status_code, bool(answer.headers["Retry-After"])) == (429, True)
        assert not Feedback.objects.exists()
        assert self.answer(client, closed, part(photo())).status_code == 303


def test_a_file_in_a_form_that_takes_none_is_left_aside(client: Client, tell, settings):
    settings.PHOTO_MAX_BYTES = 1000
    report = tell()
    body = {"words": "پلاک ۱۲", "photo": part(b"x" * 5000)}
    assert client.post(f"{page_of(report)}/answer", body).status_code == 413
    body["photo"] = part(b"x" * 500)
    assert client.post(f"{page_of(report)}/answer", body).status_code == 409
    assert not Photo.objects.exists()
