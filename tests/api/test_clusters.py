"""Clusters and counts at the front door: exact, for the right eyes, refused with a sentence."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from jurisdictions.models import Category, Moderation
from people.models import Role
from people.tokens import make_token
from reports.density import reading
from reports.handling import change_status
from reports.intake import submit_report
from reports.models import Report
from tests.factories import CategoryFactory, LevelFactory, MembershipFactory, RoutingRuleFactory
from tests.shapes import at, lonlat

ADDRESS = "/api/v1/clusters"
START = datetime(2026, 3, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def filed(small_city):
    """File a report at a place in metres."""

    def file(x: float, y: float = 200, *, category=None, received_at: datetime = START) -> Report:
        return submit_report(
            location=at(x, y),
            category=category or small_city.pothole,
            description="چاله",
            received_at=received_at,
            source="web",
        )

    return file


@pytest.fixture
def scattered(filed, small_city):
    """Five reports in the west, one of them of another category and one dealt with, and two in the east."""
    light = CategoryFactory(code="street-light")
    RoutingRuleFactory(root=small_city.city, category=light, level=small_city.west.level)
    west = [filed(x) for x in (100, 300, 500, 700)]
    west.append(filed(900, category=light, received_at=START.replace(day=25)))
    change_status(report=west[0], to="resolved", note="done", at=START)
    return [*west, filed(1200), filed(1900, 900)]


def read(client: Client, query: str) -> dict:
    response = client.get(f"{ADDRESS}?{query}")
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "application/geo+json"
    return response.json()


def refused(client: Client, query: str) -> tuple[int, str, str]:
    response = client.get(f"{ADDRESS}?{query}")
    problem = response.json()
    return response.status_code, problem["code"], problem["errors"][0]["field"]


def test_a_cluster_is_a_feature_with_flat_properties(scattered, client):
    collection = read(client, "zoom=4")
    (cluster,) = collection["features"]
    assert collection["count"] == 7
    properties = cluster["properties"]
    west, south, east, north = collection["bbox"]
    places = [each.public_location for each in scattered]
    assert west <= min(place.x for place in places) < west + 0.0002
    assert south <= min(place.y for place in places) < south + 0.0002
    assert east - 0.0002 < max(place.x for place in places) <= east
    assert north - 0.0002 < max(place.y for place in places) <= north
    assert west < cluster["geometry"]["coordinates"][0] < east
    assert cluster["id"] == "7/85/50"
    assert properties == {
        "count": 7,
        "expansion_zoom": properties["expansion_zoom"],
        "received": 6,
        "resolved": 1,
        "top_categories": "pothole:6,street-light:1",
    }
    assert cluster["bbox"] == collection["bbox"]
    zoom = properties["expansion_zoom"]
    assert [len(read(client, f"zoom={each}")["features"]) for each in (zoom - 1, zoom)] == [1, 2]
    assert read(client, "zoom=24")["features"][0]["properties"]["reference"] in {each.reference for each in scattered}


def test_G1_there_may_be_nothing(small_city, client):
    assert read(client, "zoom=24&bbox=1,2,3,4") == {"type": "FeatureCollection", "count": 0, "features": []}


@pytest.mark.parametrize("zoom", [0, 8, 13, 15, 20, 24])
def test_G5_counts_are_those_of_the_list_for_every_filter_and_any_split(zoom, scattered, client):
    filters = [
        "",
        "category=pothole",
        "status=received",
        "category=pothole&status=received,in_progress",
        "district=1",
        "zone=1-1&status=received",
        "within=district:1",
        "within=zone:1-1&status=received&district=1",
        "within=district:1&district=2",
        "from=2026-03-22",
        "from=2026-03-21T08:00:00Z&to=2026-03-25&category=pothole",
    ]
    middle, top = lonlat(600, 250)
    halves = [f"59,36,{middle},37", f"{middle},36,60,{top}", f"{middle},{top},60,37"]
    for each in filters:
        listed = client.get(f"/api/v1/reports?limit=1000&{each}").json()["features"]
        assert read(client, f"zoom={zoom}&{each}")["count"] == len(listed), each
        assert sum(read(client, f"zoom={zoom}&bbox={box}&{each}")["count"] for box in halves) == len(listed), each


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("", "required", "zoom"),
        *((f"zoom={zoom}", "invalid_zoom", "zoom") for zoom in ("25", "-1", "1.5", "x", "", "1e1", "٣", "9" * 99)),
        ("zoom=3&zoom=4", "repeated_parameter", "zoom"),
        *(
            (f"zoom=3&bbox={bbox}", "invalid_bbox", "bbox")
            for bbox in ("1,2,3", "a,b,c,d", "1,2,nan,4", "1,9,3,4", "1,2,181,4", "1,2,3,inf", "", "1,2,3,4,5,6", ",,,")
        ),
        ("zoom=3&bbox=170,2,-170,4", "bbox_across_antimeridian", "bbox"),
        ("zoom=3&category=ufo", "unknown_category", "category"),
        ("zoom=3&status=lost", "unknown_status", "status"),
        ("zoom=3&district=99", "unknown_district", "district"),
        ("zoom=3&from=yesterday", "invalid_time", "from"),
        ("zoom=3&limit=9", "unknown_parameter", "limit"),
        ("zoom=3&category=%00", "invalid_characters", "category"),
    ],
)
def test_what_is_not_understood_is_refused(query, code, field, small_city, client):
    assert refused(client, query) == (400, code, field)


def test_more_clusters_than_a_map_can_draw_are_refused(scattered, client, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 3)
    assert read(client, "zoom=4")["count"] == 7
    assert refused(client, "zoom=20") == (400, "too_many_clusters", "bbox")


def test_an_answer_holds_until_something_changes_where_it_looks(filed, client):
    filed(100)
    here = f"{ADDRESS}?zoom=18&bbox={','.join(map(str, (*lonlat(0, 0), *lonlat(400, 400))))}"
    first = client.get(here)
    assert first.headers["Cache-Control"] == "public, no-cache"
    etag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(here, headers=etag).status_code == 304
    assert client.head(here, headers=etag).status_code == 304
    filed(1900, 900)
    report = filed(200)
    again = client.get(here, headers=etag)
    assert (again.status_code, again.json()["count"]) == (200, 2)
    change_status(report=report, to="resolved", note="done", at=START)
    third = client.get(here, headers={"If-None-Match": again.headers["ETag"]})
    assert third.status_code == 200
    assert client.get(f"{here}&status=resolved", headers={"If-None-Match": third.headers["ETag"]}).status_code == 200


def test_the_staff_count_what_is_in_their_charge_and_the_public_what_is_public(filed, small_city, client):
    filed(100), filed(1500)
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    filed(200), filed(1600)
    user = MembershipFactory(role=Role.HANDLER, jurisdiction=small_city.west).user
    _row, secret = make_token(user=user, name="test", at=timezone.now())
    staff = Client(headers={"Authorization": f"Bearer {secret}"})
    for zoom in (3, 14, 20):
        assert read(client, f"zoom={zoom}")["count"] == 2
        assert read(staff, f"zoom={zoom}")["count"] == 3
        assert read(staff, f"zoom={zoom}&category=pothole&status=received")["count"] == 3
        assert read(staff, f"zoom={zoom}&district=2")["count"] == 1
    response = staff.get(f"{ADDRESS}?zoom=3")
    assert (response.headers["Cache-Control"], response.has_header("ETag")) == ("private, no-store", False)
    assert staff.get("/api/v1/jurisdictions/counts?level=district").json()["count"] == 3


def test_a_coarse_place_is_counted_where_the_public_sees_it(filed, small_city, client):
    small_city.pothole.place_precision_m = 700
    small_city.pothole.save()
    report = filed(100, 100)
    lon, lat = report.public_location.coords
    assert lonlat(100, 100) != (lon, lat)
    near = 0.00001
    assert read(client, f"zoom=20&bbox={lon - near},{lat - near},{lon + near},{lat + near}")["count"] == 1
    true = report.location
    around = f"{true.x - near},{true.y - near},{true.x + near},{true.y + near}"
    assert read(client, f"zoom=20&bbox={around}")["count"] == 0


def test_each_jurisdiction_has_its_count(scattered, client):
    address = "/api/v1/jurisdictions/counts"
    answer = client.get(f"{address}?level=district")
    assert answer.json() == {
        "level": "district",
        "count": 7,
        "problems": 7,
        "counts": [
            {"code": "1", "city_code": "sample", "count": 5, "problems": 5, "received": 4, "resolved": 1},
            {"code": "2", "city_code": "sample", "count": 2, "problems": 2, "received": 2},
        ],
    }
    for query in ("category=pothole&status=received", "from=2026-03-22", "zone=1-1", "status=rejected"):
        for row in client.get(f"{address}?level=district&{query}").json()["counts"]:
            listed = client.get(f"/api/v1/reports?district={row['code']}&{query}").json()["features"]
            assert row["count"] == len(listed), query
    assert client.get(f"{address}?level=city").json()["count"] == 7
    assert client.get(f"{address}?level=moon").json()["code"] == "unknown_level"
    assert client.get(address).json()["code"] == "required"
    assert client.get(f"{address}?level=district&zoom=3").json()["code"] == "unknown_parameter"
    etag = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"{address}?level=district", headers=etag).status_code == 304


def test_a_view_is_read_in_few_statements(scattered, client, django_assert_max_num_queries):
    read(client, "zoom=14")
    for query in ("zoom=14&bbox=59,36,60,37&category=pothole", "zoom=14&bbox=59,36,60,37", "zoom=4&status=received"):
        with django_assert_max_num_queries(2):
            read(client, query)


def test_a_renamed_category_and_a_new_level_show_with_the_next_answer(scattered, small_city, client):
    """Names are remembered in the process, under a version that comes with each answer."""
    first = client.get(f"{ADDRESS}?zoom=4")
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{ADDRESS}?zoom=4", headers=known).status_code == 304
    Category.objects.filter(code="pothole").update(code="hole")
    again = client.get(f"{ADDRESS}?zoom=4", headers=known)
    assert again.json()["features"][0]["properties"]["top_categories"] == "hole:6,street-light:1"
    assert read(client, "zoom=4&category=hole")["count"] == 6
    assert refused(client, "zoom=4&category=pothole") == (400, "unknown_category", "category")
    assert refused(client, "zoom=4&park=1") == (400, "unknown_parameter", "park")
    LevelFactory(code="park", rank=40)
    assert refused(client, "zoom=4&park=1") == (400, "unknown_park", "park")


def test_the_same_is_counted_behind_a_pooler_that_parts_transactions(scattered, client, settings):
    queries = [
        "zoom=11&bbox=59.6,36.29,59.61,36.31",
        "zoom=12&category=pothole&bbox=59,36,60,36.3",
        "zoom=3&status=resolved",
    ]
    prepared = [read(client, query) for query in queries]
    settings.PREPARE_STATEMENTS = False
    assert [read(client, query) for query in queries] == prepared
