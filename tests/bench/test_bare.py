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

from bench import bare, clusters, pages, routing, tiles
from bench.guard import Different, read_tile, same_count, same_page, same_route
from bench.questions import CLUSTERS, REPORTS, ROUTE, TILES
from bench.statements import Recording, Unrecordable, record
from geo.world import shift, world_x, world_y
from reports.intake import submit_report
from tests.factories import CategoryFactory, LevelFactory, RoutingRuleFactory
from tests.shapes import at, lonlat

NOON = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)
PAGE = f"{REPORTS}?bbox=59.59,36.29,59.63,36.32&limit=1000"


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

    def make(address: str, module: str) -> Recording:
        recording = record(address, module=module)
        monkeypatch.setattr(bare, "recordings", lambda: {address: recording})
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


def route_to(x: float, y: float) -> str:
    lon, lat = lonlat(x, y)
    return f"{ROUTE}?lon={lon}&lat={lat}&category=pothole"


def test_the_bare_route_runs_the_routing_statement_of_the_endpoint_and_no_other(small_city, ask, recorded):
    address = route_to(500, 200)
    recorded(address, routing.MODULE)

    ours, sent = ask(address)
    rows, bare_sent = ask(routing.BARE + address)

    assert len(bare_sent) == 1
    assert bare_sent[0] in sent
    assert "city_eye_find_ground" in bare_sent[0][0]
    same_route(ours, rows)


def test_the_bare_page_runs_the_statement_of_the_list_and_no_other(three_reports, ask, recorded):
    recorded(PAGE, pages.MODULE)

    _, sent = ask(PAGE)
    _, bare_sent = ask(pages.BARE + PAGE)

    assert len(bare_sent) == 1
    assert str(bare_sent[0][0]) in [sql for sql, _ in sent]
    assert "reports_report" in bare_sent[0][0]


@pytest.mark.parametrize("other", [pages.BARE, pages.DRF_GIS])
def test_a_page_of_another_holds_our_features(three_reports, ask, recorded, other: str):
    recorded(PAGE, pages.MODULE)

    page, _ = ask(PAGE)
    theirs, _ = ask(other + PAGE)

    assert len(json.loads(page)["features"]) == 3
    same_page(page, theirs)


@pytest.mark.parametrize("other", [pages.BARE, pages.DRF_GIS])
def test_a_page_of_another_obeys_the_box(three_reports, ask, recorded, other: str):
    west, south, east, north = *lonlat(0, 0), *lonlat(1000, 1000)
    address = f"{REPORTS}?bbox={west},{south},{east},{north}&limit=1000"
    recorded(address, pages.MODULE)

    page, _ = ask(address)
    theirs, _ = ask(other + address)

    assert len(json.loads(page)["features"]) == 1
    same_page(page, theirs)


def test_the_bare_tile_has_the_reports_of_ours(three_reports, ask, recorded):
    lon, lat = lonlat(500, 200)
    place = f"{tiles.SINGLES}/{world_x(lon) >> shift(tiles.SINGLES)}/{world_y(lat) >> shift(tiles.SINGLES)}"
    recorded(f"{TILES}/{place}.mvt", tiles.POINTS_MODULE)

    ours, _ = ask(f"{TILES}/{place}.mvt")
    packed, sent = ask(f"{tiles.BARE_PACKED}{TILES}/{place}.mvt")

    assert len(sent) == 1
    references = {each["reference"] for each in read_tile(ours)}
    assert set(packed.rpartition(b"\n")[2].decode().split("\x1f")) == references != set()


@pytest.mark.parametrize(
    ("address", "module"),
    [
        (f"{CLUSTERS}?bbox=59.59,36.29,59.63,36.32&zoom=11", clusters.MODULE),
        (f"{TILES}/0/0/0.mvt", tiles.CLUSTERS_MODULE),
    ],
)
def test_the_bare_clusters_count_what_ours_count(three_reports, ask, recorded, address: str, module: str):
    recorded(address, module)

    ours, _ = ask(address)
    rows, sent = ask(clusters.BARE + address)

    assert len(sent) == 1
    count = json.loads(ours)["count"] if address.startswith(CLUSTERS) else sum(x["count"] for x in read_tile(ours))
    assert count == 3
    same_count(count, rows)
    with pytest.raises(Different):
        same_count(4, rows)


def test_a_request_that_is_not_answered_by_one_statement_is_not_recorded(small_city):
    with pytest.raises(Unrecordable, match=r"status 200, 3 statements of jurisdictions\.routing_query"):
        record(route_to(-1500, 200), module=routing.MODULE)


def test_a_request_that_is_refused_is_not_recorded(small_city):
    with pytest.raises(Unrecordable, match="status 400"):
        record(f"{REPORTS}?limit=0", module=pages.MODULE)


@pytest.mark.parametrize(
    ("member", "value"),
    [("status", "resolved"), ("text", ""), ("department_code", None), ("received_at", "2026-03-21T12:00:01+00:00")],
)
def test_the_guard_sees_a_property_that_differs(three_reports, ask, member: str, value: str | None):
    page, _ = ask(PAGE)
    changed = json.loads(page)
    changed["features"][0]["properties"][member] = value

    with pytest.raises(Different, match="چاله"):
        same_page(page, json.dumps(changed).encode())


def test_the_guard_sees_a_place_that_differs(three_reports, ask):
    page, _ = ask(PAGE)
    changed = json.loads(page)
    changed["features"][0]["geometry"]["coordinates"][0] += 1e-6

    with pytest.raises(Different):
        same_page(page, json.dumps(changed).encode())


def test_the_guard_leaves_out_what_lies_beyond_the_box_and_nothing_else(three_reports, ask):
    page, _ = ask(PAGE)
    features = json.loads(page)["features"]
    box = (59.59, 36.29, features[1]["geometry"]["coordinates"][0] - 1e-6, 36.32)  # the second lies beside it

    same_page(json.dumps({"features": features[:1]}).encode(), page, within=box)
    with pytest.raises(Different):
        same_page(json.dumps({"features": features[1:]}).encode(), page, within=box)


def test_the_guard_sees_features_that_are_missing_or_in_another_order(three_reports, ask):
    page, _ = ask(PAGE)
    features = json.loads(page)["features"]

    for others in (features[:-1], features[::-1]):
        with pytest.raises(Different):
            same_page(page, json.dumps({"features": others}).encode())


@pytest.mark.parametrize(
    ("column", "value"), [("department_code", "2-civil-works"), ("edge_m", 1.0), ("code", "2")], ids=str
)
def test_the_guard_sees_a_route_that_differs(small_city, ask, recorded, column: str, value: object):
    address = route_to(500, 200)
    recorded(address, routing.MODULE)
    ours, _ = ask(address)
    rows = json.loads(ask(routing.BARE + address)[0])
    names, values = rows
    values[0][names.index(column)] = value

    with pytest.raises(Different):
        same_route(ours, json.dumps(rows).encode())
