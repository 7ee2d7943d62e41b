"""Addresses of photos that messages lead to."""

import pytest
from django.test import Client

from reports import photos
from reports.models import Photo
from reports.tasks import see_to_photos
from tests.factories import CategoryFactory
from tests.photos.conftest import part, stored_names
from tests.pictures import photo, png_of
from tests.web.conftest import RECEIVED_AT
from tests.web.tracked_photos import send

__all__ = ["stored_names"]
pytestmark = pytest.mark.django_db


class TestWhatMessagesLeadTo:
    """/photos/{reference}/{number}: an address that stays while the public's copies come and go."""

    def test_it_waits_for_the_worker_and_then_leads_to_the_copy(self, client: Client, tell):
        report = tell()
        send(client, report, part(photo()))
        address = f"/photos/{report.reference}/1"
        waiting = client.get(address)
        assert (waiting.status_code, waiting.headers["Refresh"]) == (200, "15")
        assert "عکس در حال آماده‌سازی است" in waiting.text
        see_to_photos()
        answer = client.get(address)
        copy = Photo.objects.get().public_rendition
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/api/v1/photos/{copy}.jpg")
        assert client.get(answer.headers["Location"]).headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_it_outlives_what_was_covered_and_ends_with_what_is_hidden(self, client: Client, tell):
        report = tell()
        send(client, report, part(photo()))
        see_to_photos()
        address = f"/photos/{report.reference}/1"
        before = client.get(address).headers["Location"]
        photos.cover(photo=Photo.objects.get(), rectangles=[[0, 0, 0.5, 0.5]], at=RECEIVED_AT)
        assert "Refresh" in client.get(address).headers
        see_to_photos()
        after = client.get(address).headers["Location"]
        assert after != before
        assert (client.get(before).status_code, client.get(after).status_code) == (404, 200)
        photos.hide(photo=Photo.objects.get(), at=RECEIVED_AT)
        assert client.get(address).status_code == 404

    @pytest.mark.parametrize("moderation", ["text_reviewed", "reviewed", "never"])
    def test_it_tells_nothing_of_a_photo_that_is_not_public(self, client: Client, tell, moderation):
        report = tell(category=CategoryFactory(code="private", moderation=moderation))
        send(client, report, part(photo()))
        for _ in range(2):
            answer = client.get(f"/photos/{report.reference}/1")
            assert (answer.status_code, answer.text) == (404, client.get(f"/photos/{report.reference}/2").text)
            see_to_photos()

    @pytest.mark.parametrize("more", ["2", "0", "99999999999999999999", "-1", "x", "1/view"])
    def test_a_number_that_is_none_leads_nowhere(self, client: Client, tell, more):
        report = tell()
        send(client, report, part(photo()))
        assert client.get(f"/photos/{report.reference}/{more}").status_code == 404

    @pytest.mark.parametrize("reference", ["%00", "x", "%F0%9F%98%80", "AAAAAAAAAA", "x" * 5000])
    def test_nor_does_a_reference_that_is_none(self, client: Client, db, reference):
        assert client.get(f"/photos/{reference}/1").status_code == 404

    def test_a_reference_may_be_written_in_small_letters(self, client: Client, tell):
        report = tell()
        send(client, report, part(photo()))
        assert client.get(f"/photos/{report.reference.lower()}/1").status_code == 200

    def test_a_refused_one_leads_nowhere(self, client: Client, tell):
        report = tell()
        send(client, report, part(png_of(30_000, 30_000), mime="image/png"))
        see_to_photos()
        assert client.get(f"/photos/{report.reference}/1").status_code == 404
