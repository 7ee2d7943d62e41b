"""The hash of a photo that is asked about and not stored, and what it finds."""

import pytest
from django.test import Client

from reports.models import StoredFile
from tests.photos.conftest import part
from tests.pictures import MIMES, photo, plain, png_of, scene
from tests.shapes import lonlat

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/photos/hash"


def hashed(content: bytes, mime: str = "image/jpeg"):
    return Client().post(ADDRESS, {"photo": part(content, mime=mime)}, headers={"Accept-Language": "en"})


def test_a_photo_is_hashed_and_not_stored(db, stored_names):
    answers = {form: hashed(photo(form), mime).json()["photo_hash"] for form, mime in MIMES.items()}
    assert len(answers["JPEG"]) == 16
    bits = [int(value, 16) for value in answers.values()]
    assert all((bits[0] ^ each).bit_count() <= 4 for each in bits)
    assert (StoredFile.objects.count(), stored_names()) == (0, [])


def test_it_finds_the_report_that_has_the_photo(report, added):
    added(report, photo())
    lon, lat = lonlat(520, 500)
    asked = {
        "category": "pothole",
        "lon": lon,
        "lat": lat,
        "description": "چاله",
        "photo_hash": hashed(plain(scene(), "WEBP"), "image/webp").json()["photo_hash"],
    }
    (found,) = Client().get("/api/v1/reports/similar", asked).json()["features"]
    assert found["properties"]["reference"] == report.reference
    asked.pop("photo_hash")
    (without,) = Client().get("/api/v1/reports/similar", asked).json()["features"]
    assert found["properties"]["score"] > without["properties"]["score"]


@pytest.mark.parametrize(
    ("content", "mime", "status", "code"),
    [
        (b"<html>", "image/jpeg", 415, "unknown_photo_format"),
        (b"", "image/jpeg", 400, "empty_file"),
        (png_of(30_000, 30_000), "image/png", 422, "photo_refused"),
        (photo()[:2000], "image/jpeg", 422, "photo_refused"),
        (b"%PDF-1.7", "application/pdf", 403, "documents_only_from_staff"),
    ],
)
def test_what_is_no_photo_has_no_hash(db, content, mime, status, code):
    answer = hashed(content, mime)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_one_photo_at_a_time(db):
    for files in ([], [part(photo()), part(photo(seed=1))]):
        answer = Client().post(ADDRESS, {"photo": files})
        assert (answer.status_code, answer.json()["code"]) == (400, "photo_missing")


def test_so_many_in_an_hour(db, settings):
    settings.ANONYMOUS_PHOTOS_PER_HOUR = 1
    assert hashed(photo()).status_code == 200
    assert hashed(photo()).status_code == 429
