"""A report and its photos in one request: one transaction, one answer for each key, nothing left over."""

import json
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.models import FilingWindow, PhotoWindow, Role
from reports.models import Photo, Report, StoredFile
from reports.references import tracking_token
from reports.tasks import see_to_photos, sweep_photos
from tests.api.desks import Desk
from tests.notifications.helpers import until
from tests.photos.conftest import address_of, part, shown
from tests.photos.lines import FORM, Line, form_of
from tests.pictures import photo, plain, scene
from tests.processes import mortal_server, running_server
from tests.staff import file_report, handler

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(small_city, filing):
    """Files a report with photos; further fields and headers as told."""

    def send(*photos, body=..., headers=None, **fields):
        told = json.dumps(filing() if body is ... else body)
        data = {"report": told, "photo": [part(each) for each in photos], **fields}
        return Client().post("/api/v1/reports", data, headers={"Accept-Language": "en"} | (headers or {}))

    return send


def test_a_report_comes_with_its_photos(file):
    response = file(photo(), photo(seed=1))
    assert response.status_code == 201, response.content
    report = Report.objects.get()
    assert [each.number for each in report.photos.order_by("number")] == [1, 2]
    assert shown(report) == []
    see_to_photos()
    assert [each["kind"] for each in shown(report)] == ["before", "before"]


def test_a_script_may_send_the_report_as_a_file_of_json(small_city, filing):
    data = {
        "report": SimpleUploadedFile("blob", json.dumps(filing()).encode(), content_type="application/json"),
        "photo": part(photo()),
    }
    assert Client().post("/api/v1/reports", data).status_code == 201
    assert Photo.objects.count() == 1


def test_a_form_without_photos_is_a_report(file):
    assert file().status_code == 201
    assert not Photo.objects.exists()


def test_the_same_key_gives_the_same_answer_and_stores_nothing_twice(file, stored_names):
    key = {"Idempotency-Key": "k-1"}
    first, second = file(photo(), headers=key), file(photo(), headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert (Report.objects.count(), Photo.objects.count(), len(stored_names())) == (1, 1, 1)
    other = file(photo(seed=1), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_instant_is_one_report_and_leaves_no_file(small_city, filing, stored_names):
    told, picture, answers, start = json.dumps(filing()), photo(), [], threading.Barrier(4)

    def send() -> None:
        start.wait()
        try:
            data = {"report": told, "photo": part(picture)}
            response = Client().post("/api/v1/reports", data, headers={"Idempotency-Key": "race"})
            answers.append((response.status_code, response.content))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert (Report.objects.count(), Photo.objects.count()) == (1, 1)
    assert stored_names() == [Photo.objects.get().original]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"report": ""}, "malformed_json"),
        ({"report": "[]"}, "not_an_object"),
        ({"report": "{}"}, "required"),
        ({"report": '{"category": "pothole", "category": "x"}'}, "repeated_member"),
        ({"keep_original": "perhaps"}, "wrong_type"),
        ({"kind": "after"}, "unknown_member"),
        ({"surprise": "x"}, "unknown_member"),
    ],
)
def test_a_form_that_is_wrong_stores_nothing(small_city, filing, stored_names, fields, code):
    data = {"report": json.dumps(filing()), "photo": part(photo())} | fields
    response = Client().post("/api/v1/reports", data)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert (Report.objects.count(), StoredFile.objects.count(), stored_names()) == (0, 0, [])


def test_a_photo_that_is_none_stores_no_report(file, stored_names):
    response = file(photo(), b"<html></html>")
    assert response.status_code == 415
    assert response.json()["errors"][0]["field"] == "photo[1]"
    assert (Report.objects.count(), stored_names()) == (0, [])


def test_a_report_that_is_refused_leaves_no_photo(file, filing, stored_names):
    assert file(photo(), body=filing(x=90_000)).status_code == 422
    assert not Photo.objects.exists()
    assert stored_names() == []


def test_too_many_photos_in_one_request_are_refused(file, settings):
    settings.PHOTOS_PER_REQUEST = 2
    for count in (3, 4):
        response = file(*(plain(scene(64, 48, seed=seed)) for seed in range(count)))
        assert (response.status_code, response.json()["code"]) == (413, "too_many_files")
    assert file(*(plain(scene(64, 48, seed=seed)) for seed in range(2))).status_code == 201


def test_an_address_without_an_account_sends_so_many_photos_in_an_hour(file, report, send, settings):
    settings.ANONYMOUS_PHOTOS_PER_HOUR = 3
    assert file(photo(), photo(seed=1)).status_code == 201
    response = send(report, part(photo(seed=2)), part(photo(seed=3)))
    assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
    assert int(response.headers["Retry-After"]) > 0
    assert send(report, part(photo(seed=2))).status_code == 201


@pytest.mark.parametrize("limit", ["ANONYMOUS_REPORTS_PER_HOUR", "ANONYMOUS_PHOTOS_PER_HOUR"])
def test_what_is_refused_for_one_limit_counts_for_none_and_leaves_no_file(file, settings, stored_names, limit):
    assert file(photo()).status_code == 201
    setattr(settings, limit, 1)
    assert file(photo(seed=1)).status_code == 429
    assert [FilingWindow.objects.get().count, PhotoWindow.objects.get().count] == [1, 1]
    assert (len(stored_names()), StoredFile.objects.count()) == (1, 1)


def test_a_name_with_a_path_leads_nowhere(report, send, stored_names, tmp_path):
    names = [
        "../../../etc/cron.d/evil.jpg",
        "/etc/passwd",
        "..\\..\\x.jpg",
        "a\x00.jpg",
        "چاله.jpg",
        ".htaccess",
        "x" * 5000,
    ]
    for seed, name in enumerate(names):
        assert send(report, part(photo(seed=seed), name=name)).status_code == 201
    assert len(stored_names()) == len(names)
    for name in stored_names():
        head, folder, key = name.rsplit("/", 2)
        assert (head, len(folder), len(key)) == ("photos/private", 2, 32)


@pytest.mark.parametrize("name", ["..", ".", "/", "a/", "&#0;", " "])
def test_a_photo_is_taken_whatever_its_name(report, small_city, filing, name):
    body = form_of(photo()).replace(b"p.jpg", name.encode())
    told = f'--edge\r\nContent-Disposition: form-data; name="report"\r\n\r\n{json.dumps(filing())}\r\n'.encode()
    for address, content in (
        (f"{address_of(report)}?token={tracking_token(report.reference)}", body),
        ("/api/v1/reports", told + body),
    ):
        assert Client().generic("POST", address, content, content_type=FORM).status_code == 201
    assert Photo.objects.count() == Report.objects.count() == 2


class TestABodyThatIsNoForm:
    def post(self, report, body: bytes, content_type: str, **more):

        address = f"{address_of(report)}?token={tracking_token(report.reference)}"
        return Client().generic("POST", address, body, content_type=content_type, **more)

    @pytest.mark.parametrize(
        ("content_type", "status", "code"),
        [
            ("multipart/form-data", 400, "malformed_multipart"),
            ("multipart/form-data; boundary=", 400, "malformed_multipart"),
            ("multipart/form-data; boundary=" + "x" * 300, 415, "unsupported_media_type"),
            ("image/jpeg", 415, "unsupported_media_type"),
            ("application/json", 415, "unsupported_media_type"),
        ],
    )
    def test_is_refused(self, report, content_type, status, code):
        response = self.post(report, b"--x\r\n", content_type)
        assert (response.status_code, response.json()["code"]) == (status, code)

    @pytest.mark.parametrize(
        "body",
        [
            form_of(b"x").replace(b"--edge--\r\n", b""),
            form_of(b"x").replace(b"edge--", b"edge"),
            form_of(b"x").replace(b"p.jpg", "عکس.jpg".encode("cp1256")),
            form_of(b"x").replace(b'name="photo"; ', b""),
            form_of(b"x").replace(b"Content-Disposition", b"X-Disposition"),
            b"x",
        ],
        ids=["no end", "an end that is none", "a name in another encoding", "no name", "no disposition", "no part"],
    )
    def test_is_refused_rather_than_left_out(self, report, small_city, filing, stored_names, body):
        told = f'--edge\r\nContent-Disposition: form-data; name="report"\r\n\r\n{json.dumps(filing())}\r\n'.encode()
        for answer in (
            self.post(report, body, FORM),
            Client().generic("POST", "/api/v1/reports", told + body, content_type=FORM),
        ):
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed_multipart")
        assert (Report.objects.count(), Photo.objects.count(), stored_names()) == (1, 0, [])

    def test_is_refused_where_a_photo_is_sent_as_text(self, report, send, small_city, filing):
        told = {"report": json.dumps(filing()), "photo": "x"}
        for answer in (send(report, photo="x"), Client().post("/api/v1/reports", told)):
            assert (answer.status_code, answer.json()["code"]) == (400, "photo_missing")
        assert Report.objects.count() == 1

    def test_is_refused_where_it_holds_no_photo(self, report, send):
        response = send(report)
        assert (response.status_code, response.json()["code"]) == (400, "photo_missing")


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_cut_short_on_its_way_stores_nothing(report, stored_names, tmp_path):
    picture = photo(image=scene(1600, 1200))
    address = f"{address_of(report)}?token={tracking_token(report.reference)}"
    with running_server(workers=1, PHOTO_FOLDER=str(tmp_path / "photos")) as server:
        with Line(server) as line:
            body = form_of(picture)
            line.send(
                f"POST {address} HTTP/1.1", {"Content-Type": FORM, "Content-Length": len(body)}, body[: len(body) // 2]
            )
            line.hang_up()
        with Line(server) as line:  # what was cut is done with, and the whole is taken
            line.send(f"POST {address} HTTP/1.1", {"Content-Type": FORM, "Content-Length": len(body)}, body)
            assert line.status() == 201
    assert Photo.objects.count() == 1
    assert stored_names() == [Photo.objects.get().original]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_killed_while_a_photo_arrives_leaves_nothing(report, tmp_path):
    folder, picture = tmp_path / "photos", photo() + bytes(2_000_000)
    address = f"{address_of(report)}?token={tracking_token(report.reference)}"
    body = form_of(picture)
    with mortal_server(PHOTO_FOLDER=str(folder)) as (server, kill), Line(server) as line:
        line.send(f"POST {address} HTTP/1.1", {"Content-Type": FORM, "Content-Length": len(body)}, body[:-100])
        until(folder.is_dir)  # it has begun to be written
        kill()
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert StoredFile.objects.count() == 0


class TestWhoMayAdd:
    def test_nobody_without_the_link_or_the_right(self, report, send, small_city, stored_names):
        plain_form = {"photo": part(photo())}
        for headers in ({}, {"Tracking-Token": "x" * 22}):
            response = Client().post(address_of(report), plain_form, headers=headers)
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")
        for user in (handler(small_city.east), handler(small_city.west, Role.ANALYST)):
            response = send(report, part(photo()), desk=Desk.of(user))
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")
        assert (Photo.objects.count(), stored_names()) == (0, [])

    def test_not_for_a_report_that_one_does_not_know_of(self, report, send):
        Report.objects.update(is_public=False)
        assert Client().post(address_of(report), {"photo": part(photo())}).status_code == 404
        assert Client().post("/api/v1/reports/AAAAAAAAAA/photos", {"photo": part(photo())}).status_code == 404

    def test_not_with_the_link_of_another_report(self, report, small_city, send):

        other = file_report(small_city.pothole, x=600)
        address = f"{address_of(report)}?token={tracking_token(other.reference)}"
        assert Client().post(address, {"photo": part(photo())}).status_code == 403

    def test_the_holder_by_a_header_too(self, report):

        headers = {"Tracking-Token": tracking_token(report.reference)}
        assert Client().post(address_of(report), {"photo": part(photo())}, headers=headers).status_code == 201

    def test_after_comes_from_those_who_handle_the_report(self, report, send, small_city, head):
        refused = send(report, part(photo()), kind="after")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        operator = Desk.of(handler(small_city.city, Role.OPERATOR))
        assert send(report, part(photo()), desk=operator, kind="after").status_code == 403
        assert send(report, part(photo()), desk=operator).status_code == 201
        assert send(report, part(photo(seed=1)), desk=head, kind="after").status_code == 201
        assert list(Photo.objects.order_by("number").values_list("kind", flat=True)) == ["before", "after"]
        wrong = send(report, part(photo(seed=2)), desk=head, kind="during")
        assert (wrong.status_code, wrong.json()["code"]) == (400, "unknown_value")


def test_the_same_file_again_is_the_photo_that_is_there(report, send):
    first, second = send(report, part(photo())), send(report, part(photo()), part(photo(seed=1)))
    assert first.json()["photos"][0]["number"] == 1
    assert [each["number"] for each in second.json()["photos"]] == [1, 2]
    sweep_photos()
    assert Photo.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_numbers_of_their_own_and_no_more_than_fit(report, send, settings):
    settings.PHOTOS_PER_REPORT = 3
    statuses, start = [], threading.Barrier(5)

    def one(seed: int) -> None:
        start.wait()
        try:
            statuses.append(send(report, part(plain(scene(64, 48, seed=seed)))).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 201, 201, 409, 409]
    assert sorted(Photo.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_reading_a_report_asks_once_for_its_photos(report, added, django_assert_num_queries):
    address = f"/api/v1/reports/{report.reference}"
    with CaptureQueriesContext(connection) as without:
        Client().get(address)
    count = len(without)
    for seed in range(3):
        added(report, photo(seed=seed))
    with django_assert_num_queries(count):
        assert len(Client().get(address).json()["properties"]["photos"]) == 3
