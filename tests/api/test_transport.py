"""How answers travel: smaller for those who can read that, to pages of other hosts where a setting says so, by HEAD."""

import gzip
import os
import subprocess
import sys

import brotli
import pytest
from django.conf import settings as usual
from django.test import Client
from django.urls import get_resolver, resolve

from api.compression import accepted
from tests.api.test_description import views

LIST = "/api/v1/reports"


@pytest.fixture
def three(small_city, post, filing):
    """Three reports."""
    for _ in range(3):
        post(filing())


def test_answers_are_compressed_as_the_client_asks_and_still_need_not_be_fetched_again(three, client):
    plain = client.get(LIST)
    for asked, name, decoded in [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip;q=1.0, br;q=0", "gzip", gzip.decompress),
        ("*", "br", brotli.decompress),
    ]:
        response = client.get(LIST, headers={"Accept-Encoding": asked})
        assert response.headers["Content-Encoding"] == name
        assert decoded(response.content) == plain.content
        assert int(response.headers["Content-Length"]) == len(response.content) < len(plain.content)
        assert "Accept-Encoding" in response.headers["Vary"]
        tag = response.headers["ETag"]
        assert tag == "W/" + plain.headers["ETag"]
        for other in (asked, "identity"):
            again = client.get(LIST, headers={"Accept-Encoding": other, "If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert plain.headers["ETag"].startswith('"')


@pytest.mark.parametrize(
    "header,name",
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZIP ; q=0.5", "gzip"),
        ("br;q=0.000,gzip;q=0.001", "gzip"),
        ("*;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("gzip;q=0, *", "br"),
        (",;=,;q=,\udc80", None),
        ("zstd", None),
    ],
)
def test_an_encoding_is_chosen_by_the_header(header, name):
    assert accepted(header) == name


def test_pages_beside_the_api_and_small_answers_are_left_as_they_are(small_city, client):
    for address in ("/", "/admin/login/", f"{LIST}?status=resolved"):
        response = client.get(address, headers={"Accept-Encoding": "br, gzip"})
        assert response.status_code == 200
        assert "Content-Encoding" not in response.headers, address


@pytest.fixture
def elsewhere(settings):
    """A client of a service that pages of others may ask: everybody's, or those of one."""

    def make(origin: str) -> Client:
        settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *usual.MIDDLEWARE]
        settings.CORS_ALLOW_ALL_ORIGINS = origin == "*"
        settings.CORS_ALLOWED_ORIGINS = [] if origin == "*" else [origin]
        return Client(headers={"Origin": "https://map.example"})

    return make


def test_scripts_of_other_pages_are_let_in_by_a_setting_alone(three, elsewhere):
    asked = Client(headers={"Origin": "https://map.example"}).get(LIST)
    assert not [name for name in asked.headers if name.startswith("Access-Control")]
    everybody = elsewhere("*").get(LIST)
    assert everybody.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in everybody.headers
    assert "ETag" in everybody.headers["Access-Control-Expose-Headers"]
    refused = elsewhere("*").get(f"{LIST}?limit=x")
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (400, "*")
    preflight = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    answer = elsewhere("https://map.example").options(LIST, headers=preflight)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://map.example"
    assert "Access-Control-Allow-Origin" not in elsewhere("https://other.example").get(LIST).headers
    assert "Access-Control-Allow-Origin" not in elsewhere("*").get("/admin/login/").headers


@pytest.mark.parametrize(
    "origins,told",
    [
        ("", "False [] True"),
        ("*", "True [] False"),
        ("https://a.example, https://b.example", "False ['https://a.example', 'https://b.example'] True"),
    ],
)
def test_the_setting_names_the_pages(origins, told):
    program = """from config import settings as s
print(s.CORS_ALLOW_ALL_ORIGINS, s.CORS_ALLOWED_ORIGINS, "POST" in s.CORS_ALLOW_METHODS, "cors" in s.MIDDLEWARE[0])"""
    environment = {**os.environ, "CORS_ALLOWED_ORIGINS": origins}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == f"{told} {bool(origins)}"


FILLED_IN = {
    "reference": "NOPE",
    "number": "1",
    "layers": "reports",
    "level": "district",
    "version": "none",
    "z": "1",
    "x": "0",
    "y": "0",
}


def test_head_is_answered_wherever_get_is_and_options_tell_the_methods(three, client, rf):
    seen = 0
    for pattern, view in views(get_resolver()):
        address = "/" + pattern
        for name, value in FILLED_IN.items():
            for kind in ("str", "int", "slug", "path"):
                address = address.replace(f"<{kind}:{name}>", value)
        if "<" in address or not hasattr(view, "get"):
            continue
        seen += 1
        resolve(address)
        got, headed = client.get(address), client.head(address)
        assert (headed.status_code, headed.content) == (got.status_code, b""), address
        assert headed.headers["Content-Type"] == got.headers["Content-Type"], address
        options = client.options(address)
        assert options.status_code in {200, 401}, address
        if options.status_code == 200:
            assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", ")), address
    assert seen >= 10
