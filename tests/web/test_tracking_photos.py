"""Photos on the tracking page, without scripts: shown to the holder of the link, added by a plain form."""

import pytest
from django.test import Client

from people.models import Role
from reports import photos
from reports.models import Photo, StatusUpdate
from reports.photos.storage import DurableFiles
from reports.references import tracking_token
from reports.tasks import see_to_photos
from tests.api.desks import Desk
from tests.factories import CategoryFactory
from tests.photos.conftest import address_of, part, stored_names
from tests.pictures import photo, plain, png_of, scene
from tests.staff import handler
from tests.web.conftest import RECEIVED_AT
from tests.web.tracked_photos import page_of, send

__all__ = ["stored_names"]
pytestmark = pytest.mark.django_db


def test_a_reporter_adds_photos_and_sees_them(client: Client, tell):
    report = tell()
    answer = send(client, report, part(photo(lon=59.5, lat=36.3)), part(photo(seed=1)), keep_original="on")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page_of(report)}#photos")
    assert client.get(page_of(report)).text.count("در حال آماده‌سازی") == 2
    see_to_photos()
    page = client.get(page_of(report)).text
    for number in (1, 2):
        for file in ("view", "thumbnail"):
            address = f"{page_of(report)}/photos/{number}/{file}"
            assert address in page
            served = client.get(address)
            assert served.headers["Content-Type"] == "image/jpeg"
            assert served.headers["Cache-Control"] == "private, no-store"
            assert served.headers["Referrer-Policy"] == "no-referrer"
            assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert Photo.objects.filter(gps__isnull=False).count() == 1


def test_without_the_tick_the_place_is_not_kept(client: Client, tell):
    report = tell()
    send(client, report, part(photo(lon=59.5, lat=36.3)))
    see_to_photos()
    assert (Photo.objects.get().gps, Photo.objects.get().original) == (None, "")


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        ([], 400, "یک عکس انتخاب کنید."),
        ([part(b"<script>alert(1)</script>", mime="text/html", name="x.jpg")], 400, "عکس را به صورت JPEG"),
        ([part(photo()), part(b"")], 400, "پرونده خالی است"),
        ([part(plain(scene(32, 24, seed=seed))) for seed in range(6)], 400, "در هر درخواست حداکثر ۵ عکس"),
    ],
)
def test_what_is_not_taken_is_told_and_none_of_it_is_stored(client: Client, tell, files, status, words):
    report = tell()
    answer = send(client, report, *files)
    assert answer.status_code == status
    assert words in answer.text
    assert "چالهٔ بزرگی وسط خیابان است" in answer.text  # the page is there, with the form
    assert not Photo.objects.exists()


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: Client, tell, settings):
    report = tell()
    settings.PHOTO_MAX_BYTES = 1000
    answer = send(client, report, part(b"\xff\xd8\xff" + b"x" * 100_000))
    assert answer.status_code == 413
    assert "حجم عکس حداکثر ۰ مگابایت است" in answer.text


def test_what_only_the_worker_finds_is_told_on_the_page(client: Client, tell):
    report = tell()
    send(client, report, part(png_of(30_000, 30_000), mime="image/png"))
    see_to_photos()
    page = client.get(page_of(report)).text
    assert "شمار نقطه‌های تصویر بیش از حد مجاز است." in page


def test_a_report_that_has_all_its_photos_offers_no_form(client: Client, tell, settings):
    settings.PHOTOS_PER_REPORT = 1
    report = tell()
    assert "/photos" in client.get(page_of(report)).text
    send(client, report, part(photo()))
    assert 'enctype="multipart/form-data"' not in client.get(page_of(report)).text
    refused = send(client, report, part(photo(seed=1)))  # from another tab, which still has the form
    assert refused.status_code == 409
    assert refused.text.count("این گزارش به بیشترین تعداد عکس مجاز رسیده است.") == 1


def test_a_form_that_ends_within_a_photo_stores_nothing(client: Client, tell, stored_names):
    report = tell()
    body = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n' + photo()
    answer = client.post(f"{page_of(report)}/photos", body, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, Photo.objects.count(), stored_names()) == (400, 0, [])
    assert "فرم خوانده نشد" in answer.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"x", "multipart/form-data"),
        (b"--x\r\nX: " + b"y" * 5000 + b"\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"words=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=x" % number for number in range(1500)), "application/x-www-form-urlencoded"),
    ],
)
@pytest.mark.parametrize("door", ["photos", "feedback", "answer"])
def test_what_cannot_be_read_is_answered_by_the_page(client: Client, tell, door, body, content_type):
    answer = client.post(f"{page_of(tell())}/{door}", body, content_type=content_type)
    assert answer.status_code == 400
    assert "فرم خوانده نشد" in answer.text
    assert "چالهٔ بزرگی وسط خیابان است" in answer.text


@pytest.mark.parametrize("limits", [{"PHOTO_MAX_BYTES": 100}, {"PHOTOS_PER_REQUEST": 1}])
def test_what_is_too_much_is_told_while_it_arrives_and_leaves_nothing(
    client: Client, tell, settings, stored_names, limits
):
    for name, value in limits.items():
        setattr(settings, name, value)
    answer = send(client, tell(), *(part(photo(seed=seed)) for seed in range(3)))
    assert answer.status_code == 413
    assert 'role="alert"' in answer.text
    assert (Photo.objects.count(), stored_names()) == (0, [])


def test_a_storage_that_is_away_is_told(client: Client, tell, monkeypatch):
    def fail(self, *_args):
        raise OSError("No space left on device")

    monkeypatch.setattr(DurableFiles, "save", fail)
    answer = send(client, tell(), part(photo()))
    assert answer.status_code == 503
    assert "لطفاً چند دقیقهٔ دیگر" in answer.text
    assert not Photo.objects.exists()


def test_nobody_else_adds_or_sees_photos(client: Client, tell):
    report, other = tell(), tell()
    send(client, report, part(photo()))
    see_to_photos()
    for token in (tracking_token(other.reference), "x", "%00"):
        wrong = f"/track/{report.reference}/{token}/photos"
        assert client.post(wrong, {"photo": part(photo(seed=1))}).status_code == 404
        assert client.get(f"{wrong}/1/view").status_code == 404
    door = f"{page_of(report)}/photos"
    assert client.get(door).headers["Location"] == page_of(report)
    assert client.put(door).status_code == 405
    for more in ("1/original", "2/view", "99999999999999999999/view", "0/thumbnail"):
        assert client.get(f"{page_of(report)}/photos/{more}").status_code == 404
    assert Photo.objects.count() == 1


def test_the_reporter_sees_what_was_done_once_the_step_or_the_photo_is_public(client: Client, tell, small_city):
    report = tell(category=CategoryFactory(code="private", moderation="never"))
    desk = Desk.of(handler(small_city.city, Role.DISPATCHER))
    body = {"photo": part(photo(seed=3)), "kind": "after"}
    assert client.post(address_of(report), body, headers=desk._headers()).status_code == 201
    see_to_photos()
    address = f"{page_of(report)}/photos/1/view"
    assert client.get(address).status_code == 404
    step = StatusUpdate.objects.create(report=report, status="resolved", at=RECEIVED_AT, is_public=True)
    photos.belong_to(photos=list(Photo.objects.all()), step=step)
    assert client.get(address).status_code == 200
    assert "پس از کار" in client.get(page_of(report)).text
    StatusUpdate.objects.update(is_public=False)
    assert client.get(address).status_code == 404


def test_a_constant_number_of_queries_shows_any_number_of_photos(client: Client, tell, django_assert_num_queries):
    report = tell()
    with django_assert_num_queries(6):
        client.get(page_of(report))
    send(client, report, *(part(plain(scene(32, 24, seed=seed))) for seed in range(4)))
    see_to_photos()
    with django_assert_num_queries(6):
        assert client.get(page_of(report)).text.count("/thumbnail") == 4


class TestHowManyAnAddressSends:
    def test_is_limited_within_an_hour_by_all_ways_together(self, client: Client, tell, settings, stored_names):
        settings.ANONYMOUS_PHOTOS_PER_HOUR = 3
        report = tell()
        assert send(client, report, part(photo())).status_code == 303
        by_api = f"{address_of(report)}?token={tracking_token(report.reference)}"
        assert client.post(by_api, {"photo": part(photo(seed=1))}).status_code == 201
        refused = send(client, report, part(photo(seed=2)), part(photo(seed=3)))
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert "در این ساعت از نشانی شما عکس‌های زیادی رسیده است" in refused.text
        assert "چالهٔ بزرگی وسط خیابان است" in refused.text  # the page is there, with the form
        assert (Photo.objects.count(), len(stored_names())) == (2, 2)
        assert send(client, report, part(photo(seed=2))).status_code == 303

    def test_is_said_in_english_too(self, client: Client, tell, settings):
        settings.ANONYMOUS_PHOTOS_PER_HOUR = 0
        client.cookies["django_language"] = "en"
        refused = send(client, tell(), part(photo()))
        assert refused.status_code == 429
        assert "Too many photos from your address within this hour; try again in" in refused.text

    def test_is_counted_for_each_address_by_itself(self, client: Client, tell, settings):
        settings.ANONYMOUS_PHOTOS_PER_HOUR = 1
        report = tell()
        address = f"{page_of(report)}/photos"
        for seed, host in enumerate(["192.0.2.1", "192.0.2.2"]):
            answer = client.post(address, {"photo": part(photo(seed=seed))}, REMOTE_ADDR=host)
            assert answer.status_code == 303
        assert client.post(address, {"photo": part(photo(seed=5))}, REMOTE_ADDR="192.0.2.1").status_code == 429

    def test_what_is_not_taken_is_not_counted(self, client: Client, tell, settings):
        settings.ANONYMOUS_PHOTOS_PER_HOUR = 1
        report = tell()
        assert send(client, report, part(b"")).status_code == 400
        assert send(client, report, part(photo())).status_code == 303
