"""The worker at its photos: told of them, again after it was killed, and by everybody once."""

import os
import threading
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from reports.correcting import correct
from reports.duplicates import seek_duplicates
from reports.models import DuplicateLink, Photo, Report
from reports.photos import decoding, developing
from reports.photos.decoding import Unfinished, decode
from reports.tasks import BUDGET, SEEKING, see_to_photos, seek, sweep_photos
from tests.factories import CategoryFactory
from tests.notifications.helpers import until
from tests.photos.conftest import part, shown
from tests.pictures import photo, plain, png_of, scene
from tests.processes import kill, running_worker, worker_beside
from tests.staff import file_report

pytestmark = pytest.mark.django_db

FAR_APART = ((500, "چاله"), (585, "دریچه افتاده"))  # meters, and what is told


@pytest.fixture
def worker(transactional_db):
    """The real worker on the test's database and folder, as a context manager."""
    return worker_beside


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_told_and_decodes_what_has_come(report, send, tmp_path):
    with running_worker(PHOTO_FOLDER=str(tmp_path / "photos")):
        assert send(report, part(photo())).json()["photos"][0]["state"] == "received"
        until(lambda: shown(report))


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_decodes_loses_nothing(worker, report, send, tmp_path, monkeypatch):
    slow = tmp_path / "decoder.py"
    slow.write_text("import time; time.sleep(60)")
    send(report, part(photo()))
    with monkeypatch.context() as hard:
        hard.setattr(decoding, "PROGRAM", slow)
        with worker() as process:
            until(lambda: decoders_of(process.pid))
            kill(process)
    kept = Photo.objects.get()
    assert (kept.state, kept.attempts) == ("received", 1)
    Photo.objects.update(due_at=timezone.now())  # as it is when the lease has ended
    OrmQ.objects.all().delete()  # and the job is lost
    sweep_photos()
    kept.refresh_from_db()
    assert (kept.state, kept.attempts) == ("ready", 2)
    assert len(shown(report)) == 1


def decoders_of(session: int) -> list[str]:
    """The decoding programs of a session; asked of the system itself, since they are soon done."""
    return [each.name for each in Path("/proc").glob("[0-9]*") if _decodes(each, session)]


def _decodes(process: Path, session: int) -> bool:
    try:
        return os.getsid(int(process.name)) == session and b"decoder.py" in (process / "cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return False


def test_a_photo_that_ends_its_workers_is_refused_in_the_end(report, send):
    send(report, part(photo()))
    Photo.objects.update(attempts=developing.MOST_ATTEMPTS)
    see_to_photos()
    assert Photo.objects.get().refusal == "too_hard"


def test_a_photo_that_was_not_finished_is_tried_again_and_then_refused(report, send, monkeypatch):
    def unfinished(*_args, **_kwargs):
        raise Unfinished

    monkeypatch.setattr(developing, "decode", unfinished)
    send(report, part(photo()))
    for attempt in range(1, developing.MOST_ATTEMPTS + 1):
        see_to_photos()
        kept = Photo.objects.get()
        assert kept.attempts == attempt
        Photo.objects.filter(state="received").update(due_at=timezone.now())
    assert (kept.state, kept.refusal, kept.original) == ("refused", "too_hard", "")


class TestADuplicateByItsPhoto:
    """What a photo shows is known when it has been decoded, and the report has been compared by then."""

    @pytest.fixture
    def filed(self, small_city, send):
        """Two reports that only their photos tell to be one problem, compared when they came."""
        reports = [file_report(small_city.pothole, x=x, description=text) for x, text in FAR_APART]
        for report in reports:
            assert seek_duplicates(report_id=report.pk, at=timezone.now())
        assert not DuplicateLink.objects.filter(state="automatic").exists()
        return reports

    def test_is_found_by_one_more_search_for_each(self, filed, send, django_capture_on_commit_callbacks):
        for report in filed:
            send(report, part(photo()))
        OrmQ.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            see_to_photos()
        jobs = [SignedPackage.loads(each.payload) for each in OrmQ.objects.order_by("pk")]
        assert [(job["func"], job["args"]) for job in jobs] == [(SEEKING, (report.pk,)) for report in filed]
        assert set(Report.objects.unsought()) == set(filed)  # a lost job is made up for by the sweep
        for job in jobs:
            seek(*job["args"])
        [link] = DuplicateLink.objects.all()
        assert link.features["photo_likeness"] == 1
        assert not Report.objects.unsought().exists()

    def test_asks_once_for_all_photos_that_come_together(self, filed, send, django_capture_on_commit_callbacks):
        report = filed[0]
        send(report, *(part(plain(scene(64, 48, seed=seed))) for seed in range(3)))
        OrmQ.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            see_to_photos()
        assert OrmQ.objects.count() == 1

    def test_is_not_sought_by_what_shows_the_end_of_it(self, filed, head, send, django_capture_on_commit_callbacks):
        send(filed[0], part(photo()), desk=head, kind="after")
        send(filed[1], part(png_of(64, 48), mime="image/png"), desk=head)  # of one tone: like nothing
        OrmQ.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            see_to_photos()
        assert Photo.objects.filter(state="ready").count() == 2
        assert not OrmQ.objects.exists()
        assert not Report.objects.unsought().exists()

    @pytest.mark.django_db(transaction=True)
    def test_is_found_by_the_worker(self, worker, filed, send):
        for report in filed:
            send(report, part(photo()))
        with worker():
            until(lambda: DuplicateLink.objects.filter(state="automatic").exists())


@pytest.mark.django_db(transaction=True)
def test_several_workers_decode_each_photo_once(report, send, monkeypatch):
    send(report, *(part(plain(scene(64, 48, seed=seed))) for seed in range(4)))
    seen, start = [], threading.Barrier(3)

    def counted(content: bytes, *, mime: str):
        seen.append(content)
        return decode(content, mime=mime)

    monkeypatch.setattr(developing, "decode", counted)

    def work() -> None:
        start.wait()
        try:
            see_to_photos()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 4
    assert len(shown(report)) == 4


def test_an_outcome_that_comes_too_late_is_not_written_down(report, send, monkeypatch, stored_names):
    send(report, part(photo()), keep_original="true")

    def late(content: bytes, *, mime: str):
        Photo.objects.update(attempts=2)  # the lease has ended, and another worker has it
        return decode(content, mime=mime)

    monkeypatch.setattr(developing, "decode", late)
    see_to_photos()
    kept = Photo.objects.get()
    assert (kept.state, kept.rendition) == ("received", "")
    assert kept.original in stored_names()


def test_a_photo_whose_report_changes_its_category_meanwhile_is_not_shown(report, send, monkeypatch):
    send(report, part(photo()))
    stricter = CategoryFactory(code="stricter", moderation="text_reviewed")

    def meanwhile(content: bytes, *, mime: str):
        correct(report=report, category=stricter, at=timezone.now())
        return decode(content, mime=mime)

    monkeypatch.setattr(developing, "decode", meanwhile)
    see_to_photos()
    assert (Photo.objects.get().state, Photo.objects.get().is_public) == ("ready", False)
    assert shown(report) == []


def test_a_job_at_its_end_still_has_time_for_a_photo(settings):
    assert BUDGET.total_seconds() + decoding.PATIENCE < settings.Q_CLUSTER["timeout"]
    assert settings.Q_CLUSTER["timeout"] < developing.LEASE.total_seconds()
