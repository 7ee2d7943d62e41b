"""Forms with files, taken apart while they arrive: nothing in them depends on the pieces in which they come."""

import json
from io import BytesIO

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.models import Photo, Report
from reports.photos import Malformed, read_parts
from reports.photos.sniffing import NotTaken
from tests.photos.lines import parts_of
from tests.pictures import photo

contents = st.lists(st.sampled_from([b"\r", b"\n", b"--", b"edge", b"\r\n--edg", b"x", b"\0" * 50]), max_size=12)
parts = st.lists(st.tuples(st.sampled_from(["report", "photo"]), st.booleans(), contents.map(b"".join)), max_size=4)


class Trickle:
    """A stream that gives so many bytes at a time."""

    def __init__(self, content: bytes, size: int) -> None:
        self.content, self.size = BytesIO(content), size

    def read(self, _size: int) -> bytes:
        return self.content.read(self.size)


def taken(body: bytes, *, size: int = 1_000_000):
    """The fields and the files of the form."""
    meta = {"CONTENT_TYPE": "multipart/form-data; boundary=edge"}
    return read_parts(meta=meta, stream=Trickle(body, size), length=len(body))


@settings(deadline=None)
@given(sent=parts, size=st.integers(1, 80))
def test_it_is_taken_as_it_was_sent_in_whatever_pieces(sent, size):
    sent = [each for each in sent if b"\r\n--edge" not in b"\r\n" + each[2]]
    named = [(f'; name="{name}"' + '; filename="a"' * is_file, content) for name, is_file, content in sent]
    fields, files = taken(parts_of(*named), size=size)
    for name in ("report", "photo"):
        told = [content.decode() for of, is_file, content in sent if of == name and not is_file]
        assert fields.getlist(name) == told
        kept = [content for of, is_file, content in sent if of == name and is_file]
        assert [each.read() for each in files.getlist(name)] == kept
        for file in files.getlist(name):
            file.close()


@pytest.mark.parametrize(
    "more",
    [
        '; name="photo"; filename="چاله.jpg"',
        "; name=photo; filename=p.jpg; filename*=utf-8''p.jpg",
        "; name=\"photo\"; filename*=UTF-8''%D8%B9.jpg",
        '; filename="../../p.jpg"; name="photo"',
        '; name="photo"; filename="' + "x" * 4000 + '"',
    ],
)
def test_a_file_is_one_in_whichever_way_its_name_is_written(more):
    fields, files = taken(parts_of((more, b"content")))
    with files["photo"] as file:
        assert (file.read(), file.name, dict(fields)) == (b"content", "photo", {})


def test_a_file_that_was_not_chosen_is_none():
    fields, files = taken(parts_of(('; name="photo"; filename=""', b""), ('; name="report"', b"{}")))
    assert (dict(fields), dict(files)) == ({"photo": [""], "report": ["{}"]}, {})


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        parts_of(('; name="photo"; filename="a"', b"content"), end=b""),
        parts_of(('; name="photo"; filename="a"', b"content"), end=b"--edge"),
        b"--edge\r\n\r\ncontent\r\n--edge--\r\n",
        parts_of(('; name="photo"; filename="' + "x" * 9000 + '"', b"content")),
        parts_of(*[('; name="f"', b"x")] * 1500),
    ],
)
def test_what_is_no_form_is_refused(body):
    with pytest.raises(Malformed):
        taken(body)


@pytest.mark.django_db
class TestAtTheDoor:
    def post(self, body: bytes):
        kind = "multipart/form-data; boundary=edge"
        return Client().generic("POST", "/api/v1/reports", body, content_type=kind, headers={"Accept-Language": "en"})

    def test_fields_are_of_a_limited_size(self, small_city):
        response = self.post(parts_of(*[('; name="report"', b"x" * 200_000)] * 20))
        assert (response.status_code, response.json()["code"]) == (400, "malformed_multipart")

    def test_a_text_in_another_encoding_is_refused_and_not_stored_with_marks_in_it(self, small_city, filing):
        told = json.dumps(filing(description="چاله"), ensure_ascii=False).encode("cp1256")
        response = self.post(parts_of(('; name="report"', told), ('; name="photo"; filename="p.jpg"', photo())))
        assert (response.status_code, response.json()["code"]) == (400, "malformed_multipart")
        assert not Report.objects.exists()

    def test_one_in_base64_is_no_photo(self, small_city, filing, stored_names):
        more = '; name="photo"; filename="p.jpg"\r\nContent-Transfer-Encoding: base64'
        response = self.post(parts_of(('; name="report"', json.dumps(filing()).encode()), (more, b"/9j/4AAQSkZJRg==")))
        assert (response.status_code, response.json()["code"]) == (415, "unknown_photo_format")
        assert (Photo.objects.count(), stored_names()) == (0, [])

    def test_what_comes_before_and_after_the_form_is_passed_over(self, small_city, filing):
        told, more = json.dumps(filing()).encode(), '; name="photo"; filename="p.jpg"'
        body = b"before\r\n" + parts_of(('; name="report"', told), (more, photo())) + b"after"
        assert self.post(body).status_code == 201
        assert Photo.objects.get().bytes == len(photo())


def test_it_is_measured_while_it_arrives(settings):
    settings.PHOTO_MAX_BYTES = 100
    with pytest.raises(NotTaken):
        taken(parts_of(('; name="photo"; filename="a"', b"x" * 1_000)), size=30)
