"""A storage that fails, and a bucket in the place of a folder."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer

from config import storage as storage_settings
from reports import photos
from reports.models import Photo, Report, StoredFile
from reports.photos import files
from reports.photos.storage import DurableFiles
from reports.tasks import see_to_photos, sweep_photos
from tests.photos.conftest import fetched, part, shown
from tests.pictures import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Lets the storage fail at the call of that number (1: the first) of one of its methods, and ever after."""

    def make(method: str, *, at: int = 1) -> None:
        usual, calls = getattr(DurableFiles, method), []

        def fail(self, *args, **kwargs):
            calls.append(args)
            if len(calls) >= at:
                raise OSError("No space left on device")
            return usual(self, *args, **kwargs)

        monkeypatch.setattr(DurableFiles, method, fail)

    return make


class TestAStorageThatFails:
    def test_at_the_door_stores_nothing(self, report, send, failing, stored_names, monkeypatch):
        failing("save", at=2)
        response = send(report, part(photo()), part(photo(seed=1)))
        assert (response.status_code, response.json()["code"]) == (503, "storage_away")
        assert response.headers["Retry-After"]
        assert not Photo.objects.exists()
        monkeypatch.undo()
        sweep_photos()
        assert (stored_names(), StoredFile.objects.count()) == ([], 0)

    def test_while_a_report_is_filed_stores_none_and_leaves_its_key_free(
        self, small_city, filing, failing, monkeypatch, stored_names
    ):
        def file():
            body = {"report": json.dumps(filing()), "photo": part(photo())}
            return Client().post("/api/v1/reports", body, headers={"Idempotency-Key": "k-1"})

        failing("save")
        response = file()
        assert (response.status_code, response.json()["code"]) == (503, "storage_away")
        assert (Report.objects.count(), Photo.objects.count()) == (0, 0)
        monkeypatch.undo()
        assert file().status_code == 201
        files.sweep(at=timezone.now() + timedelta(hours=2))
        assert stored_names() == [Photo.objects.get().original]

    def test_at_the_door_takes_reports_without_photos_as_ever(self, small_city, post, filing, failing):
        failing("save")
        assert post(filing()).status_code == 201

    @pytest.mark.parametrize("call", [1, 2, 3, 4])
    def test_while_a_photo_is_prepared_leaves_nothing_public_and_the_photo_waits(
        self, report, send, stored_names, monkeypatch, failing, call
    ):
        send(report, part(photo()), keep_original="true")
        with monkeypatch.context():
            failing("save", at=call)
            see_to_photos()
        kept = Photo.objects.get()
        assert (kept.state, kept.attempts, kept.public_rendition) == ("received", 0, "")
        assert shown(report) == []
        monkeypatch.undo()
        sweep_photos()
        assert stored_names() == [kept.original]
        Photo.objects.update(due_at=timezone.now())
        see_to_photos()
        assert len(shown(report)) == 1

    def test_while_a_photo_is_read_lets_it_wait(self, report, send, failing, monkeypatch):
        send(report, part(photo()))
        failing("_open")
        see_to_photos()
        kept = Photo.objects.get()
        assert (kept.state, kept.attempts) == ("received", 0)
        assert kept.due_at > timezone.now()

    def test_while_a_covered_copy_is_made_shows_nothing_uncovered(self, report, added, head, failing, monkeypatch):
        kept = added(report, photo())
        head.patch(f"reports/{report.reference}/photos/{kept.number}", {"redactions": [[0, 0, 0.5, 0.5]]})
        failing("save", at=2)
        see_to_photos()
        assert shown(report) == []
        monkeypatch.undo()
        see_to_photos()
        assert len(shown(report)) == 1

    def test_while_files_are_deleted_tries_again_and_keeps_nothing_public(
        self, report, added, head, failing, monkeypatch, stored_names
    ):
        kept = added(report, photo())
        (seen,) = shown(report)
        failing("delete", at=2)
        head.patch(f"reports/{report.reference}/photos/{kept.number}", {"is_public": False})
        sweep_photos()
        assert any(name.startswith("photos/public") for name in stored_names())
        assert Client().get(seen["url"]).status_code == 404  # the file is there, and nobody gets it
        monkeypatch.undo()
        StoredFile.objects.filter(doomed_at__isnull=False).update(doomed_at=timezone.now())
        sweep_photos()
        assert not any(name.startswith("photos/public") for name in stored_names())

    def test_while_a_photo_is_served_says_so(self, report, added, failing):
        added(report, photo())
        (seen,) = shown(report)
        failing("_open")
        response = Client().get(seen["url"])
        assert (response.status_code, response.json()["code"]) == (503, "storage_away")


@pytest.fixture
def bucket(settings, monkeypatch):
    """A bucket that speaks S3 on a socket, set by the environment as an operator does it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "PHOTO_STORAGE": "s3",
        "PHOTO_S3_BUCKET": "city-photos",
        "PHOTO_S3_ENDPOINT": f"http://{host}:{port}",
        "PHOTO_S3_KEY": "a-key",
        "PHOTO_S3_SECRET": "a-secret",
    }.items():
        monkeypatch.setenv(name, value)
    made = storage_settings.photos(django_settings.ROOT)
    settings.STORAGES = {**settings.STORAGES, "photos": made}
    bucket = storages["photos"].bucket
    bucket.create()
    yield bucket
    server.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:boto3")
def test_photos_live_in_a_bucket_where_the_settings_say_so(report, added, head, bucket):
    kept = added(report, photo(), keep_original="true")
    assert len([each.key for each in bucket.objects.all()]) == 5
    (seen,) = shown(report)
    assert fetched(seen["url"]).startswith(b"\xff\xd8")
    address = f"reports/{report.reference}/photos/{kept.number}"
    assert head.get(f"{address}/original").content == photo()
    head.patch(address, {"redactions": [[0, 0, 0.5, 0.5]]})
    see_to_photos()
    assert shown(report)[0]["url"] != seen["url"]
    Report.objects.update(is_public=False)
    sweep_photos()
    assert [each.key for each in bucket.objects.all() if each.key.startswith("photos/public")] == []
    photos.remove(photo=kept)
    sweep_photos()
    assert list(bucket.objects.all()) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:boto3")
def test_a_bucket_that_is_away_is_a_storage_that_fails(report, send, bucket):
    for each in bucket.objects.all():
        each.delete()
    bucket.delete()
    response = send(report, part(photo()))
    assert (response.status_code, response.json()["code"]) == (503, "storage_away")
    assert not Photo.objects.exists()
