"""Files and rows: a storage that fails, photos and reports that go, and a bucket in the place of a folder."""

import json
import threading
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer

from config import storage as storage_settings
from reports import photos
from reports.models import Assignment, Photo, Report, StoredFile
from reports.photos import files
from reports.photos.storage import DurableFiles
from reports.references import tracking_token
from reports.tasks import see_to_photos, sweep_photos
from tests.photos.conftest import address_of, as_holder, fetched, part, shown
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
        failing("_save", at=2)
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

        failing("_save")
        response = file()
        assert (response.status_code, response.json()["code"]) == (503, "storage_away")
        assert (Report.objects.count(), Photo.objects.count()) == (0, 0)
        monkeypatch.undo()
        assert file().status_code == 201
        files.sweep(at=timezone.now() + timedelta(hours=2))
        assert stored_names() == [Photo.objects.get().original]

    def test_at_the_door_takes_reports_without_photos_as_ever(self, small_city, post, filing, failing):
        failing("_save")
        assert post(filing()).status_code == 201

    @pytest.mark.parametrize("call", [1, 2, 3, 4])
    def test_while_a_photo_is_prepared_leaves_nothing_public_and_the_photo_waits(
        self, report, send, stored_names, monkeypatch, failing, call
    ):
        send(report, part(photo()), keep_original="true")
        with monkeypatch.context():
            failing("_save", at=call)
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
        failing("_save", at=2)
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


class TestWhatGoes:
    def test_files_go_with_a_photo_that_its_reporter_removes(self, report, added, stored_names):
        kept = added(report, photo(), keep_original="true")
        (seen,) = shown(report)
        assert len(stored_names()) == 5
        address = address_of(report, f"/{kept.number}")
        assert Client().delete(address).status_code == 404
        assert Client().delete(f"{address}?token={tracking_token(report.reference)}").status_code == 204
        assert Client().get(seen["url"]).status_code == 404
        sweep_photos()
        assert (stored_names(), StoredFile.objects.count()) == ([], 0)

    def test_a_reporter_removes_no_photo_of_the_staff(self, report, send, head):
        send(report, part(photo()), desk=head, kind="after")
        see_to_photos()
        photos.show(photo=Photo.objects.get(), at=timezone.now())
        address = address_of(report, f"/1?token={tracking_token(report.reference)}")
        assert Client().delete(address).status_code in {403, 404}
        assert Photo.objects.exists()

    def test_files_go_with_the_report_whoever_deletes_it(self, report, added, stored_names):
        added(report, photo(), keep_original="true")
        (seen,) = shown(report)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM reports_photo WHERE report_id = %s", [report.pk])
        assert Client().get(seen["url"]).status_code == 404
        sweep_photos()
        assert stored_names() == []

    def test_files_go_with_the_report_by_the_orm(self, report, added, stored_names):
        added(report, photo())
        Assignment.objects.filter(report=report).delete()
        report.delete()
        sweep_photos()
        assert stored_names() == []

    def test_public_copies_go_when_anybody_hides_the_report(self, report, added, stored_names):
        added(report, photo())
        (seen,) = shown(report)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reports_report SET is_public = false WHERE id = %s", [report.pk])
        assert Client().get(seen["url"]).status_code == 404
        sweep_photos()
        assert [name for name in stored_names() if name.startswith("photos/public")] == []

    def test_what_a_broken_request_has_left_goes_after_an_hour(self, report, stored_names):
        at = timezone.now()
        files.write({files.original_name(files.new_key()): b"nobody's"}, at=at)
        files.sweep(at=at + timedelta(minutes=59))
        assert len(stored_names()) == 1
        files.sweep(at=at + timedelta(minutes=61))
        assert (stored_names(), StoredFile.objects.count()) == ([], 0)

    def test_what_was_swept_cannot_be_kept(self, report, monkeypatch, send):
        keep = files.keep

        def late(names, *, photo_id):
            files.sweep(at=timezone.now() + timedelta(hours=2))
            keep(names, photo_id=photo_id)

        monkeypatch.setattr(files, "keep", late)
        response = send(report, part(photo()))
        assert (response.status_code, response.json()["code"]) == (503, "photo_away")
        assert not Photo.objects.exists()


class TestServing:
    def test_public_files_are_kept_by_browsers_and_soon_asked_for_again_by_caches(self, report, added):
        added(report, photo())
        (seen,) = shown(report)
        for address in (seen["url"], seen["thumbnail_url"]):
            headers = Client().get(address).headers
            assert headers["Content-Type"] == "image/jpeg"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "public, max-age=31536000, s-maxage=300, immutable"
            assert "Cookie" not in headers.get("Vary", "")

    def test_private_files_are_kept_by_nobody(self, report, added, head):
        added(report, photo(), keep_original="true")
        assert as_holder(report, address_of(report, "/1/view")).headers["Cache-Control"] == "private, no-store"
        for file in ("view", "thumbnail", "original"):
            headers = head.get(f"reports/{report.reference}/photos/1/{file}").headers
            assert headers["Cache-Control"] == "private, no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        "name", ["x", "..%2f..%2fetc%2fpasswd", "x-small", "-small", "%00", "A" * 5000, "photos%2fprivate%2fab%2fx"]
    )
    def test_a_name_that_is_none_leads_nowhere(self, report, added, name):
        added(report, photo())
        assert Client().get(f"/api/v1/photos/{name}.jpg").status_code == 404

    @pytest.mark.parametrize("number", ["0", "2", "99999", "9" * 30, "-1", "x"])
    def test_a_number_that_is_none_leads_nowhere(self, report, added, head, number):
        added(report, photo())
        for more in ("", "/view", "/original", "/nothing"):
            assert head.get(f"reports/{report.reference}/photos/{number}{more}").status_code == 404

    def test_the_private_names_open_nothing(self, report, added):
        kept = added(report, photo())
        assert Client().get(f"/api/v1/photos/{kept.rendition}.jpg").status_code == 404

    def test_public_and_private_names_have_nothing_in_common(self, report, added):
        kept = added(report, photo())
        assert len({kept.rendition, kept.public_rendition, kept.original}) == 3
        assert len(kept.public_rendition) == 32


class TestTheDatabaseKeeps:
    @pytest.mark.parametrize(
        "values",
        [
            {"state": "refused"},
            {"refusal": "damaged"},
            {"state": "received"},
            {"is_public": True, "state": "refused", "refusal": "damaged"},
            {"mime": "text/html"},
            {"kind": "during"},
            {"rendition": ""},
            {"sha256": "x"},
            {"bytes": 0},
            {"is_public": False},  # with copies that are public
            {"gps": "POINT(59 36)", "keeps_original": False},
        ],
    )
    def test_no_photo_that_cannot_be(self, report, added, values):
        added(report, photo())
        with pytest.raises(IntegrityError), transaction.atomic():
            Photo.objects.update(**values)

    def test_what_the_public_may_see_is_found_by_an_index(self, report, added):
        _multiply(added(report, photo()), by=3000)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            for query, index in (
                (Photo.objects.without_copies().order_by("pk"), "reports_photo_without_copies"),
                (Photo.objects.due(at=timezone.now()).order_by("due_at", "pk"), "reports_photo_due"),
                (Photo.objects.public().filter(public_rendition="x"), "reports_photo_public_unique"),
                (StoredFile.objects.filter(doomed_at__lte=timezone.now()).order_by("doomed_at"), "storedfile_doomed"),
            ):
                assert index in query.explain(), query.query


def _multiply(photo: Photo, *, by: int) -> None:
    """So many more photos like it that nobody is to see, and files that stay: in small tables any index would do."""
    own = {"id", "number", "sha256", "is_public", "public_rendition"}
    columns = ", ".join(field.column for field in Photo._meta.concrete_fields if field.column not in own)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO reports_photo (number, sha256, is_public, public_rendition, {columns})
                SELECT 100 + n, lpad(to_hex(n), 64, '0'), false, '', {columns}
                FROM reports_photo, generate_series(1, %s) AS n WHERE id = %s""",
            [by, photo.pk],
        )
        cursor.execute("INSERT INTO reports_storedfile (name) SELECT 'x' || n FROM generate_series(1, %s) AS n", [by])
        cursor.execute("ANALYZE reports_photo, reports_storedfile")


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


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_delete_each_file_once(stored_names):
    at = timezone.now()
    files.write({files.original_name(files.new_key()): b"nobody's" for _ in range(20)}, at=at)
    counts, start = [], threading.Barrier(3)

    def sweep() -> None:
        start.wait()
        try:
            counts.append(files.sweep(at=at + timedelta(hours=2)))
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 20
    assert stored_names() == []
