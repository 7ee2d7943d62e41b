"""Forms of pages whose connection breaks on their way, against a real server: nothing of them is taken."""

from urllib.parse import quote_plus, urlsplit

import pytest

from people.models import Role
from reports.handling import change_status
from reports.models import Feedback, Photo, Report, StatusUpdate
from reports.references import tracking_link
from tests.factories import UserFactory
from tests.photos.lines import FORM, Line, form_of
from tests.pictures import photo
from tests.processes import running_server
from tests.staff import handler
from tests.web.conftest import RECEIVED_AT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
WORDS = "application/x-www-form-urlencoded"


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
    steps = StatusUpdate.objects.count()
    with running_server(workers=1, PHOTO_FOLDER=str(tmp_path / "photos")) as server:
        for address, kind, body in forms:
            with Line(server) as line:
                line.send(f"POST {address} HTTP/1.1", {"Content-Type": kind, "Content-Length": len(body)}, body[:-12])
                line.hang_up()
                assert line.status() == 400, address
    assert Report.objects.get(pk=asked.pk).status == "waiting"
    assert (StatusUpdate.objects.count(), Feedback.objects.count(), Photo.objects.count()) == (steps, 0, 0)
