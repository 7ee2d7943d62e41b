"""Problems for maps and open data: reports and problems told apart, and nothing coarse or private sharpened by it."""

import json

import mapbox_vector_tile
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geo.world import world_x, world_y
from reports.models import DuplicateCluster, LinkState, Report
from reports.publishing import hide
from tests.factories import CategoryFactory
from tests.reports.duplicate_ground import link, together
from tests.shapes import lonlat

PROBLEMS = "/api/v1/duplicate-clusters"


@pytest.fixture
def told_of(told, found, small_city):
    """A hole told of by three in the west, a lamp told of by two across the edge, and one thing told of once."""
    lamp = CategoryFactory(code="street-light", name_fa="چراغ", name_en="Street light")
    holes = [told(number, minutes=number) for number in range(3)]
    lamps = [told(x, minutes=x, category=lamp, words="چراغ خاموش است") for x in (499, 501)]
    link(*lamps, state=LinkState.CONFIRMED)
    once = told(-400, minutes=30, words="جدول شکسته")
    found(*holes, *lamps, once)
    assert together(*holes)
    assert together(*lamps)
    return holes, lamps, once


def get(client, address: str, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_D14_lists_name_duplicate_and_parent(told_of, client) -> None:
    holes, lamps, once = told_of

    rows = {each["id"]: each["properties"] for each in get(client, "/api/v1/reports")["features"]}

    said = {reference: (row["duplicate"], row["parent"]) for reference, row in rows.items()}
    assert said == {
        holes[0].reference: (False, None),
        holes[1].reference: (True, holes[0].reference),
        holes[2].reference: (True, holes[0].reference),
        lamps[0].reference: (False, None),
        lamps[1].reference: (True, lamps[0].reference),
        once.reference: (False, None),
    }
    one = get(client, f"/api/v1/reports/{holes[1].reference}")["properties"]
    assert (one["duplicate"], one["parent"]) == (True, holes[0].reference)
    boxed = get(client, "/api/v1/reports", bbox="59.5,36.2,59.7,36.4", fields="duplicate,parent")
    assert {each["id"]: tuple(each["properties"].values()) for each in boxed["features"]} == said


def test_D14_public_counters_tell_problems_from_reports(told_of, client) -> None:
    counts = get(client, "/api/v1/jurisdictions/counts", level="district")

    rows = {each["code"]: (each["count"], each["problems"]) for each in counts["counts"]}
    assert rows == {"1": (5, 3), "2": (1, 1)}  # the lamp is a problem on either side of the edge
    assert (counts["count"], counts["problems"]) == (6, 3)  # and one in all
    holes = get(client, "/api/v1/jurisdictions/counts", level="district", category="pothole")
    assert (holes["count"], holes["problems"]) == (4, 2)


def test_problems_are_listed_with_count_dates_and_extent(told_of, client) -> None:
    holes, lamps, _once = told_of

    found = get(client, PROBLEMS)["features"]

    assert [each["id"] for each in found] == [lamps[0].reference, holes[0].reference]
    hole = found[1]["properties"]
    assert (hole["count"], hole["categories"], hole["category"]) == (3, "pothole", "pothole")
    assert hole["first_report_at"] < hole["last_report_at"]
    west, _south = lonlat(500, 500)
    east, _north = lonlat(502, 500)
    assert (hole["west"], hole["east"]) == pytest.approx((west, east), abs=1e-6)
    assert found[1]["geometry"]["coordinates"] == pytest.approx(list(lonlat(500, 500)), abs=1e-6)


def test_problems_are_filtered_and_paged_as_reports_are(told_of, client) -> None:
    holes, lamps, _once = told_of

    def ids(**query) -> list[str]:
        return [each["id"] for each in get(client, PROBLEMS, **query)["features"]]

    assert ids(category="pothole") == [holes[0].reference]
    assert ids(district="1,2", status="received") == [lamps[0].reference, holes[0].reference]
    assert ids(status="resolved") == []
    west, south = lonlat(400, 400)
    east, north = lonlat(600, 600)
    assert ids(bbox=f"{west},{south},{east},{north}") == [holes[0].reference]
    first = get(client, PROBLEMS, limit=1)
    [link_on] = [each["href"] for each in first["links"] if each["rel"] == "next"]
    assert [each["id"] for each in client.get(link_on).json()["features"]] == [holes[0].reference]
    assert client.get(PROBLEMS, {"bbox": "1,2,3"}).status_code == 400
    assert client.get(PROBLEMS, {"fields": "received_at"}).status_code == 400
    assert client.get(PROBLEMS, {"f": "ndjson"}).content.count(b"\n") == 2


def test_what_is_coarse_or_private_is_no_duplicate_for_the_public(told, found, small_city, client) -> None:
    coarse = CategoryFactory(code="stray-dogs", place_precision_m=100)
    dogs = [told(number, minutes=number, category=coarse, words="سگ‌های ولگرد") for number in range(2)]
    link(*dogs, state=LinkState.CONFIRMED)
    holes = [told(300 + number, minutes=10 + number) for number in range(2)]
    found(*dogs, *holes)
    assert together(*dogs)
    hide(report=holes[1])

    assert get(client, PROBLEMS)["features"] == []
    rows = get(client, "/api/v1/reports")["features"]
    assert {(each["properties"]["duplicate"], each["properties"]["parent"]) for each in rows} == {(False, None)}
    counts = get(client, "/api/v1/jurisdictions/counts", level="district")
    assert (counts["count"], counts["problems"]) == (3, 3)
    for report in [*dogs, *holes]:
        assert holes[1].reference not in client.get(f"/api/v1/reports/{report.reference}").content.decode() or (
            report == holes[1]
        )


def test_a_list_that_was_read_before_is_read_again_when_its_problems_change(told, found, client) -> None:
    first, second = told(), told(1, minutes=1)
    before = {address: client.get(address).headers["ETag"] for address in ("/api/v1/reports", PROBLEMS)}

    found(first, second)

    for address, etag in before.items():
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 200
    etag = client.get("/api/v1/reports").headers["ETag"]
    hide(report=first)  # another root, and nothing else of the other reports
    assert client.get("/api/v1/reports", headers={"If-None-Match": etag}).status_code == 200


def test_problems_are_a_layer_of_tiles(told_of, client) -> None:
    holes, lamps, _once = told_of
    z = 14
    lon, lat = lonlat(500, 500)
    x, y = world_x(lon) >> (30 - z), world_y(lat) >> (30 - z)

    answer = client.get(f"/api/v1/tiles/reports,duplicate-clusters/{z}/{x}/{y}.mvt")

    layers = mapbox_vector_tile.decode(answer.content)
    found = {each["properties"]["reference"]: each["properties"] for each in layers["duplicate-clusters"]["features"]}
    assert found[holes[0].reference] == {
        "reference": holes[0].reference,
        "category": "pothole",
        "status": "received",
        "count": 3,
    }
    assert set(found) <= {holes[0].reference, lamps[0].reference}
    assert len(layers["reports"]["features"]) >= 3
    described = client.get("/api/v1/tiles/duplicate-clusters.json").json()
    assert [each["id"] for each in described["vector_layers"]] == ["duplicate-clusters"]
    assert client.get("/api/v1/tiles/duplicate-clusters,duplicate-clusters.json").status_code == 404


def test_a_page_of_problems_takes_as_many_statements_as_one_of_them(told_of, told, found, client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(PROBLEMS)
        return len(asked)

    statements()  # what is planned once for each connection
    before = statements()
    found(
        *(told(100 + number // 2 * 50, y=100, minutes=60 + number, words=f"جوی {number // 2}") for number in range(6))
    )
    assert DuplicateCluster.objects.count() > 2
    assert Report.objects.count() > 6
    assert statements() == before
    assert json.loads(client.get(PROBLEMS).content)["features"]
