"""A photo is written while the transaction of its report runs: whichever ends first, nothing is lost or left over."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from api.v1 import filing as filing_module
from reports.models import Photo, Report, StoredFile
from reports.photos import files
from tests.notifications.helpers import until
from tests.photos.conftest import part
from tests.photos.lines import FORM, Line, parts_of
from tests.pictures import photo
from tests.processes import mortal_server, running_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place() -> Path:
    return Path(storages["photos"].location)


@pytest.fixture
def send(small_city, filing):
    """Sends a report with a photo on a line, and waits for nothing."""
    body = parts_of(('; name="report"', json.dumps(filing()).encode()), ('; name="photo"; filename="p.jpg"', photo()))

    def begin(line: Line) -> None:
        headers = {"Content-Type": FORM, "Content-Length": len(body), "Idempotency-Key": "one"}
        line.send("POST /api/v1/reports HTTP/1.1", headers, body)

    return begin


def hold() -> None:
    """Let no report be filed to its end before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE reports_statusupdate IN SHARE MODE")


def test_a_server_that_is_killed_before_the_commit_leaves_a_file_that_is_swept(send, place, stored_names):
    with mortal_server(PHOTO_FOLDER=str(place)) as (server, kill), Line(server) as line, transaction.atomic():
        hold()
        send(line)
        until(stored_names)
        kill()
    assert (Report.objects.count(), Photo.objects.count()) == (0, 0)
    assert [row.name for row in StoredFile.objects.filter(photo_id=None, doomed_at__isnull=False)] == stored_names()
    files.sweep(at=timezone.now() + timedelta(hours=2))
    assert (stored_names(), StoredFile.objects.count()) == ([], 0)


def test_a_client_that_hangs_up_before_the_commit_has_filed_it_once(send, place, stored_names):
    with running_server(workers=1, PHOTO_FOLDER=str(place)) as server:
        with transaction.atomic(), Line(server) as line:
            hold()
            send(line)
            until(stored_names)
            line.socket.close()
        until(Report.objects.exists)
        with Line(server) as line:
            send(line)
            assert line.status() == 201
    assert (Report.objects.count(), stored_names()) == (1, [Photo.objects.get().original])
    files.sweep(at=timezone.now() + timedelta(hours=2))
    assert (place / Photo.objects.get().original).read_bytes() == photo()


def test_a_transaction_that_fails_at_its_end_leaves_no_file(small_city, filing, stored_names, monkeypatch):
    def fail(_report):
        raise RuntimeError("at the end")

    monkeypatch.setattr(filing_module, "new_report", fail)
    data = {"report": json.dumps(filing()), "photo": [part(photo()), part(photo(seed=1))]}
    response = Client(raise_request_exception=False).post("/api/v1/reports", data)
    assert response.status_code == 500
    assert (Report.objects.count(), Photo.objects.count()) == (0, 0)
    assert (stored_names(), StoredFile.objects.count()) == ([], 0)
