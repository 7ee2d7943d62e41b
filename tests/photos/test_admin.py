"""The staff's pages about photos: seen by whoever has the report, decided upon by the heads."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.models import Role
from reports.models import Photo
from reports.tasks import see_to_photos
from tests.photos.conftest import part, shown
from tests.pictures import corners, photo, plain, scene
from tests.shapes import lonlat
from tests.staff import handler, seated, superuser

pytestmark = pytest.mark.django_db

NEAR = lonlat(530, 500)


def page_of(row: Photo) -> str:
    return f"/admin/reports/photo/{row.pk}/change/"


def door(row: Photo, act: str) -> str:
    return f"/admin/reports/photo/{row.pk}/{act}/do/"


def file_of(row: Photo, file: str) -> str:
    return f"/admin/reports/photo/{row.pk}/{file}/file/"


@pytest.fixture
def head(small_city) -> Client:
    """The head of the western district at the browser."""
    return seated(handler(small_city.west, Role.HEAD))


@pytest.fixture
def kept(report, added) -> Photo:
    return added(report, photo(lon=NEAR[0], lat=NEAR[1]), keep_original="true")


def test_M5_the_page_of_a_report_shows_its_photos_and_how_far_away_they_were_taken(report, kept, head):
    page = head.get(f"/admin/reports/report/{report.pk}/change/").content.decode()
    assert file_of(kept, "thumbnail") in page
    assert "taken 30 m from the place" in page
    assert "Before the work · shown to the public" in page
    fa = seated(superuser(), language="fa").get(f"/admin/reports/report/{report.pk}/change/").content.decode()
    assert "در فاصلهٔ ۳۰ متر از محل گزارش" in fa


def test_the_page_of_a_photo_says_what_is_known_of_it(report, kept, head):
    page = head.get(page_of(kept)).content.decode()
    for words in ("30 m", "2026-11-20 12:45", "JPEG", "the reporter", report.reference, "Save the original"):
        assert words in page
    fa = seated(superuser(), language="fa").get(page_of(kept)).content.decode()
    for words in ("۳۰ متر", "۲۹ آبان ۱۴۰۵", "ذخیرهٔ نسخهٔ اصلی", "پوشاندن در نسخهٔ همگانی"):
        assert words in fa


def test_files_are_for_those_who_have_the_report(report, kept, head, small_city):
    assert corners(head.get(file_of(kept, "view")).content) == ("red", "green", "blue")
    original = head.get(file_of(kept, "original"))
    assert original.content == photo(lon=NEAR[0], lat=NEAR[1])
    assert original.headers["Content-Disposition"] == f'attachment; filename="{report.reference}-1.jpg"'
    assert "no-store" in original.headers["Cache-Control"]
    assert head.get(file_of(kept, "nothing")).status_code == 404
    analyst = seated(handler(small_city.west, Role.ANALYST))
    assert analyst.get(file_of(kept, "view")).status_code == 200
    assert analyst.get(file_of(kept, "original")).status_code == 403
    stranger = seated(handler(small_city.east, Role.HEAD))
    for file in ("view", "thumbnail", "original"):
        assert stranger.get(file_of(kept, file)).status_code == 404
        assert Client().get(file_of(kept, file)).status_code == 302  # to the door


def test_a_head_hides_and_shows_and_the_history_says_who(report, kept, head):
    assert head.post(door(kept, "hide"), follow=True).status_code == 200
    assert shown(report) == []
    assert head.post(door(kept, "show"), follow=True).status_code == 200
    see_to_photos()
    assert len(shown(report)) == 1
    kept.refresh_from_db()
    assert kept.reviewed_by == LogEntry.objects.filter(object_id=kept.pk).first().user


def test_the_list_shows_and_hides_many(report, kept, added, head):
    added(report, photo(seed=1))
    listed = head.get("/admin/reports/photo/").content.decode()
    assert listed.count(f"{report.reference}</a>") == 2
    chosen = {"action": "hide", "_selected_action": list(Photo.objects.values_list("pk", flat=True))}
    answer = head.post("/admin/reports/photo/", chosen, follow=True)
    assert [str(each) for each in answer.context["messages"]] == ["2 photos changed."]
    assert shown(report) == []


def test_M6_a_head_covers_what_is_drawn_in_percent(report, kept, head):
    answer = head.post(door(kept, "cover"), {"rectangles": "0 0 20 20\n۵۰ ۵۰ ۲۵ ۱۲٫۵".replace("٫", ".")}, follow=True)
    assert "made anew" in answer.content.decode()
    see_to_photos()
    kept.refresh_from_db()
    assert kept.redactions == [[0.0, 0.0, 0.2, 0.2], [0.5, 0.5, 0.25, 0.125]]
    assert corners(Client().get(shown(report)[0]["url"]).content)[0] == "other"
    assert "0 0 20 20" in head.get(page_of(kept)).content.decode()


@pytest.mark.parametrize("wrong", ["x", "1 2 3", "0 0 0 10", "0 0 101 5", "nan 0 1 1", "1 1 1 1 1", "0 0 1e400 1"])
def test_what_is_no_rectangle_covers_nothing(report, kept, head, wrong):
    answer = head.post(door(kept, "cover"), {"rectangles": wrong}, follow=True)
    assert "in percent" in "".join(str(each) for each in answer.context["messages"])
    kept.refresh_from_db()
    assert kept.redactions == []


def test_a_head_removes_a_photo_for_good(report, kept, head):
    head.post(door(kept, "remove"), follow=True)
    assert not Photo.objects.exists()
    assert LogEntry.objects.filter(object_id=kept.pk).exists()


@pytest.mark.parametrize("act", ["show", "hide", "cover", "remove"])
def test_nobody_else_decides(report, kept, small_city, act):
    for user in (handler(small_city.west), handler(small_city.west, Role.ANALYST), handler(small_city.east, Role.HEAD)):
        seated(user).post(door(kept, act), {"rectangles": "0 0 50 50"})
    kept.refresh_from_db()
    assert (kept.is_public, kept.redactions) == (True, [])
    assert seated(superuser()).get(door(kept, act)).status_code == 405
    assert seated(superuser()).post(door(kept, "nothing")).status_code == 404


def test_those_who_handle_a_report_add_photos_of_after_and_documents(report, small_city):
    client = seated(handler(small_city.west))
    address = f"/admin/reports/photo/of/{report.pk}/add/"
    pdf = part(b"%PDF-1.7\n%%EOF", mime="application/pdf", name="order.pdf")
    answer = client.post(address, {"kind": "after", "photo": [part(photo()), pdf]}, follow=True)
    assert "Being prepared" in answer.content.decode()
    see_to_photos()
    rows = list(Photo.objects.order_by("number").values_list("kind", "mime", "state", "from_reporter"))
    assert rows == [("after", "image/jpeg", "ready", False), ("after", "application/pdf", "ready", False)]
    for files, words in (
        ([part(b"<html>")], "JPEG, PNG, WebP or HEIC"),
        ([], "Choose a photo."),
        ([part(plain(scene(32, 24, seed=seed))) for seed in range(6)], "at most 5 photos"),
    ):
        wrong = client.post(address, {"kind": "after", "photo": files}, follow=True)
        assert words in "".join(str(each) for each in wrong.context["messages"])
    assert Photo.objects.count() == 2
    assert seated(handler(small_city.west, Role.ANALYST)).post(address, {}).status_code == 404
    assert seated(handler(small_city.east)).post(address, {}).status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(report, added, head, django_assert_num_queries):
    added(report, photo())
    head.get("/admin/reports/photo/")
    with CaptureQueriesContext(connection) as few:
        head.get("/admin/reports/photo/")
    count = len(few)
    for seed in range(1, 4):
        added(report, plain(scene(64, 48, seed=seed)))
    with django_assert_num_queries(count):
        head.get("/admin/reports/photo/")
