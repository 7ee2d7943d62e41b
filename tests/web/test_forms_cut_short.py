"""Forms of pages whose connection breaks on their way, against a real server: nothing of them is taken."""

from urllib.parse import quote_plus, urlsplit

import pytest
from django.conf import settings
from django.urls import reverse

from people.models import Role
from reports.handling import change_status
from reports.models import Feedback, Photo, Report, StatusUpdate
from reports.references import tracking_link
from tests.factories import UserFactory
from tests.photos.lines import FORM, Line, form_of, parts_of
from tests.pictures import photo
from tests.processes import running_server
from tests.staff import handler, seated
from tests.web.conftest import RECEIVED_AT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
WORDS = "application/x-www-form-urlencoded"
SECRET = "s" * 32


def test_half_a_form_is_none(tell, small_city, tmp_path):
    asked, closed = tell(), tell(x=600)
    change_status(report=asked, to="waiting", note="کدام پلاک؟", at=RECEIVED_AT, by=UserFactory())
    change_status(report=closed, to="resolved", note="پر شد", at=RECEIVED_AT, by=UserFactory())
    where = {report: urlsplit(tracking_link(report.reference)).path for report in (asked, closed)}
    words = quote_plus("پلاک ۱۲، طبقهٔ دوم، کنار در آبی")
    said = b'--edge\r\nContent-Disposition: form-data; name="was_solved"\r\n\r\nyes\r\n'
    staff = handler(small_city.west, Role.HEAD)
    forms = [
        (f"{where[asked]}/answer", WORDS, f"words={words}".encode()),
        (f"{where[closed]}/feedback", WORDS, f"was_solved=yes&words={words}".encode()),
        (f"{where[closed]}/feedback", FORM, said + form_of(photo())),
        (f"{where[closed]}/photos", FORM, form_of(photo())),
        ("/admin/login/", WORDS, f"username={staff.username}&password=abcdefghijklmnop".encode()),
    ]
    seat = seated(staff)
    signed_in = f"{settings.SESSION_COOKIE_NAME}={seat.session.session_key}; csrftoken={SECRET}"
    chosen = {"csrfmiddlewaretoken": SECRET, "action": "change_status", "_selected_action": str(asked.pk)}
    step = {**chosen, "apply": "1", "to": "in_progress", "note": "کارگر فرستاده شد، تا فردا ظهر پر می‌شود"}
    photos = {"csrfmiddlewaretoken": SECRET, "kind": "after"}
    of_staff = [
        ("/admin/reports/report/", _fields(step) + b"--edge--\r\n"),
        (reverse("admin:reports_photo_add_to", args=[asked.pk]), _fields(photos) + form_of(photo())),
    ]
    steps = StatusUpdate.objects.count()
    with running_server(workers=1, PHOTO_FOLDER=str(tmp_path / "photos")) as server:
        for address, kind, body in forms:
            with Line(server) as line:
                line.send(f"POST {address} HTTP/1.1", {"Content-Type": kind, "Content-Length": len(body)}, body[:-12])
                line.hang_up()
                assert line.status() == 400, address
        for address, body in of_staff:
            with Line(server) as line:
                headers = {"Content-Type": FORM, "Content-Length": len(body), "Cookie": signed_in}
                line.send(f"POST {address} HTTP/1.1", headers, body[:-12])
                line.hang_up()
                assert line.status() == 400, address
    assert Report.objects.get(pk=asked.pk).status == "waiting"
    assert (StatusUpdate.objects.count(), Feedback.objects.count(), Photo.objects.count()) == (steps, 0, 0)
    assert seat.get(of_staff[0][0]).status_code == 200  # they were who they said


def _fields(fields: dict[str, str]) -> bytes:
    return parts_of(*((f'; name="{name}"', text.encode()) for name, text in fields.items()), end=b"")


@pytest.mark.django_db(transaction=False)
def test_a_form_of_the_staff_that_is_too_large_is_refused_before_it_is_read(tell, small_city, settings):
    settings.PHOTO_MAX_BYTES = 1_048_576
    report, seat = tell(), seated(handler(small_city.west, Role.HEAD))
    address = reverse("admin:reports_photo_add_to", args=[report.pk])
    answer = seat.generic("POST", address, b"-", FORM, CONTENT_LENGTH=str(6 * settings.PHOTO_MAX_BYTES))
    assert (answer.status_code, answer.content.decode()) == (
        413,
        "A photo may have at most 1 megabytes: send a smaller one.",
    )
