"""Requests that claim to be written in something else than UTF-8, or in nothing that a text is written in."""

from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import reverse

from config.wsgi import application
from people.models import Role
from reports.models import Photo, StatusUpdate
from tests.photos.lines import FORM, parts_of
from tests.staff import file_report, handler, seated

NO_TEXT = ["hex", "zlib", "rot13", "idna", "undefined", "punycode", "unicode_escape", "utf-16", "x" * 5000, "\xff"]
WORDS = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _the_connection_of_the_test():
    """The application would end it, as it may be old."""
    signals = (request_started, request_finished)
    for each in signals:
        each.disconnect(close_old_connections)
    yield
    for each in signals:
        each.connect(close_old_connections)


def asked(method: str, address: str, kind: str, body: bytes = b"") -> int:
    """What the application answers to a server, which builds requests as no test client does."""
    path, _mark, query = address.partition("?")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": kind}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), "REMOTE_ADDR": "192.0.2.1"}
    setup_testing_defaults(environ)
    statuses: list[str] = []
    response = application(environ, lambda status, _headers: statuses.append(status))
    response.close()
    return int(statuses[0].split()[0])


@pytest.mark.parametrize("charset", NO_TEXT)
def test_addresses_are_read_whatever_the_body_claims(small_city, charset) -> None:
    file_report(small_city.pothole, x=500)
    for address in ("/?x=%D9%A1", "/api/v1/reports?limit=1", "/api/v1/categories", "/admin/login/?next=%FF"):
        assert asked("GET", address, f"text/plain; charset={charset}") == 200, address


@pytest.mark.parametrize("kind", ["text/plain; charset*=utf-99''x", f"{FORM}; name*=hex'a'%ff", "a; b*=idna''%ff"])
def test_what_a_body_is_may_be_unreadable(small_city, kind) -> None:
    for address in ("/", "/api/v1/reports?limit=1", "/admin/login/"):
        assert asked("GET", address, kind) == 200
    assert asked("POST", "/api/v1/reports", kind, b"{}") in {400, 415}
    assert asked("POST", "/admin/login/", kind, b"username=a") in {200, 403}


def test_a_session_that_no_database_can_look_up_is_none(small_city, client) -> None:
    client.cookies.load(f'{settings.SESSION_COOKIE_NAME}="\\000aaaaaaaaaaaaaaaa"')
    assert client.cookies[settings.SESSION_COOKIE_NAME].value.startswith("\0")
    assert [client.get(address).status_code for address in ("/admin/", "/admin/login/", "/")] == [302, 200, 200]


@pytest.mark.parametrize("charset", NO_TEXT)
def test_bodies_are_refused(db, charset) -> None:
    form = parts_of(('; name="username"', b"a"), ('; name="password"', b"b"))
    assert asked("POST", "/admin/login/", f"{WORDS}; charset={charset}", b"username=a&password=b") == 415
    assert asked("POST", "/admin/login/", f"{FORM}; charset={charset}", form) == 415
    assert asked("POST", "/api/v1/reports?x=1", f"application/json; charset={charset}", b"{}") in {400, 415}


def test_a_form_in_another_encoding_is_none(small_city, client) -> None:
    report = file_report(small_city.pothole, x=500)
    seat = seated(handler(small_city.west, Role.HEAD), language="en")
    chosen = f"action=change_status&_selected_action={report.pk}&apply=1&to=in_progress&note=%E6".encode()
    answer = seat.generic("POST", "/admin/reports/report/", chosen, f"{WORDS}; charset=windows-1256")
    assert (answer.status_code, answer.content.decode()) == (415, "Send the form in UTF-8; no other encoding is read.")
    assert StatusUpdate.objects.count() == 1
    for charset in ("", "; charset=UTF-8"):
        answer = seat.generic("POST", "/admin/reports/report/", b"action=x", f"{WORDS}{charset}")
        assert answer.status_code == 200


def test_photos_of_the_staff_without_a_kind_are_refused_in_a_sentence(small_city) -> None:
    report = file_report(small_city.pothole, x=500)
    seat = seated(handler(small_city.west, Role.HEAD), language="en")
    form = parts_of(('; name="photo"; filename="a.jpg"', b"abc"))
    address = reverse("admin:reports_photo_add_to", args=[report.pk])
    answer = seat.generic("POST", address, form, FORM)
    assert answer.status_code == 302
    assert "This field is required." in seat.get(answer.headers["Location"]).content.decode()
    assert not Photo.objects.exists()
