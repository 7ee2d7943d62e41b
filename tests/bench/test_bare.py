"""The bare views run the statements of our endpoints, and everybody who is compared gives the same data."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings

from bench import bare
from bench.contests import LISTING, REPORTS, ROUTE, ROUTING
from bench.guard import Different, same_page, same_route
from bench.statements import Recording, Unrecordable, record
from reports.intake import submit_report
from tests.factories import CategoryFactory, LevelFactory, RoutingRuleFactory
from tests.shapes import at, lonlat

NOON = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)
PAGE = "bbox=59.59,36.29,59.63,36.32&limit=1000"


@pytest.fixture(autouse=True)
def _frozen():
    """Statements carry the moment of the request: here it is always the same."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ask(client: Client) -> Callable[[str], tuple[bytes, list[tuple[str, Any]]]]:
    """Get an address of City Eye, or one of the bench's server; the body, and the statements it took."""

    def get(address: str) -> tuple[bytes, list[tuple[str, Any]]]:
        sent = []

        def keep(execute, sql, values, many, context):
            sent.append((sql, values))
            return execute(sql, values, many, context)

        with ExitStack() as stack:
            if not address.startswith("/api/"):
                stack.enter_context(override_settings(ROOT_URLCONF="bench.urls", MIDDLEWARE=[]))
            stack.enter_context(connection.execute_wrapper(keep))
            response = client.get(address)
        assert response.status_code == 200, response.content
        return response.content, sent

    return get


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recording]:
    """Record a request, for the bare views as well."""

    def make(path: str, query: str, module: str) -> Recording:
        recording = record(f"{path}?{query}", module=module)
        monkeypatch.setattr(bare, "recordings", lambda: {query: recording})
        return recording

    return make


@pytest.fixture
def three_reports(small_city) -> None:
    """Two on the page of the bench, one of them with a coarse place, and one outside its box."""
    LevelFactory(code="neighborhood", rank=30)
    coarse = CategoryFactory(code="noise", place_precision_m=100)
    RoutingRuleFactory(root=small_city.city, category=coarse, function=small_city.west_works.function)
    for minute, (x, category) in enumerate([(500, small_city.pothole), (1500, coarse), (1900, small_city.pothole)]):
        submit_report(
            location=at(x, 200),
            category=category,
            description='چاله با "گیومه"',
            received_at=NOON - timedelta(minutes=minute),
            source="web",
        )


def route_query(x: float, y: float) -> str:
    lon, lat = lonlat(x, y)
    return f"lon={lon}&lat={lat}&category=pothole"


def test_the_bare_route_runs_the_routing_statement_of_the_endpoint_and_no_other(small_city, ask, recorded):
    query = route_query(500, 200)
    recorded(ROUTE, query, ROUTING)

    ours, sent = ask(f"{ROUTE}?{query}")
    rows, bare_sent = ask(f"/bare/route?{query}")

    assert len(bare_sent) == 1
    assert bare_sent[0] in sent
    assert "city_eye_find_ground" in bare_sent[0][0]
    same_route(ours, rows)


def test_the_bare_page_runs_the_statement_of_the_list_and_no_other(three_reports, ask, recorded):
    recorded(REPORTS, PAGE, LISTING)

    _, sent = ask(f"{REPORTS}?{PAGE}")
    _, bare_sent = ask(f"/bare/reports?{PAGE}")

    assert len(bare_sent) == 1
    assert str(bare_sent[0][0]) in [sql for sql, _ in sent]
    assert "reports_report" in bare_sent[0][0]


@pytest.mark.parametrize("other", ["bare", "drf-gis"])
def test_a_page_of_another_holds_our_features(three_reports, ask, recorded, other: str):
    recorded(REPORTS, PAGE, LISTING)

    page, _ = ask(f"{REPORTS}?{PAGE}")
    theirs, _ = ask(f"/{other}/reports?{PAGE}")

    assert len(json.loads(page)["features"]) == 3
    same_page(page, theirs)


@pytest.mark.parametrize("other", ["bare", "drf-gis"])
def test_a_page_of_another_obeys_the_box(three_reports, ask, recorded, other: str):
    west, south, east, north = *lonlat(0, 0), *lonlat(1000, 1000)
    query = f"bbox={west},{south},{east},{north}&limit=1000"
    recorded(REPORTS, query, LISTING)

    page, _ = ask(f"{REPORTS}?{query}")
    theirs, _ = ask(f"/{other}/reports?{query}")

    assert len(json.loads(page)["features"]) == 1
    same_page(page, theirs)


def test_a_request_that_is_not_answered_by_one_statement_is_not_recorded(small_city):
    with pytest.raises(Unrecordable, match=r"status 200, 3 statements of jurisdictions\.routing_query"):
        record(f"{ROUTE}?{route_query(-1500, 200)}", module=ROUTING)


def test_a_request_that_is_refused_is_not_recorded(small_city):
    with pytest.raises(Unrecordable, match="status 400"):
        record(f"{REPORTS}?limit=0", module=LISTING)


@pytest.mark.parametrize(
    ("member", "value"),
    [("status", "resolved"), ("text", ""), ("department_code", None), ("received_at", "2026-03-21T12:00:01+00:00")],
)
def test_the_guard_sees_a_property_that_differs(three_reports, ask, member: str, value: str | None):
    page, _ = ask(f"{REPORTS}?{PAGE}")
    changed = json.loads(page)
    changed["features"][0]["properties"][member] = value

    with pytest.raises(Different, match="چاله"):
        same_page(page, json.dumps(changed).encode())


def test_the_guard_sees_a_place_that_differs(three_reports, ask):
    page, _ = ask(f"{REPORTS}?{PAGE}")
    changed = json.loads(page)
    changed["features"][0]["geometry"]["coordinates"][0] += 1e-6

    with pytest.raises(Different):
        same_page(page, json.dumps(changed).encode())


def test_the_guard_sees_features_that_are_missing_or_in_another_order(three_reports, ask):
    page, _ = ask(f"{REPORTS}?{PAGE}")
    features = json.loads(page)["features"]

    for others in (features[:-1], features[::-1]):
        with pytest.raises(Different):
            same_page(page, json.dumps({"features": others}).encode())


@pytest.mark.parametrize(
    ("column", "value"), [("department_code", "2-civil-works"), ("edge_m", 1.0), ("code", "2")], ids=str
)
def test_the_guard_sees_a_route_that_differs(small_city, ask, recorded, column: str, value: object):
    query = route_query(500, 200)
    recorded(ROUTE, query, ROUTING)
    ours, _ = ask(f"{ROUTE}?{query}")
    rows = json.loads(ask(f"/bare/route?{query}")[0])
    rows[0][column] = value

    with pytest.raises(Different):
        same_route(ours, json.dumps(rows).encode())
