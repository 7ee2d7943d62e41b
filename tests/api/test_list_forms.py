"""Lists of reports: in every form, and until when an answer holds and for whom."""

import json
import subprocess
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jurisdictions.models import Moderation
from people.tokens import make_token
from reports.handling import change_status
from reports.workflow import Status
from tests.api.lists import LIST, found, got, near
from tests.api.submitted_ground import START
from tests.factories import MembershipFactory
from tests.shapes import lonlat


def test_G7_a_report_filed_now_is_in_the_next_answer_of_lists_tiles_and_counts(submitted, client):
    addresses = [LIST, "/api/v1/clusters?zoom=9", "/api/v1/tiles/reports/0/0/0.mvt"]
    before = {address: client.get(address) for address in addresses}
    report = submitted()
    for address, old in before.items():
        new = client.get(address, headers={"If-None-Match": old.headers["ETag"]})
        assert new.status_code == 200, address
    assert found(client, "") == [report.reference]
    assert client.get(addresses[1]).json()["count"] == 1
    assert client.get(addresses[2]).content != before[addresses[2]].content == b""


FORMS = {
    "geojson": "application/geo+json",
    "geojsonseq": "application/geo+json-seq",
    "ndjson": "application/x-ndjson",
    "compact": "application/vnd.city-eye.compact+json",
}


def features_of(form: str, content: bytes, fields: list[str]) -> list[dict]:
    text = content.decode()
    if form == "geojson":
        return json.loads(text)["features"]
    if form == "compact":
        body = json.loads(text)
        assert body["fields"] == ["lon", "lat", *fields]
        return [
            {
                "type": "Feature",
                "id": row[2],
                "geometry": {"type": "Point", "coordinates": row[:2]},
                "properties": dict(zip(fields, row[2:], strict=True)),
            }
            for row in body["rows"]
        ]
    if form == "geojsonseq":
        assert all(line.startswith("\x1e") for line in text.split("\n")[:-1])
    return [json.loads(line.lstrip("\x1e")) for line in text.split("\n") if line]


def test_every_form_holds_the_same_and_links_to_the_rest(submitted, client, tmp_path):
    for number in range(3):
        submitted(minutes=number, description='چاله با "گیومه"، \\ و\nخط')
    plain = got(client, "limit=2")["features"]
    fields = list(plain[0]["properties"])
    for form, media_type in FORMS.items():
        by_header = client.get(f"{LIST}?limit=2", headers={"Accept": media_type})
        by_name = client.get(f"{LIST}?limit=2&f={form}", headers={"Accept": "text/html, */*;q=0.1"})
        for response in (by_header, by_name):
            assert response.headers["Content-Type"] == media_type
            assert features_of(form, response.content, fields) == plain
            assert {"Accept", "Authorization"} <= set(response.headers["Vary"].split(", "))
        address = by_header.headers["Link"].partition(">")[0].strip("<")
        assert f'rel="next"; type="{media_type}"' in by_header.headers["Link"]
        rest = client.get(address, headers={"Accept": media_type})
        assert len(features_of(form, rest.content, fields)) == 1
        assert 'rel="prev"' in rest.headers["Link"]
        empty = client.get(f"{LIST}?f={form}&status=resolved")
        assert features_of(form, empty.content, fields) == []
        assert "Link" not in empty.headers
        (tmp_path / f"{form}.json").write_bytes(client.get(f"{LIST}?f={form}").content)
    for form in ("geojson", "geojsonseq", "ndjson"):  # GDAL reads a sequence by either
        command = ["ogrinfo", "-ro", "-al", "-so", tmp_path / f"{form}.json"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "Feature Count: 3" in told, form
        assert "Geometry: Point" in told


ACCEPTED = {
    "application/geo+json;q=0.2, application/x-ndjson;q=0.9": "application/x-ndjson",
    "application/json, application/x-ndjson;q=0.5": "application/geo+json",
    "application/vnd.city-eye.compact+json, */*;q=0.1": "application/vnd.city-eye.compact+json",
    "application/*": "application/geo+json",
    "": "application/geo+json",
}


@pytest.mark.parametrize("accept,media_type", ACCEPTED.items())
def test_the_weights_of_an_accept_header_count(accept, media_type, submitted, client):
    assert client.get(LIST, headers={"Accept": accept}).headers["Content-Type"] == media_type


@pytest.mark.parametrize("accept", ["image/png", "garbage", ";;;,/", "application/geo+json;q=0", "text/\udc80"])
def test_an_accept_header_that_we_cannot_serve_is_refused_as_a_problem(accept, small_city, client):
    response = client.get(LIST, headers={"Accept": accept})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_G7_a_client_that_has_the_answer_is_told_so_until_something_in_its_box_changes(submitted, client, small_city):
    report = submitted()
    around = "bbox={},{},{},{}".format(*lonlat(400, 100), *lonlat(600, 300))
    questions = [around, near(500, 200, 100), "within=" + quote(json.dumps(shape_of(around)))]
    tags = {query: client.get(f"{LIST}?{query}").headers["ETag"] for query in questions}
    assert len(set(tags.values())) == 3

    def statuses() -> set[int]:
        return {
            client.get(f"{LIST}?{query}", headers={"If-None-Match": tag}).status_code for query, tag in tags.items()
        }

    with CaptureQueriesContext(connection) as queries:
        assert statuses() == {304}
    assert len(queries) == 3  # what validates each, no row
    submitted(1900, 900)  # a far corner
    assert statuses() == {304}
    change_status(report=report, to=Status.IN_PROGRESS, note="", by=None, at=START + timedelta(hours=1))
    assert statuses() == {200}
    response = client.get(f"{LIST}?{around}")
    assert response.headers["Cache-Control"] == "public, no-cache"
    tags = {around: response.headers["ETag"]}
    small_city.west_works.code = "renamed"
    small_city.west_works.save()
    assert statuses() == {200}
    assert found(client, f"{around}&department=renamed") == [report.reference]


def shape_of(bbox: str) -> dict:
    west, south, east, north = map(float, bbox.partition("=")[2].split(","))
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def test_what_the_staff_get_is_for_them_alone(submitted, small_city):
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    report = submitted(description="کابل")
    user = MembershipFactory(jurisdiction=small_city.west).user
    _row, secret = make_token(user=user, name="test", at=timezone.now())
    staff = Client(headers={"Authorization": f"Bearer {secret}"})
    response = staff.get(f"{LIST}?{near(500, 200, 100)}&department=1-civil-works")
    assert [each["id"] for each in response.json()["features"]] == [report.reference]
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers
    assert found(Client(), near(500, 200, 100)) == []
