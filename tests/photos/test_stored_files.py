"""Files and rows: which go with what, how they are served, and what the database keeps."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from reports import photos
from reports.models import Assignment, Photo, StoredFile
from reports.photos import files
from reports.photos.storage import DurableFiles
from reports.references import tracking_token
from reports.tasks import see_to_photos, sweep_photos
from tests.photos.conftest import address_of, as_holder, part, shown
from tests.pictures import photo

pytestmark = pytest.mark.django_db


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
        save = DurableFiles.save

        def late(self, *args):
            name = save(self, *args)
            files.sweep(at=timezone.now() + timedelta(hours=2))
            return name

        monkeypatch.setattr(DurableFiles, "save", late)
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
