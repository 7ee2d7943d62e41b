"""The worker at its photos: apart, within limits, again after it was killed, and by everybody once."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import File
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from PIL import Image

from reports.correcting import correct
from reports.duplicates import seek_duplicates
from reports.models import DuplicateLink, Photo, Report
from reports.photos import decoding, developing
from reports.photos.decoding import Decoded, Refused, Unfinished, decode, taken_at
from reports.photos.likeness import hash_of, hashes_of, likeness
from reports.tasks import BUDGET, SEEKING, see_to_photos, seek, sweep_photos
from tests.factories import CategoryFactory
from tests.notifications.helpers import kill, until
from tests.photos.conftest import part, shown
from tests.pictures import MIMES, corners, exif, photo, plain, png_of, scene
from tests.processes import ROOT, environment
from tests.staff import file_report

pytestmark = pytest.mark.django_db

FAR_APART = ((500, "چاله"), (560, "دریچه افتاده"))  # meters, and what is told


@pytest.fixture
def worker(tmp_path, transactional_db):
    """The real worker on the test's database and folder, as a context manager."""

    @contextmanager
    def running(**changes: str):
        access = environment(PHOTO_FOLDER=str(tmp_path / "photos"), **changes)
        command = [sys.executable, "manage.py", "qcluster"]
        process = subprocess.Popen(command, cwd=ROOT, env=access, start_new_session=True)
        try:
            yield process
        finally:
            kill(process)

    return running


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_told_and_decodes_what_has_come(worker, report, send):
    with worker():
        assert send(report, part(photo())).json()["photos"][0]["state"] == "received"
        until(lambda: shown(report))


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_decodes_loses_nothing(worker, report, send):
    slow = plain(scene(6000, 6000), "WEBP", lossless=True, method=0)
    send(report, part(slow, mime="image/webp"))
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


class TestTheProgram:
    """`decoder.py` alone, as the worker starts it."""

    def run(self, content: bytes, *, mime: str = "image/jpeg", code: str = "", **limits):
        pixels, memory, seconds = (limits.get(name, usual) for name, usual in LIMITS.items())
        program = [sys.executable, "-I", "-B", str(decoding.PROGRAM)]
        if code:  # something to do in the program's place, within its limits
            program = [sys.executable, "-I", "-B", "-c", code]
        return subprocess.run(
            [*program, mime, str(pixels), str(memory), str(seconds)],
            input=content,
            capture_output=True,
            env=decoding.ENVIRONMENT,
            timeout=60,
        )

    def test_opens_no_file_and_no_socket(self):
        code = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("decoder", {str(decoding.PROGRAM)!r})
decoder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(decoder)
def evil(content, **limits):
    import socket
    found = []
    for act in (lambda: open("/etc/passwd"), lambda: socket.socket(), lambda: open("/tmp/x", "w")):
        try:
            act()
        except OSError as error:
            found.append(error.errno)
    raise decoder.Refused(str(found))
import socket
decoder.decoded = evil
decoder.main(sys.argv[1], *(int(each) for each in sys.argv[2:5]))
"""
        done = self.run(b"", code=code)
        assert json.loads(done.stdout)["refused"] == "[24, 24, 24]", done.stderr  # too many open files

    def test_knows_no_secret(self):
        assert not {"SECRET_KEY", "DATABASE_URL"} & set(decoding.ENVIRONMENT)
        assert set(decoding.ENVIRONMENT) == {"PATH", "LANG", "MALLOC_ARENA_MAX"}

    def test_takes_no_more_memory_than_it_may(self):
        large = plain(Image.new("RGB", (9000, 7000), "teal"), "PNG")
        done = self.run(large, mime="image/png", most_memory=200 * 2**20)
        assert json.loads(done.stdout)["refused"] == "too_many_pixels"

    def test_takes_no_more_time_than_it_may(self):
        code = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
        assert self.run(b"", code=code).returncode < 0

    def test_reads_no_format_but_the_one_it_is_told(self):
        for form, mime in MIMES.items():
            other = "image/png" if mime != "image/png" else "image/webp"
            assert json.loads(self.run(photo(form), mime=other).stdout.split(b"\n")[0])["refused"] == "damaged"


LIMITS = {"most_pixels": 65_000_000, "most_memory": decoding.MEMORY, "seconds": decoding.SECONDS}


def test_a_photo_of_100_megapixels_is_refused_without_being_decoded():
    for content, mime in (
        (plain(Image.new("L", (10_000, 10_000))), "image/jpeg"),
        (png_of(10_000, 10_000), "image/png"),
    ):
        with pytest.raises(Refused, match="too_many_pixels"):
            decode(content, mime=mime)


def test_a_program_that_crashes_refuses_its_photo_alone(monkeypatch, tmp_path):
    crash = tmp_path / "decoder.py"
    crash.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(decoding, "PROGRAM", crash)
    with pytest.raises(Refused, match="too_hard"):
        decode(photo(), mime="image/jpeg")


def test_a_program_that_was_killed_may_be_started_again(monkeypatch, tmp_path):
    crash = tmp_path / "decoder.py"
    crash.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(decoding, "PROGRAM", crash)
    with pytest.raises(Unfinished):
        decode(photo(), mime="image/jpeg")


def test_a_job_at_its_end_still_has_time_for_a_photo(settings):
    assert BUDGET.total_seconds() + decoding.PATIENCE < settings.Q_CLUSTER["timeout"]
    assert settings.Q_CLUSTER["timeout"] < developing.LEASE.total_seconds()


@pytest.mark.parametrize(
    ("image", "form", "mime"),
    [
        (scene().convert("CMYK"), "JPEG", "image/jpeg"),
        (scene().convert("L"), "JPEG", "image/jpeg"),
        (scene().convert("P"), "PNG", "image/png"),
        (scene().convert("RGBA"), "PNG", "image/png"),
        (scene().convert("LA"), "PNG", "image/png"),
        (scene().convert("1"), "PNG", "image/png"),
        (scene().convert("L").convert("I;16"), "PNG", "image/png"),
        (scene().convert("RGBA"), "WEBP", "image/webp"),
        (Image.new("RGB", (1, 1)), "PNG", "image/png"),
        (Image.new("RGB", (1, 4000)), "PNG", "image/png"),
    ],
)
def test_whatever_a_format_can_hold_becomes_a_picture(image, form, mime):
    made = decode(plain(image, form), mime=mime)
    assert made.view.startswith(b"\xff\xd8")
    assert max(made.width, made.height) <= 1600
    if image.mode in {"CMYK", "RGBA", "P"}:
        assert corners(made.view) == ("red", "green", "blue")


def test_what_is_transparent_becomes_white():
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    made = decode(plain(image, "PNG"), mime="image/png")
    with Image.open(BytesIO(made.view)) as view:
        assert view.getpixel((32, 32)) == (255, 255, 255)


def test_an_animation_shows_its_first_picture():
    frames = [scene(), scene().rotate(180)]
    for form, mime in (("WEBP", "image/webp"), ("PNG", "image/png")):
        content = plain(frames[0], form, save_all=True, append_images=frames[1:])
        assert corners(decode(content, mime=mime).view) == ("red", "green", "blue")


class TestTheCamerasClock:
    def told(self, taken: str | None, zone: str | None = None) -> datetime | None:
        decoded = Decoded(
            view=b"", thumbnail=b"", width=1, height=1, perceptual_hash=None, taken=taken, zone=zone, gps=None
        )
        return taken_at(decoded, time_zone="Asia/Tehran", before=datetime(2026, 11, 23, tzinfo=UTC))

    def test_is_in_its_own_zone_or_in_the_citys(self):
        assert self.told("2026:11:20 12:45:10", "+01:00") == datetime(2026, 11, 20, 11, 45, 10, tzinfo=UTC)
        assert self.told("2026:11:20 12:45:10") == datetime(2026, 11, 20, 9, 15, 10, tzinfo=UTC)

    @pytest.mark.parametrize(
        "taken", [None, "", "0000:00:00 00:00:00", "2026-11-20 12:45:10", "1980:01:01 00:00:00", "2031:01:01 00:00:00"]
    )
    def test_is_not_believed_where_it_tells_nonsense(self, taken):
        assert self.told(taken) is None


@pytest.mark.parametrize(("lon", "lat"), [(200.0, 36.0), (59.0, 91.0)])
def test_a_place_that_there_is_not_is_none(lon, lat):
    assert decode(plain(scene(), exif=exif(lon=lon, lat=lat)), mime="image/jpeg").gps is None


class TestLikeness:
    def test_a_copy_is_like_its_original_and_another_picture_is_not(self):
        original = scene(1600, 1200)
        copies = [
            plain(original.resize((800, 600)), quality=40),
            plain(original, "WEBP", quality=50),
            photo("HEIF", image=original),
            plain(original.point(lambda value: min(255, value * 1.15))),
            photo(image=original.transpose(Image.Transpose.ROTATE_90), orientation=6),
        ]
        first = hash_of(file_of(plain(original)))
        for copy in copies:
            assert likeness(first, hash_of(file_of(copy))) > 0.9
        for seed in range(1, 4):
            assert likeness(first, hash_of(file_of(plain(scene(1600, 1200, seed=seed).rotate(90 * seed))))) < 0.8

    def test_is_between_0_and_1_and_the_same_both_ways(self):
        for one, other, expected in ((0, 0, 1), (-1, 0, 0), (-(2**63), 2**63 - 1, 0), (5, 4, 63 / 64)):
            assert likeness(one, other) == likeness(other, one) == pytest.approx(expected)

    def test_a_picture_of_one_tone_is_like_nothing(self):
        assert hash_of(file_of(plain(Image.new("RGB", (64, 64), "black")))) is None

    def test_hashes_come_by_report_in_one_query(self, report, small_city, added, send, head, django_assert_num_queries):
        other, none = (file_report(small_city.pothole, x=x) for x in (600, 700))
        for seed in range(2):
            added(report, photo(seed=seed))
        added(other, photo())
        added(other, plain(Image.new("RGB", (64, 64), "black")))
        send(other, part(photo(seed=5)), desk=head, kind="after")
        see_to_photos()
        with django_assert_num_queries(1):
            found = hashes_of([report.pk, other.pk, none.pk])
        assert {key: len(values) for key, values in found.items()} == {report.pk: 2, other.pk: 1}
        assert found[other.pk][0] in found[report.pk]


def file_of(content: bytes):
    return File(BytesIO(content))
