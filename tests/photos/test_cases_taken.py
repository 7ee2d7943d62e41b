"""The acceptance cases of media, M1 to M4: what is taken, and what is served of it."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from reports.models import Photo
from reports.tasks import sweep_photos
from tests.photos.conftest import address_of, as_holder, fetched, part, shown
from tests.pictures import MIMES, SECRETS, corners, photo, plain, png_of, scene, segments
from tests.shapes import lonlat

pytestmark = pytest.mark.django_db

NEAR = lonlat(530, 500)  # 30 m east of the report's place
JUST_PIXELS = ["APP0", "DB", "DB", "C2", "C4", "DA"]


@pytest.mark.parametrize("form", MIMES)
def test_M1_served_files_hold_pixels_and_nothing_else(report, added, form):
    sent = photo(form, lon=NEAR[0], lat=NEAR[1])
    assert SECRETS["exif"].encode() in sent
    kept = added(report, sent, mime=MIMES[form], keep_original="true")
    (seen,) = shown(report)
    for content in (
        fetched(seen["url"]),
        fetched(seen["thumbnail_url"]),
        as_holder(report, address_of(report, f"/{kept.number}/view")).content,
        as_holder(report, address_of(report, f"/{kept.number}/thumbnail")).content,
    ):
        for secret in SECRETS.values():
            assert secret.encode() not in content
        for mark in (b"Exif", b"http://ns.adobe.com", b"xmpmeta", b"Photoshop", b"ICC_PROFILE", b"GPS"):
            assert mark not in content
        assert set(segments(content)) == set(JUST_PIXELS)
        assert content.count(b"\xff\xd8\xff") == 1  # and no picture within the picture
        with Image.open(BytesIO(content)) as image:
            assert not image.getexif()
            assert set(image.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }


def test_M1_the_place_is_kept_with_consent_for_the_staff_alone(report, added, head):
    sent = photo(lon=NEAR[0], lat=NEAR[1])
    kept = added(report, sent, keep_original="true")
    assert kept.gps.coords == pytest.approx(NEAR, abs=1e-6)
    assert kept.taken_at == datetime(2026, 11, 20, 9, 15, 10, tzinfo=UTC)
    assert head.get(f"reports/{report.reference}/photos/{kept.number}/original").content == sent
    assert as_holder(report, address_of(report, f"/{kept.number}/original")).status_code == 403
    assert Client().get(address_of(report, f"/{kept.number}/original")).status_code == 404
    for answer in (Client().get(address_of(report)), as_holder(report, address_of(report))):
        assert "gps" not in answer.text
        assert "taken" not in answer.text


def test_M1_without_consent_neither_the_place_nor_the_original_is_kept(report, added, head, stored_names):
    kept = added(report, photo(lon=NEAR[0], lat=NEAR[1]))
    assert (kept.gps, kept.original) == (None, "")
    sweep_photos()
    assert len(stored_names()) == 4  # the view and the thumbnail, and the public's
    assert head.get(f"reports/{report.reference}/photos/{kept.number}/original").status_code == 404


@pytest.mark.parametrize(
    ("form", "orientation"), [("JPEG", 1), ("JPEG", 3), ("JPEG", 6), ("JPEG", 8), ("PNG", 8), ("WEBP", 6), ("HEIF", 6)]
)
def test_M2_the_orientation_is_baked_in(report, added, form, orientation):
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    upright = scene()
    lying = upright.transpose(turn[orientation]) if orientation in turn else upright
    added(report, photo(form, image=lying, orientation=orientation), mime=MIMES[form])
    (seen,) = shown(report)
    assert (seen["width"], seen["height"]) == (640, 480)
    for content in (fetched(seen["url"]), fetched(seen["thumbnail_url"])):
        assert corners(content) == ("red", "green", "blue")


@pytest.mark.parametrize("orientation", [2, 4, 5, 7])
def test_M2_mirrored_photos_are_put_right_as_well(report, added, orientation):
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        7: Image.Transpose.TRANSVERSE,
    }
    added(report, photo(image=scene().transpose(back[orientation]), orientation=orientation))
    assert corners(fetched(shown(report)[0]["url"])) == ("red", "green", "blue")


@pytest.mark.parametrize(
    ("content", "mime", "status", "code"),
    [
        (b"", "image/jpeg", 400, "empty_file"),
        (b"<!doctype html><script>alert(1)</script>", "image/jpeg", 415, "unknown_photo_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml", 415, "unknown_photo_format"),
        (b"GIF89a/*" + b"\0" * 40 + b"*/=alert(1);", "image/gif", 415, "unknown_photo_format"),
        (b"BM" + b"\0" * 60, "image/bmp", 415, "unknown_photo_format"),
        (b"\0\0\0\x20ftypavif" + b"\0" * 40, "image/avif", 415, "unknown_photo_format"),
        (b"MZ" + b"\0" * 60, "application/octet-stream", 415, "unknown_photo_format"),
        (plain(scene()), "image/png", 415, "photo_type_mismatch"),
        (plain(scene()), "text/html", 415, "photo_type_mismatch"),
        (plain(scene(), "PNG"), "image/jpeg", 415, "photo_type_mismatch"),
        (photo() + b"<html><script>alert(1)</script></html>", "image/jpeg", 422, "not_only_a_photo"),
        (plain(scene(), comment=b"<?php system($_GET['x']); ?>"), "image/jpeg", 422, "not_only_a_photo"),
        (photo() + b"%PDF-1.7\n%%EOF", "image/jpeg", 422, "not_only_a_photo"),
        (b"%PDF-1.7\n", "application/pdf", 403, "documents_only_from_staff"),
    ],
)
def test_M3_what_is_no_photo_is_refused_at_the_door(report, send, stored_names, content, mime, status, code):
    response = send(report, part(content, mime=mime, name="photo.jpg"))
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["errors"][0]["field"] == "photo[0]"
    assert not Photo.objects.exists()
    assert stored_names() == []


def test_M3_a_bomb_is_refused_before_it_is_decoded(report, added, stored_names, send):
    bomb = png_of(30_000, 30_000)
    assert len(bomb) < 200_000
    kept = added(report, bomb, mime="image/png")
    assert (kept.state, kept.refusal, kept.original) == ("refused", "too_many_pixels", "")
    assert shown(report) == []
    told = as_holder(report, address_of(report)).json()["photos"][0]
    assert (told["state"], told["refusal"], told["url"]) == ("refused", "too_many_pixels", None)
    assert told["refusal_detail"]
    sweep_photos()
    assert stored_names() == []


def test_M3_what_is_hidden_in_the_middle_of_a_photo_is_found_by_the_worker(report, added):
    image = scene(2000, 1500).effect_spread(40)
    middle = plain(image, quality=95)
    place = len(middle) // 2
    assert place > 70_000  # further in than the door looks
    kept = added(report, middle[:place] + b"<script src=//evil.example></script>" + middle[place:])
    assert (kept.state, kept.refusal) == ("refused", "not_only_a_photo")


@pytest.mark.parametrize("form", MIMES)
def test_M3_a_truncated_file_is_refused(report, added, form):
    whole = photo(form)
    kept = added(report, whole[: len(whole) * 2 // 3], mime=MIMES[form])
    assert (kept.state, kept.refusal) == ("refused", "damaged")
    assert shown(report) == []


def test_M4_a_file_of_too_many_bytes_is_refused(report, send, settings, stored_names):
    content = photo()
    settings.PHOTO_MAX_BYTES = len(content) - 1
    response = send(report, part(content))
    assert (response.status_code, response.json()["code"]) == (413, "photo_too_large")
    settings.PHOTO_MAX_BYTES = len(content)
    assert send(report, part(content)).status_code == 201
    assert len(stored_names()) == 1


def test_M4_a_picture_of_too_many_pixels_is_refused(report, added, settings):
    settings.PHOTO_MAX_PIXELS = 640 * 480 - 1
    assert added(report, plain(scene())).refusal == "too_many_pixels"
    settings.PHOTO_MAX_PIXELS = 640 * 480
    assert added(report, plain(scene(seed=1))).state == "ready"


def test_M4_what_is_served_is_small_whatever_was_sent(report, added):
    added(report, plain(scene(3000, 1500)))
    (seen,) = shown(report)
    assert (seen["width"], seen["height"]) == (1600, 800)
    for address, size in ((seen["url"], (1600, 800)), (seen["thumbnail_url"], (320, 160))):
        with Image.open(BytesIO(fetched(address))) as image:
            assert (image.format, image.size) == ("JPEG", size)


def test_M4_more_photos_than_a_report_may_have_are_refused(report, send, settings, stored_names):
    settings.PHOTOS_PER_REPORT = 3
    assert send(report, part(plain(scene())), part(plain(scene(seed=1)))).status_code == 201
    response = send(report, part(plain(scene(seed=2))), part(plain(scene(seed=3))))
    assert (response.status_code, response.json()["code"]) == (409, "too_many_photos")
    assert Photo.objects.count() == 2
