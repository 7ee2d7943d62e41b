"""JSON is UTF-8 (RFC 8259): a body that says that it is in another encoding is refused, not read as what it is not."""

import json

import pytest
from django.test import Client

from reports.models import Report

SENTENCE = "Send JSON in UTF-8; no other encoding is read."
REFUSED = ["latin-1", "ISO-8859-1", "windows-1256", "utf-16", "utf-8-sig", '"cp1252"', "nonsense", "\udc80", ""]


def sent(client: Client, body: dict, charset: str, kind: str = "application/json", address: str = "reports"):
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Accept-Language": "en"}
    # As it is: `post` would write it in the encoding that it is told.
    return client.generic("POST", f"/api/v1/{address}", content, f"{kind}{charset}", headers=headers)


@pytest.mark.parametrize("charset", REFUSED)
def test_a_report_in_another_encoding_is_refused_and_not_stored(small_city, filing, client, charset):
    response = sent(client, filing(), f"; charset={charset}")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_charset")
    assert response.json()["detail"] == SENTENCE
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Report.objects.exists()


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8", '; charset="utf-8"', ";charset=utf8"])
def test_utf_8_by_any_of_its_names_is_read(small_city, filing, client, charset):
    response = sent(client, filing(description="چاله"), charset)
    assert response.status_code == 201, response.content
    assert Report.objects.get().description == "چاله"


def test_what_holds_no_more_than_ascii_is_utf_8_as_well(small_city, filing, client):
    body = json.dumps(filing(description="چاله")).encode("ascii")
    response = client.generic("POST", "/api/v1/reports", body, "application/json; charset=us-ascii")
    assert response.status_code == 201, response.content
    assert Report.objects.get().description == "چاله"


def test_a_collection_of_points_is_no_exception(small_city, client):
    points = {"type": "FeatureCollection", "features": []}
    response = sent(client, points, "; charset=latin-1", "application/geo+json", "route")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_charset")
    assert sent(client, points, "; charset=utf-8", "application/geo+json", "route").status_code == 200


def test_a_type_of_endless_length_is_a_bad_request_and_no_mistake_of_ours(small_city, filing, client):
    response = sent(client, filing(), f"; charset={'x' * 50_000}")
    assert response.status_code in {400, 415}
    assert not Report.objects.exists()
