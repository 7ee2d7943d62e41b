"""The API describes itself, and lets nobody in by accident."""

import contextlib
import json
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from api.permissions import Nobody
from api.v1.bodies import _CODES

PATHS = {
    "/api/v1/reports": {"get", "post"},
    "/api/v1/reports/similar": {"get", "post"},
    "/api/v1/reports/{reference}": {"get", "patch"},
    "/api/v1/reports/{reference}/decline": {"post"},
    "/api/v1/reports/{reference}/assign": {"post"},
    "/api/v1/reports/{reference}/support": {"post", "delete"},
    "/api/v1/reports/{reference}/duplicates": {"get", "post"},
    "/api/v1/duplicate-clusters": {"get"},
    "/api/v1/duplicate-clusters/merge": {"post"},
    "/api/v1/duplicate-clusters/{reference}": {"get"},
    "/api/v1/duplicate-clusters/{reference}/split": {"post"},
    "/api/v1/duplicate-clusters/{reference}/members": {"post"},
    "/api/v1/duplicate-acts/{number}/undo": {"post"},
    "/api/v1/reports/{reference}/answer": {"post"},
    "/api/v1/reports/{reference}/feedback": {"post"},
    "/api/v1/reports/{reference}/status": {"post"},
    "/api/v1/reports/{reference}/accept": {"post"},
    "/api/v1/reports/{reference}/delegation": {"post", "patch", "delete"},
    "/api/v1/reports/{reference}/notes": {"get", "post"},
    "/api/v1/reports/{reference}/checklist": {"get", "post"},
    "/api/v1/reports/{reference}/assignments": {"get"},
    "/api/v1/reports/{reference}/deadlines": {"get"},
    "/api/v1/statistics/deadlines": {"get"},
    "/api/v1/reports/{reference}/photos": {"get", "post"},
    "/api/v1/reports/{reference}/photos/{number}": {"get", "patch", "delete"},
    "/api/v1/reports/{reference}/photos/{number}/{file}": {"get"},
    "/api/v1/photos/{name}.jpg": {"get"},
    "/api/v1/photos/hash": {"post"},
    "/api/v1/reports/{reference}/uploads": {"post"},
    "/api/v1/uploads/{key}": {"patch", "delete"},
    "/api/v1/recomputations": {"post"},
    "/api/v1/recomputations/{number}": {"get"},
    "/api/v1/recomputations/{number}/apply": {"post"},
    "/api/v1/reroutings": {"post"},
    "/api/v1/reroutings/{number}": {"get"},
    "/api/v1/reroutings/{number}/moves": {"get"},
    "/api/v1/reroutings/{number}/apply": {"post"},
    "/api/v1/reroutings/{number}/undo": {"post"},
    "/api/v1/desk/load": {"get"},
    "/api/v1/desk/reports": {"get"},
    "/api/v1/desk/reports/bulk": {"post"},
    "/api/v1/desk/reports/{reference}": {"get"},
    "/api/v1/desk/reports/{reference}/work-order": {"get"},
    "/api/v1/desk/reasons": {"get"},
    "/api/v1/desk/answers": {"get"},
    "/api/v1/reports/{reference}/route": {"get"},
    "/api/v1/route": {"get", "post"},
    "/api/v1/clusters": {"get"},
    "/api/v1/jurisdictions": {"get"},
    "/api/v1/jurisdictions/counts": {"get"},
    "/api/v1/jurisdictions/{version}/{level}.geojson": {"get"},
    "/api/v1/tiles/{layers}.json": {"get"},
    "/api/v1/tiles/{layers}/{z}/{x}/{y}.mvt": {"get"},
    "/api/v1/statistics/satisfaction": {"get"},
    "/api/v1/streets": {"get"},
    "/api/v1/categories": {"get"},
}


def test_the_description_is_openapi_3_and_names_every_endpoint(db, client, capsys):
    response = client.get("/api/schema", headers={"Accept": "application/json"})
    description = json.loads(response.content)
    assert description["openapi"].startswith("3.0")
    described = {
        path: set(item) & {"get", "post", "put", "patch", "delete"} for path, item in description["paths"].items()
    }
    assert described == PATHS
    assert "Warning" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("version=%0d%0aX:y", "unknown_parameter"),
        ("format=json", "unknown_parameter"),
        ("lang=tlh", "unknown_value"),
        ("lang=", "unknown_value"),
    ],
)
def test_the_description_is_asked_for_as_it_is(db, client, query, code):
    answer = client.get(f"/api/schema?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert client.get("/api/schema?lang=en").status_code == 200


def test_every_code_is_in_the_documentation(db, client):
    text = client.get("/api/schema", headers={"Accept": "application/json"}).json()["info"]["description"]
    source = "".join(path.read_text() for path in Path("api").rglob("*.py"))
    used = set(re.findall(r"""code=["']([a-z_]+)["']|(?:fail|bad)\((?:\w+, |"\w+", )?["']([a-z_]+)["']""", source))
    renamed = {*_CODES, "lon"}  # the framework's own words, and a parameter's name that the pattern takes for a code
    codes = {code for pair in used for code in pair if code} - renamed
    assert len(codes) > 20
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


def test_the_documentation_asks_no_other_host_for_anything(db, client):
    page = client.get("/api/docs").content.decode()
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page)
    for asset in re.findall(r"(?:src|href)=[\"'](/static/[^\"']+)", page):
        with contextlib.closing(client.get(asset)) as response:
            assert response.status_code == 200, asset


def views(resolver: URLResolver, prefix: str = ""):
    """Every (address, view class) below a resolver."""
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern, address)
        elif isinstance(pattern, URLPattern) and address.startswith("api/"):
            yield address, getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))


def test_every_endpoint_names_who_may_call_it():
    found = dict(views(get_resolver()))
    assert len(found) >= len(PATHS)
    for address, view in found.items():
        assert view is not None, address
        assert issubclass(view, APIView), address
        assert view.permission_classes, address
        assert not {Nobody, AllowAny} & set(view.permission_classes), address


def test_an_endpoint_that_names_nobody_lets_nobody_in(rf):
    response = APIView.as_view()(rf.get("/"))
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/healthz"])
def test_health_is_told_while_the_database_answers(path, db, client):
    assert client.get(path).content == b"ok\n"
