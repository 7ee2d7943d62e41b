"""Photos in pieces (tus 1.0.0), also where the connection breaks in the middle of one."""

import base64
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from reports.models import Photo, PhotoUpload, Report
from reports.photos import files
from reports.references import tracking_token
from reports.tasks import see_to_photos, sweep_photos
from tests.notifications.helpers import until
from tests.photos.conftest import shown
from tests.photos.lines import Line
from tests.pictures import photo, plain, scene
from tests.processes import running_server

pytestmark = pytest.mark.django_db

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


def begin(report: Report, content: bytes, *, headers=None, **told: str):
    pairs = {"filename": "IMG_1.jpg", "filetype": "image/jpeg", **told}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())
    sent = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata} | (headers or {})
    address = f"/api/v1/reports/{report.reference}/uploads?token={tracking_token(report.reference)}"
    return Client().post(address, headers=sent)


def piece(address: str, content: bytes, *, offset: int, **headers: str):
    sent = {**TUS, "Upload-Offset": str(offset), "Content-Type": PIECE, "Content-Length": str(len(content)), **headers}
    return Client().patch(address, content, content_type=PIECE, headers=sent)


def stands(address: str) -> int:
    return int(Client().head(address, headers=TUS).headers["Upload-Offset"])


def test_a_photo_arrives_in_pieces(report, stored_names):
    content = photo()
    begun = begin(report, content, keep_original="true")
    assert begun.status_code == 201
    assert "Upload-Expires" in begun.headers
    address = begun.headers["Location"]
    third = len(content) // 3
    for first, last in ((0, third), (third, 2 * third)):
        answer = piece(address, content[first:last], offset=first)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(last))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert stands(address) == last
    assert not Photo.objects.exists()
    done = piece(address, content[2 * third :], offset=2 * third)
    assert done.headers["Content-Location"] == f"/api/v1/reports/{report.reference}/photos/1"
    see_to_photos()
    assert len(shown(report)) == 1
    assert files.read(Photo.objects.get().original) == content
    assert stands(address) == len(content)  # for a phone that did not hear the last answer
    again = piece(address, b"", offset=len(content))
    assert again.headers["Content-Location"] == done.headers["Content-Location"]
    sweep_photos()
    assert len(stored_names()) == 5  # the pieces are deleted
    assert Photo.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_came_before_the_connection_broke_is_kept(report, tmp_path):
    content = plain(scene(2400, 1800).effect_spread(30), quality=97)
    assert len(content) > 1_000_000
    address = begin(report, content).headers["Location"].removeprefix("http://testserver")
    with running_server(workers=1, PHOTO_FOLDER=str(tmp_path / "photos")) as server:
        headers = {**TUS, "Content-Type": PIECE, "Upload-Offset": 0, "Content-Length": len(content)}
        with Line(server) as line:
            line.send(f"PATCH {address} HTTP/1.1", headers, content[:700_000])
            line.hang_up()
        kept = until(lambda: stands(address))
        assert 0 < kept <= 700_000
        with Line(server) as line:
            headers |= {"Upload-Offset": kept, "Content-Length": len(content) - kept}
            line.send(f"PATCH {address} HTTP/1.1", headers, content[kept:])
            assert line.status() == 204
            assert line.headers()["upload-offset"] == str(len(content))
    assert files.read(Photo.objects.get().original) == content


def test_a_piece_from_elsewhere_is_refused(report):
    content = photo()
    address = begin(report, content).headers["Location"]
    piece(address, content[:100], offset=0)
    for offset in (0, 50, 101, len(content)):
        answer = piece(address, content[offset:], offset=offset)
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_offset")
    assert stands(address) == 100


def test_two_pieces_at_once_count_once(report, monkeypatch):
    content = photo()
    address = begin(report, content).headers["Location"]
    write = files.write

    def write_and_let_another_in(*args, **kwargs):
        write(*args, **kwargs)
        monkeypatch.setattr(files, "write", write)
        assert piece(address, content[:100], offset=0).status_code == 204

    monkeypatch.setattr(files, "write", write_and_let_another_in)
    answer = piece(address, content[:200], offset=0)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_offset")
    assert stands(address) == 100


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": ""}, 400, "invalid_upload_length"),
        ({"Upload-Length": "0"}, 400, "invalid_upload_length"),
        ({"Upload-Length": "-5"}, 400, "invalid_upload_length"),
        ({"Upload-Length": "۵۰"}, 400, "invalid_upload_length"),
        ({"Upload-Length": "9" * 11}, 413, "photo_too_large"),
        ({"Tus-Resumable": "0.2.0"}, 412, "unsupported_tus_version"),
        ({"Upload-Metadata": "filetype ***"}, 400, "invalid_upload_metadata"),
        ({"Upload-Metadata": "filetype aW1hZ2UvanBlZwA="}, 400, "invalid_upload_metadata"),  # it ends in NUL
        ({"Upload-Metadata": "kind ZHVyaW5n"}, 400, "unknown_value"),
        ({"Upload-Metadata": "kind YWZ0ZXI="}, 403, "forbidden"),
        ({"Upload-Metadata": "keep_original bWF5YmU="}, 400, "wrong_type"),
    ],
)
def test_an_upload_that_is_wrong_does_not_begin(report, headers, status, code):
    answer = begin(report, photo(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert not PhotoUpload.objects.exists()


def test_it_begins_for_whoever_may_add_photos(report, settings):
    address = f"/api/v1/reports/{report.reference}/uploads"
    answer = Client().post(address, headers={**TUS, "Upload-Length": "10"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    settings.ANONYMOUS_PHOTOS_PER_HOUR = 1
    assert begin(report, photo()).status_code == 201
    assert begin(report, photo()).status_code == 429


def test_what_is_no_photo_is_refused_with_its_last_piece_and_forgotten(report, stored_names):
    content = b"<!doctype html>" + b"x" * 500
    address = begin(report, content).headers["Location"]
    piece(address, content[:100], offset=0)
    answer = piece(address, content[100:], offset=100)
    assert (answer.status_code, answer.json()["code"]) == (415, "unknown_photo_format")
    assert Client().head(address, headers=TUS).status_code == 404
    sweep_photos()
    assert (Photo.objects.count(), stored_names()) == (0, [])


def test_more_than_was_said_is_refused_and_not_kept(report):
    address = begin(report, b"x" * 100).headers["Location"]
    answer = piece(address, b"x" * 101, offset=0)
    assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_long")
    assert stands(address) == 0


def test_another_content_type_is_refused(report):
    address = begin(report, b"x" * 100).headers["Location"]
    answer = Client().patch(address, b"x", content_type="image/jpeg", headers={**TUS, "Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_an_upload_is_given_up(report, stored_names):
    address = begin(report, b"x" * 100).headers["Location"]
    piece(address, b"x" * 50, offset=0)
    assert Client().delete(address, headers=TUS).status_code == 204
    assert Client().head(address, headers=TUS).status_code == 404
    sweep_photos()
    assert stored_names() == []


def test_an_upload_ends_after_a_day_with_its_pieces(report, stored_names):
    address = begin(report, b"x" * 100).headers["Location"]
    piece(address, b"x" * 50, offset=0)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        assert Client().head(address, headers=TUS).status_code == 404
        assert piece(address, b"x" * 50, offset=50).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=1, hours=2), tick=False):
        sweep_photos()
    assert not PhotoUpload.objects.exists()
    assert stored_names() == []


def test_the_sweep_makes_the_photo_that_could_not_be_made(report, monkeypatch):
    content = photo()
    address = begin(report, content).headers["Location"]
    piece(address, content[:100], offset=0)

    def away(_name: str) -> bytes:
        raise files.StorageAway

    with monkeypatch.context() as patch:
        patch.setattr(files, "read", away)
        answer = piece(address, content[100:], offset=100)
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_away")
    assert stands(address) == len(content)
    sweep_photos()
    assert Photo.objects.get().sha256
    assert len(shown(report)) == 1


def test_what_there_is_of_the_protocol_is_told(report):
    answer = Client().options(f"/api/v1/reports/{report.reference}/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,expiration,termination"
    assert answer.headers["Tus-Max-Size"] == "20971520"


@pytest.mark.parametrize("key", ["x", "%00", "A" * 32, "A" * 5000, "..%2fx"])
def test_an_address_of_no_upload_leads_nowhere(db, key):
    assert Client().head(f"/api/v1/uploads/{key}", headers=TUS).status_code == 404
    assert piece(f"/api/v1/uploads/{key}", b"x", offset=0).status_code == 404
