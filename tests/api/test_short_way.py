"""The short way of the map's answers and the long one, side by side: nobody can tell which a request has gone."""

from datetime import UTC, datetime
from functools import partial

import pytest
import time_machine
from django.conf import settings as usual
from django.db import connection
from django.test import Client
from django.utils import timezone

from api.short_way import TO_TILES, WAYS
from geo.prepared import Prepared
from geo.world import world_x, world_y
from people.tokens import make_token
from reports.density import changes, reading
from tests.api.tiles import QUERIES, REFUSED
from tests.factories import CategoryFactory, MembershipFactory, RoutingRuleFactory
from tests.shapes import lonlat
from tests.staff import file_report
from tests.threads import InTheBackground

SHORT = "api.short_way.ShortWayMiddleware"
CORS = "corsheaders.middleware.CorsMiddleware"


@pytest.fixture
def reports(small_city):
    """A dozen reports of two categories, one of them with coarse places."""
    lamp = CategoryFactory(code="street-light", place_precision_m=300)
    RoutingRuleFactory(root=small_city.city, category=lamp, level=small_city.west.level)
    return [file_report(lamp if n % 3 else small_city.pothole, x=150 * n, y=80 * n) for n in range(12)]


@pytest.fixture(autouse=True)
def _frozen():
    """Some answers tell the moment of the request: here it is always the same."""
    with time_machine.travel(datetime(2026, 11, 28, 12, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def both(settings):
    """What a request is answered with, by the short way and without it."""

    def ask(address: str, *, method: str = "get", **headers: str):
        told = []
        for short in (True, False):
            settings.MIDDLEWARE = [CORS, *(each for each in usual.MIDDLEWARE if short or each != SHORT)]
            response = getattr(Client(headers=headers), method)(address)
            told.append((response.status_code, dict(response.headers), response.content))
        return told

    settings.CORS_ALLOWED_ORIGINS = ["https://map.example"]
    return ask


NUMBERS = {zoom: f"{zoom}/{world_x(59.605) >> 30 - zoom}/{world_y(36.303) >> 30 - zoom}.mvt" for zoom in range(17)}
TILES = [f"reports/{NUMBERS[zoom]}" for zoom in (0, 12, 14)]
TILES += [f"reports,districts/{NUMBERS[11]}", f"duplicate-clusters,reports/{NUMBERS[14]}", f"districts/{NUMBERS[9]}"]
TILES += [f"district/{NUMBERS[9]}?version=old"]
CITY = ",".join(map(str, (*lonlat(-100, -100), *lonlat(2100, 1100))))
VIEWS = [f"zoom={zoom}&bbox={CITY}" for zoom in (3, 12, 20)] + ["", "zoom=25", "zoom=3&bbox=1", "zoom=3&colour=red"]


PAGES = [
    "",
    "limit=5",
    f"bbox={CITY}&limit=3&fields=reference",
    "f=ndjson",
    "f=compact",
    "limit=x",
    "after=x",
    "sort=x",
]
PAGES += ["near=59.61,36.31,900", "colour=red", "limit=1&limit=2"]

PLACES = [f"lon={lon}&lat={lat}" for lon, lat in (lonlat(500, 200), lonlat(-3000, 0), (0, 0), lonlat(200, 500)[::-1])]
PLACES += [
    f"{PLACES[0]}&{more}" for more in ("category=pothole", "category=moon", "on=2026-03-21", "on=x", "colour=red")
]
PLACES += ["", "lon=59.6", "lon=x&lat=36.3"]


def test_an_answer_is_the_same_by_the_short_way_and_by_the_long_one(reports, both):
    addresses = [f"/api/v1/tiles/{each}" for each in [*TILES, *REFUSED, *(f"reports/0/0/0.mvt{q}" for q in QUERIES)]]
    addresses += [f"/api/v1/reports?{each}" for each in [*PAGES, *(q[1:] for q in QUERIES)]]
    addresses += [f"/api/v1/route?{each}" for each in PLACES]
    addresses += [f"/api/v1/clusters?{each}" for each in [*VIEWS, *(f"zoom=9&{q[1:]}" for q in QUERIES)]]
    seen = set()
    for address in addresses:
        short, long = both(address)
        assert short == long, address
        seen.add(short[0])
    assert seen == {200, 302, 400, 404, 422}


HEADERS = [
    {"Accept": "*/*"},
    {"Accept": "application/json"},
    {"Accept": "image/png"},
    {"Accept-Language": "en"},
    {"Accept-Language": "fa-IR, en;q=0.5"},
    {"Accept-Encoding": "br, gzip"},
    {"Accept-Encoding": "gzip"},
    {"Origin": "https://map.example"},
    {"Origin": "https://other.example"},
    {"Cookie": f"sessionid=nonsense; csrftoken={'x' * 32}; django_language=en"},
    {"Authorization": "Bearer nonsense"},
    {"Authorization": ""},
    {"If-None-Match": "*"},
    {"If-None-Match": 'W/"nonsense"'},
    {"Host": "elsewhere.example"},
    {"User-Agent": ""},
]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_whatever_a_client_says_of_itself(headers, reports, both):
    for address in (
        f"tiles/{TILES[3]}",
        f"clusters?zoom=16&bbox={CITY}",
        "tiles/reports/25/0/0.mvt",
        "clusters",
        "reports?limit=2",
    ):
        for method in ("get", "head", "options", "put", "delete"):
            short, long = both(f"/api/v1/{address}", method=method, **headers)
            assert short == long, (address, method)


def test_what_a_client_has_need_not_be_sent_either_way(reports, both):
    for address in (f"/api/v1/tiles/{TILES[1]}", f"/api/v1/clusters?zoom=16&bbox={CITY}", "/api/v1/reports"):
        for encoding in ("identity", "br"):
            first, _ = both(address, **{"Accept-Encoding": encoding})
            known = {"Accept-Encoding": encoding, "If-None-Match": first[1]["ETag"]}
            short, long = both(address, **known)
            assert short == long
            assert (short[0], short[2]) == (304, b"")


def test_too_much_is_refused_alike(reports, both, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 3)
    short, long = both("/api/v1/clusters?zoom=20")
    assert short == long
    assert b"too_many_clusters" in short[2]


_SLOW = Prepared("test_slow", {"x0": "int"}, "SELECT pg_sleep(5 + 0 * %(x0)s)")


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_cut_off_alike(reports, both, settings, monkeypatch):
    settings.QUERY_TIMEOUT_MS = 50
    monkeypatch.setattr(changes, "_STATE", _SLOW)
    short, long = both("/api/v1/clusters?zoom=20", **{"Accept-Language": "en"})
    assert short == long
    assert (short[0], b"query_too_expensive" in short[2]) == (503, True)


def test_the_public_goes_the_short_way_and_staff_the_long_one(reports, small_city, client, monkeypatch):
    """Staff see what is not public; where they were taken for the public, or the public for them, this would differ."""
    hidden = file_report(small_city.pothole, x=500, y=500)
    hidden.__class__.objects.filter(pk=hidden.pk).update(is_public=False)
    user = MembershipFactory(jurisdiction=small_city.west).user
    _row, secret = make_token(user=user, name="test", at=timezone.now())
    staff = Client(headers={"Authorization": f"Bearer {secret}"})
    address = f"/api/v1/clusters?zoom=9&bbox={CITY}"
    for _ in range(2):  # the second time what is kept could be mixed up
        assert client.get(address).json()["count"] == 12
        assert staff.get(address).json()["count"] == 13
    for way in [*WAYS.values(), TO_TILES]:
        monkeypatch.setattr(way.view, "dispatch", None)
    for each in (address, f"/api/v1/tiles/{TILES[0]}", "/api/v1/reports"):
        assert client.get(each).status_code == 200
    assert staff.get(address).status_code == 500


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_meanwhile_is_made_anew(reports, client):
    """Neither way fails when the database has been restarted between two requests."""
    addresses = [f"/api/v1/clusters?zoom=9&bbox={CITY}", f"/api/v1/tiles/{TILES[1]}", "/api/v1/reports"]
    for address in addresses:
        before = client.get(address)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            [(lost,)] = cursor.fetchall()
        ended = InTheBackground(partial(_end, lost))
        ended.start()
        ended.join()
        again = client.get(address)
        assert (again.status_code, again.content) == (200, before.content)


def _end(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
