"""Reports with photos, sent as browsers and phones send them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from people.models import Role
from reports.models import Photo, Report
from reports.references import tracking_token
from reports.tasks import see_to_photos
from tests.api.desks import Desk
from tests.staff import file_report, handler


@pytest.fixture
def report(small_city) -> Report:
    """A pothole in the western district, told and public at once."""
    return file_report(small_city.pothole, x=500)


@pytest.fixture
def head(small_city) -> Desk:
    """The head of the western district."""
    return Desk.of(handler(small_city.west, Role.HEAD))


def part(content: bytes, *, mime: str = "image/jpeg", name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=mime)


def address_of(report: Report, more: str = "") -> str:
    return f"/api/v1/reports/{report.reference}/photos{more}"


@pytest.fixture
def send() -> Callable[..., Any]:
    """Add photos to a report by its tracking token, or by the desk's (`desk=`)."""

    def post(report: Report, *files: SimpleUploadedFile, desk: Desk | None = None, **fields: str):
        query = "" if desk else f"?token={tracking_token(report.reference)}"
        headers = desk._headers() if desk else {"Accept-Language": "en"}
        return Client().post(address_of(report) + query, {"photo": list(files), **fields}, headers=headers)

    return post


@pytest.fixture
def added(send) -> Callable[..., Photo]:
    """A photo added and decoded; `keep_original="true"` with the sender's consent."""

    def add(report: Report, content: bytes, *, mime: str = "image/jpeg", **more: Any) -> Photo:
        response = send(report, part(content, mime=mime), **more)
        assert response.status_code == 201, response.content
        see_to_photos()
        return Photo.objects.get(report=report, number=response.json()["photos"][0]["number"])

    return add


def shown(report: Report) -> list[dict[str, Any]]:
    """The photos in the public's answer about a report."""
    return Client().get(f"/api/v1/reports/{report.reference}").json()["properties"]["photos"]


def fetched(address: str, **more: Any) -> bytes:
    response = Client().get(address, **more)
    assert response.status_code == 200, address
    return response.content


def as_holder(report: Report, address: str):
    return Client().get(f"{urlsplit(address).path}?token={tracking_token(report.reference)}")


@pytest.fixture
def stored_names() -> Callable[[], list[str]]:
    """The names of all files in the storage of photos."""

    def names() -> list[str]:
        place = Path(storages["photos"].location)
        return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())

    return names
