"""What a process remembers of the map's answers is never older than the database."""

import random
from urllib.request import urlopen

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api import memory
from geo.world import world_x, world_y
from jurisdictions.models import Category, Department, Level
from reports.density import fold, rebuild
from reports.duplicates import merge
from reports.models import Report
from reports.publishing import hide
from tests.factories import CategoryFactory, RoutingRuleFactory
from tests.processes import running_server
from tests.reports.density_ground import START, fold_all, some_write, submit
from tests.shapes import lonlat

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

CITY = ",".join(map(str, (*lonlat(-100, -100), *lonlat(2100, 1100))))
HALF = ",".join(map(str, (*lonlat(-100, -100), *lonlat(777, 1100))))


def tile(zoom: int, query: str = "", *, layers: str = "reports", x: float = 600, y: float = 400) -> str:
    """The address of the tile that holds a place in metres."""
    lon, lat = lonlat(x, y)
    return f"/api/v1/tiles/{layers}/{zoom}/{world_x(lon) >> 30 - zoom}/{world_y(lat) >> 30 - zoom}.mvt{query}"


ADDRESSES = [
    *map(tile, (0, 8, 11, 12, 14, 15)),
    tile(11, layers="reports,districts"),
    tile(13, layers="duplicate-clusters,reports"),
    tile(11, "?category=pothole&status=received,in_progress"),
    tile(11, "?district=1&from=2026-03-21"),
    tile(11, "?department=city-civil-works"),
    f"/api/v1/clusters?zoom=11&bbox={CITY}",
    f"/api/v1/clusters?zoom=16&bbox={HALF}",
    f"/api/v1/clusters?zoom=20&bbox={HALF}&status=received",
    f"/api/v1/clusters?zoom=8&bbox={CITY}&category=noise,waste",
    f"/api/v1/clusters?zoom=8&bbox={CITY}&within=district:2",
    f"/api/v1/clusters?zoom=8&bbox={CITY}&q=چاله",
]


@pytest.fixture
def kinds(small_city):
    """A plain category, a coarse one and one that is shown only after a review."""
    coarse = CategoryFactory(code="noise", place_precision_m=300)
    reviewed = CategoryFactory(code="waste", moderation="reviewed")
    for category in (coarse, reviewed):
        RoutingRuleFactory(root=small_city.city, category=category, level=small_city.west.level)
    return [small_city.pothole, coarse, reviewed]


@pytest.fixture
def crowd(kinds):
    """Twenty reports all over the city, of each of the categories."""
    return [submit(kinds[n % 3], 97 * n, 47 * n) for n in range(20)]


def told(client, address: str):
    response = client.get(address)
    return response.status_code, response.content, response.get("ETag")


def see_that_nothing_is_stale(client, why: object) -> None:
    """What is answered now, from memory where that holds, is what is answered by a process that remembers nothing."""
    answered = [told(client, address) for address in ADDRESSES]
    assert {status for status, _content, _etag in answered} <= {200, 400}
    remembering, memory.answers = memory.answers, memory.Answers()
    try:
        for address, answer in zip(ADDRESSES, answered, strict=True):
            memory.answers.forget()
            assert told(client, address) == answer, (address, why)
    finally:
        memory.answers = remembering


@pytest.mark.parametrize("seed", [1, 2])
def test_G7_after_every_write_and_fold_the_answer_is_that_of_the_database(seed, crowd, kinds, client):
    chance = random.Random(seed)
    see_that_nothing_is_stale(client, "at first")
    for number in range(15):
        some_write(chance, kinds)
        see_that_nothing_is_stale(client, (seed, number, "written"))
        if chance.random() < 0.4:
            fold()
            see_that_nothing_is_stale(client, (seed, number, "folded"))


def test_what_is_no_change_of_a_report_shows_as_well(crowd, kinds, small_city, client):
    changes = {
        "merged": lambda: merge(reports=[crowd[0], crowd[3]], by=None, at=START),
        "hidden far away": lambda: hide(report=crowd[19]),
        "another code": lambda: Category.objects.filter(code="pothole").update(code="hole"),
        "its old code": lambda: Category.objects.filter(code="hole").update(code="pothole"),
        "coarser": lambda: Category.objects.filter(code="pothole").update(place_precision_m=200),
        "another department": lambda: Department.objects.filter(code="city-civil-works").update(code="works"),
        "another level": lambda: Level.objects.create(code="park", name_fa="پارک", rank=40),
        "another name": lambda: _rename(small_city.west),
        "rebuilt": rebuild,
    }
    for why, change in changes.items():
        see_that_nothing_is_stale(client, f"before: {why}")
        change()
        see_that_nothing_is_stale(client, why)


def _rename(place) -> None:
    place.name_fa = "باختر"
    place.save()


def test_an_extent_narrows_when_the_change_is_folded(kinds, client):
    """The counts are right before; the extent of a cell that lost a report at its edge only then."""
    reports = [submit(kinds[0], x, 200) for x in (300, 310, 1400)]
    fold_all()
    address = f"/api/v1/clusters?zoom=5&bbox={CITY}"
    hide(report=reports[2])
    wide = client.get(address)
    fold_all()
    narrow = client.get(address)
    assert wide["ETag"] == narrow["ETag"]
    assert wide.json()["count"] == narrow.json()["count"] == 2
    assert wide.json()["bbox"][2] > narrow.json()["bbox"][2]


def test_what_is_asked_again_costs_one_small_question_and_is_not_made_again(crowd, client):
    for address in (tile(11), tile(14), f"/api/v1/clusters?zoom=11&bbox={CITY}"):
        first = client.get(address)
        with CaptureQueriesContext(connection) as asked:
            again = client.get(address)
        assert len(asked) == 1, address
        assert "city_eye_state" in asked[0]["sql"]
        assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))
        submit(crowd[0].category, 500, 200)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) == 2, address


def test_each_form_of_an_answer_is_kept_by_itself(crowd, client):
    address = f"/api/v1/clusters?zoom=18&bbox={CITY}"
    forms = {name: client.get(address, headers={"Accept-Encoding": name}) for name in ("br", "gzip", "identity")}
    assert [forms[name].get("Content-Encoding") for name in forms] == ["br", "gzip", None]
    with CaptureQueriesContext(connection) as asked:
        for name, first in forms.items():
            again = client.get(address, headers={"Accept-Encoding": name})
            assert (again.content, dict(again.headers)) == (first.content, dict(first.headers))
    assert len(asked) == 3


def test_two_processes_see_a_write_of_a_third_at_once(crowd, kinds):
    with running_server(workers=2) as server:

        def counts() -> set[int]:
            found = set()
            for _ in range(12):  # a connection each: both processes answer
                with urlopen(f"{server}/api/v1/clusters?zoom=9&bbox={CITY}") as response:
                    found.add(int(response.read().partition(b'"count":')[2].partition(b",")[0]))
            return found

        public = Report.objects.filter(is_public=True)
        assert counts() == {public.count()}
        for number in range(5):
            submit(kinds[0], 300 + number, 400)
            assert counts() == {public.count()}
            hide(report=crowd[3 * number])
            assert counts() == {public.count()}
            fold()
            assert counts() == {public.count()}


def test_a_setting_turns_it_off(crowd, client, settings):
    settings.MAP_MEMORY_BYTES = 0
    client.get(ADDRESSES[2])
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(ADDRESSES[2])
        assert len(asked) == 2
    assert memory.answers.size == 0
