"""Photos on their way in: written once, where they stay; and gone without a trace where they come to nothing."""

import errno
import hashlib
import json
import os
import stat
import threading
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ
from hypothesis import given
from hypothesis import strategies as st

from reports import tasks
from reports.models import Photo, Report, StoredFile
from reports.photos import files
from reports.photos.arriving import Look
from reports.photos.sniffing import LOOK
from reports.photos.storage import DurableFiles, Nameless
from tests.photos.conftest import part
from tests.pictures import photo, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(small_city, filing):
    """Files a report with photos over HTTP."""

    def send(*photos: bytes, **changes):
        data = {"report": json.dumps(filing(**changes)), "photo": [part(each) for each in photos]}
        return Client().post("/api/v1/reports", data, headers={"Accept-Language": "en"})

    return send


@given(pieces=st.lists(st.integers(0, 200_000), max_size=6))
def test_what_is_learned_of_a_file_does_not_depend_on_its_pieces(pieces):
    whole, look = b"", Look()
    for number, size in enumerate(pieces):
        piece = bytes([number + 1]) * size
        look.take(piece)
        whole += piece
    assert (look.size, look.head, look.tail) == (len(whole), whole[:LOOK], whole[-LOOK:])
    assert look.sha256 == hashlib.sha256(whole).hexdigest()


def test_it_is_on_the_disk_as_it_was_sent_and_nobody_else_may_read_it(filed, stored_names):
    picture = photo(image=scene(1600, 1200))
    assert filed(picture).status_code == 201
    (name,) = stored_names()
    place = Path(storages["photos"].location)
    assert (place / name).read_bytes() == picture
    assert stat.S_IMODE((place / name).stat().st_mode) == 0o600
    folders = [each for each in place.rglob("*") if each.is_dir()]
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}


def test_it_is_written_once_and_read_by_nobody_before_the_answer(filed, monkeypatch):
    written = []
    write = Nameless.write
    monkeypatch.setattr(Nameless, "write", lambda self, piece: (written.append(len(piece)), write(self, piece))[1])
    monkeypatch.setattr(Nameless, "read", lambda *_args: pytest.fail("it is read"))
    monkeypatch.setattr(DurableFiles, "_open", lambda *_args: pytest.fail("it is opened"))
    picture = photo(image=scene(1600, 1200))
    assert filed(picture).status_code == 201
    assert sum(written) == len(picture)


def test_it_is_filed_where_connections_keep_no_statements(filed, settings):
    settings.PREPARE_STATEMENTS = False
    assert filed(photo(), photo(seed=1)).status_code == 201
    assert list(Photo.objects.order_by("number").values_list("bytes", flat=True)) == [len(photo()), len(photo(seed=1))]


def test_a_report_that_is_refused_leaves_no_file_at_once(filed, stored_names):
    assert filed(photo(), photo(seed=1), x=90_000).status_code == 422
    assert (stored_names(), StoredFile.objects.count(), Photo.objects.count()) == ([], 0, 0)


def test_a_photo_that_is_refused_has_never_had_a_name(filed, stored_names, monkeypatch):
    monkeypatch.setattr("reports.photos.storage._give_name", lambda *_args: pytest.fail("it gets a name"))
    assert filed(photo(), b"<svg xmlns='http://www.w3.org/2000/svg'/>").status_code == 415
    assert (stored_names(), StoredFile.objects.count()) == ([], 0)


def test_too_many_for_the_report_leave_no_file_at_once(report, send, settings, stored_names):
    settings.PHOTOS_PER_REPORT = 1
    assert send(report, part(photo()), part(photo(seed=1))).status_code == 409
    assert (stored_names(), StoredFile.objects.count()) == ([], 0)


def test_the_same_file_again_leaves_one(report, send, stored_names):
    for _ in range(2):
        assert send(report, part(photo()), part(photo())).status_code == 201
    files.sweep(at=timezone.now())
    assert stored_names() == [Photo.objects.get().original]


def test_where_the_file_system_knows_no_files_without_a_name_it_is_copied(filed, stored_names, monkeypatch):
    def refuse(self):
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(DurableFiles, "nameless", refuse)
    assert filed(photo()).status_code == 201
    (name,) = stored_names()
    assert (Path(storages["photos"].location) / name).read_bytes() == photo()


def test_where_the_system_gives_such_a_file_no_name_it_is_copied(filed, stored_names, monkeypatch):
    def refuse(_handle, _path):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr("reports.photos.storage._link", refuse)
    assert filed(photo()).status_code == 201
    (name,) = stored_names()
    assert (Path(storages["photos"].location) / name).read_bytes() == photo()


def test_a_disk_that_is_full_while_it_arrives_is_a_storage_that_is_away(filed, stored_names, monkeypatch):
    def fill(self, piece):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Nameless, "write", fill)
    response = filed(photo())
    assert (response.status_code, response.json()["code"]) == (503, "storage_away")
    assert (Report.objects.count(), stored_names(), StoredFile.objects.count()) == (0, [], 0)


def test_a_disk_that_takes_a_part_gets_the_rest_as_well(tmp_path, monkeypatch):
    taken = []

    def some(_file, piece):
        taken.append(bytes(piece[:4]))
        return len(taken[-1])

    monkeypatch.setattr("reports.photos.storage._write_some", some)
    with Nameless(os.open(tmp_path, os.O_TMPFILE | os.O_RDWR), "r+b") as file:
        assert file.write(b"0123456789") == 10
    assert taken == [b"0123", b"4567", b"89"]


def test_a_request_that_ends_before_its_file_is_written_hands_over_no_other_file(monkeypatch):
    """Its descriptor is another file's by then: the thread that writes has one of its own."""
    name, go_on = files.original_name(files.new_key()), threading.Event()
    save = files._save
    monkeypatch.setattr(files, "_save", lambda contents: (go_on.wait(60), save(contents))[1])
    mine, others = storages["photos"].nameless(), storages["photos"].nameless()
    mine.write(b"mine")
    writing = files.fill_meanwhile({name: File(mine)})
    mine.close()
    with others, storages["photos"].nameless() as in_its_place:
        in_its_place.write(b"another's")
        go_on.set()
        writing.result(60)
    assert files.read(name) == b"mine"


def test_what_is_only_asked_about_leaves_no_trace(stored_names):
    response = Client().post("/api/v1/photos/hash", {"photo": part(photo())})
    assert response.status_code == 200
    assert (stored_names(), StoredFile.objects.count()) == ([], 0)


def test_one_that_is_no_file_of_ours_is_saved_as_ever():
    name = storages["photos"].save("a/b", ContentFile(b"content"))
    assert files.read(name) == b"content"
    spool = BytesIO(b"spooled")
    assert files.read(storages["photos"].save("a/c", File(spool))) == b"spooled"


@pytest.mark.django_db(transaction=True)
def test_a_new_report_with_photos_is_one_job_that_sees_to_both(filed):
    OrmQ.objects.all().delete()
    assert filed(photo()).status_code == 201
    assert [job.func() for job in OrmQ.objects.all()] == [tasks.SEEING_TO_NEW]
    report = Report.objects.get()
    tasks.see_to_new(report.pk)
    assert Photo.objects.get().state == "ready"
    assert report.pk not in Report.objects.unsought().values_list("pk", flat=True)


def test_a_photo_that_cannot_be_seen_to_does_not_hold_up_the_search_for_duplicates(filed, monkeypatch):
    filed(photo())
    report = Report.objects.get()

    def fail() -> None:
        raise RuntimeError("decoding")

    monkeypatch.setattr(tasks, "see_to_photos", fail)
    with pytest.raises(RuntimeError):
        tasks.see_to_new(report.pk)
    assert report.pk not in Report.objects.unsought().values_list("pk", flat=True)
