"""Lists of reports: which ones, in which order, in pages both ways, in every form."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import chain
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pyproj import Geod

from geo.nearness import DistanceFrom
from jurisdictions.models import Moderation
from people.tokens import make_token
from reports.handling import change_status
from reports.intake import submit_report
from reports.models import Report
from reports.publishing import hide
from reports.workflow import Status
from tests.factories import CategoryFactory, MembershipFactory, RoutingRuleFactory
from tests.shapes import at, lonlat, polygon, rectangle

START = datetime(2026, 3, 21, 8, 0, tzinfo=UTC)
LIST = "/api/v1/reports"


@pytest.fixture
def file(small_city):
    """Submit a report `minutes` after the start, at a place in metres."""

    def submit(x: float = 500, y: float = 200, *, minutes: float = 0, **changes) -> Report:
        values = {
            "location": at(x, y),
            "category": small_city.pothole,
            "description": "چاله",
            "received_at": START + timedelta(minutes=minutes),
            "source": "web",
        }
        return submit_report(**{**values, **changes})

    return submit


@pytest.fixture
def coarse(small_city):
    """A category whose places are coarse."""
    category = CategoryFactory(code="homeless", name_fa="بی‌خانمان", place_precision_m=500)
    RoutingRuleFactory(root=small_city.city, category=category, level=small_city.west.level)
    return category


def got(client, query: str, **headers) -> dict:
    response = client.get(f"{LIST}?{query}", headers=headers)
    assert response.status_code == 200, response.content
    return response.json()


def found(client, query: str) -> list[str]:
    return [feature["id"] for feature in got(client, query)["features"]]


def near(x: float, y: float, metres: float) -> str:
    return "near={},{},{}".format(*lonlat(x, y), metres)


def link(body: dict, rel: str) -> str | None:
    return next((each["href"] for each in body.get("links", []) if each["rel"] == rel), None)


def walk(client, address: str | None, rel: str, between=lambda: None) -> list[list[str]]:
    """The references on each page, as far as the links lead."""
    pages = []
    while address:
        body = client.get(address).json()
        pages.append([feature["id"] for feature in body["features"]])
        between()
        address = link(body, rel)
    return pages


def test_near_is_by_distance_on_the_ground_and_pages_lead_on_and_back(file, client):
    far, close, middle = file(900, 200), file(510, 200), file(500, 290)
    twin = file(510, 200, minutes=1)  # as far away as another: the id decides
    outside = file(500, 960)
    expected = [close, twin, middle, far]
    body = got(client, near(500, 200, 450))
    assert [each["id"] for each in body["features"]] == [each.reference for each in expected]
    for report, feature in zip(expected, body["features"], strict=True):
        lon, lat = report.public_location.coords
        metres = Geod(ellps="WGS84").inv(*lonlat(500, 200), lon, lat)[2]
        assert feature["properties"]["distance_m"] == pytest.approx(metres, abs=0.06)
    assert outside.reference not in found(client, near(500, 200, 740) + "&sort=received_at")
    assert found(client, near(500, 200, 450) + "&sort=-received_at")[0] == twin.reference
    nearer = lambda: file(501, 200)  # noqa: E731 - nearer than every page: it must not shift what follows
    pages = walk(client, f"{LIST}?{near(500, 200, 450)}&limit=1", "next", between=nearer)
    assert pages == [[each.reference] for each in expected]
    last = walk(client, f"{LIST}?{near(500, 200, 450)}&limit=3&fields=", "next")
    assert sum(map(len, last)) == 8


def test_a_wide_circle_is_searched_from_its_middle_outwards(file, client):
    references = [file(100 + 60 * number, 500).reference for number in range(12)]
    pages = walk(client, f"{LIST}?{near(0, 500, 50000)}&limit=5", "next")
    assert [len(page) for page in pages] == [5, 5, 2]
    assert list(chain.from_iterable(pages)) == references
    backwards = got(client, f"{near(0, 500, 50000)}&limit=5&sort=distance")
    second = client.get(link(backwards, "next")).json()
    assert client.get(link(second, "prev")).json()["features"] == backwards["features"]


def test_within_a_polygon_with_a_hole_or_several(file, client, coarse):
    inside, in_the_hole, elsewhere = file(200, 200), file(500, 500), file(1500, 500)
    edge = file(100, 300)
    file(300, 300, category=coarse)  # its public place is another
    west = polygon(
        [(100, 100), (900, 100), (900, 900), (100, 900)], holes=[[(450, 450), (450, 550), (550, 550), (550, 450)]]
    )
    east = rectangle(1400, 400, width=200, height=200)
    shapes = [
        {"type": "Polygon", "coordinates": [list(map(list, ring.coords)) for ring in (west.exterior, *west.interiors)]}
    ]
    shapes.append(
        {"type": "MultiPolygon", "coordinates": [shapes[0]["coordinates"], [list(map(list, east.exterior.coords))]]}
    )
    both = [found(client, f"category=pothole&within={quote(json.dumps(shape))}") for shape in shapes]
    assert set(both[0]) | {edge.reference} == {inside.reference, edge.reference}
    assert set(both[1]) == {*both[0], elsewhere.reference}
    assert in_the_hole.reference not in both[1]
    planet = {"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]}
    assert len(found(client, f"within={quote(json.dumps(planet))}&category=pothole")) == 4
    small = "bbox={},{},{},{}".format(*lonlat(150, 150), *lonlat(250, 250))
    assert found(client, f"within={quote(json.dumps(shapes[0]))}&{small}&{near(200, 200, 50)}") == [inside.reference]


def test_a_department_finds_what_it_has_but_never_a_coarse_place(file, client, small_city, coarse):
    west, east = file(), file(1500)
    file(category=coarse)
    assert found(client, "department=1-civil-works") == [west.reference]
    assert set(found(client, "department=1-civil-works,2-civil-works")) == {west.reference, east.reference}
    assert client.get(f"{LIST}?department=1-civil-works,nobody").json()["code"] == "unknown_department"


@pytest.mark.parametrize(
    "query",
    ["كوچه", "کوچهٔ", "۱۲", "12", "١٢", "می رود", "مي‌رود", "KOUCHE", "  کوچه   آب ", "مـــی‌رود", "100%", "ﻛﻮﭼﻪ"],
)
def test_words_are_found_in_any_spelling(query, file, client):
    report = file(description="آب از كوچه‌ي ۱۲ می‌رود (Kouche) 100%")
    file(description="چراغ معابر سوخته است، ۱۰۰۰ بار گفتیم")
    assert found(client, f"q={quote(query)}") == [report.reference]


def test_a_search_reads_what_the_public_reads_and_the_reference(file, client, small_city):
    report = file(description="کابل برق؛ تماس با ۰۹۱۵۱۲۳۴۵۶۷")
    assert found(client, f"q={report.reference.lower()}") == [report.reference]
    for query in ("0915123", "کابل چراغ", "ک_بل", "%%", "\\\\", "چراغ"):
        assert found(client, f"q={quote(query)}") == [], query
    small_city.pothole.moderation = Moderation.TEXT_REVIEWED
    small_city.pothole.save()
    file(description="کابل دیگری")
    assert found(client, f"q={quote('کابل')}") == [report.reference]
    hide(report=report)
    assert found(client, f"q={quote('کابل')}") == []


def test_fields_and_sort(file, client):
    first, second = file(), file(minutes=1)
    assert found(client, "sort=received_at") == [first.reference, second.reference]
    assert found(client, "sort=-received_at") == [second.reference, first.reference]
    (feature, _other) = got(client, "fields=text,reference")["features"]
    assert list(feature["properties"]) == ["reference", "text"]
    assert feature["geometry"]["type"] == "Point"
    assert got(client, "fields=&limit=1")["features"][0]["properties"] == {}


@pytest.mark.parametrize("sort", ["-received_at", "received_at"])
def test_G6_pages_lead_on_and_back_while_reports_come(sort, file, client):
    every = [file(minutes=number // 2).reference for number in range(7)]
    expected = every if sort == "received_at" else every[::-1]
    minutes = -1000 if sort == "received_at" else 1000
    newcomer = lambda: file(minutes=minutes)  # noqa: E731 - before every page: it must not shift what follows
    start = f"{LIST}?limit=2&sort={sort}&category=pothole&fields=reference"
    pages = walk(client, start, "next", between=newcomer)
    assert pages == [expected[:2], expected[2:4], expected[4:6], expected[6:]]
    address = start
    for _ in range(7):  # past the four that came in between, to the end
        address = link(client.get(address).json(), "next") or address
    back = walk(client, address, "prev")
    assert list(chain.from_iterable(back[::-1]))[-7:] == expected
    assert len(list(chain.from_iterable(back))) == len(set(chain.from_iterable(back))) == 11


def test_G3_a_box_across_the_antimeridian_is_refused_by_its_name(file, client):
    file()
    for address in (f"{LIST}?bbox=170,36,-170,37", "/api/v1/clusters?zoom=3&bbox=170,36,-170,37"):
        response = client.get(address, headers={"Accept-Language": "en"})
        assert (response.status_code, response.json()["code"]) == (400, "bbox_across_antimeridian")
        assert "two halves" in response.json()["detail"]


def test_G7_a_report_filed_now_is_in_the_next_answer_of_lists_tiles_and_counts(file, client):
    addresses = [LIST, "/api/v1/clusters?zoom=9", "/api/v1/tiles/reports/0/0/0.mvt"]
    before = {address: client.get(address) for address in addresses}
    report = file()
    for address, old in before.items():
        new = client.get(address, headers={"If-None-Match": old.headers["ETag"]})
        assert new.status_code == 200, address
    assert found(client, "") == [report.reference]
    assert client.get(addresses[1]).json()["count"] == 1
    assert client.get(addresses[2]).content != before[addresses[2]].content == b""


def test_G4_the_answer_has_a_box_and_the_right_number_of_decimals(file, client):
    file(100.123, 200.456), file(900, 300)
    body = got(client, "")
    places = [feature["geometry"]["coordinates"] for feature in body["features"]]
    west, south = (min(place[axis] for place in places) for axis in (0, 1))
    east, north = (max(place[axis] for place in places) for axis in (0, 1))
    assert body["bbox"] == [west, south, east, north]
    assert all(len(str(number).partition(".")[2]) <= 7 for place in places for number in place)
    assert 59 < west < 60
    assert 36 < south < 37


def test_a_box_holds_what_lies_in_it_to_the_last_digit(file, client):
    """Whatever finds it: an index of cells in a narrow box, which knows places by whole numbers, or the table."""
    places = [file(37 * n % 900, 91 * n % 400).public_location for n in range(12)]
    lons, lats = sorted(place.x for place in places), sorted(place.y for place in places)
    tiny = 1e-9
    for west, east in ((lons[2], lons[8]), (lons[2] + tiny, lons[8] - tiny), (lons[2] - tiny, lons[2] + tiny)):
        for south, north in ((lats[1], lats[9]), (lats[1] + tiny, lats[9]), (36, 37), (-90, 90)):
            for wide in (False, True):
                box = (west, south, 62.0 if wide else east, north)
                inside = sum(box[0] <= place.x <= box[2] and box[1] <= place.y <= box[3] for place in places)
                assert len(found(client, "bbox=" + ",".join(f"{edge!r}" for edge in box))) == inside, box
    pages = walk(client, f"{LIST}?bbox={lons[0]!r},36,{lons[-1]!r},37&limit=5", "next")
    assert [len(page) for page in pages] == [5, 5, 2]
    assert walk(client, f"{LIST}?bbox=50,36,62,37&limit=5", "next") == pages


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


def test_every_form_holds_the_same_and_links_to_the_rest(file, client, tmp_path):
    for number in range(3):
        file(minutes=number, description='چاله با "گیومه"، \\ و\nخط')
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
def test_the_weights_of_an_accept_header_count(accept, media_type, file, client):
    assert client.get(LIST, headers={"Accept": accept}).headers["Content-Type"] == media_type


@pytest.mark.parametrize("accept", ["image/png", "garbage", ";;;,/", "application/geo+json;q=0", "text/\udc80"])
def test_an_accept_header_that_we_cannot_serve_is_refused_as_a_problem(accept, small_city, client):
    response = client.get(LIST, headers={"Accept": accept})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_G7_a_client_that_has_the_answer_is_told_so_until_something_in_its_box_changes(file, client, small_city):
    report = file()
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
    file(1900, 900)  # a far corner
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


def test_what_the_staff_get_is_for_them_alone(file, small_city):
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    report = file(description="کابل")
    user = MembershipFactory(jurisdiction=small_city.west).user
    _row, secret = make_token(user=user, name="test", at=timezone.now())
    staff = Client(headers={"Authorization": f"Bearer {secret}"})
    response = staff.get(f"{LIST}?{near(500, 200, 100)}&department=1-civil-works")
    assert [each["id"] for each in response.json()["features"]] == [report.reference]
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers
    assert found(Client(), near(500, 200, 100)) == []


PLANS = {
    "bbox=59.6,36.3,59.602,36.302&limit=1000": "Index Only Scan using reports_report_public_spot",
    "bbox=59.6,36.3,59.602,36.302&limit=1000&q=چاله": "reports_report_public",
    "bbox=50,30,70,40&limit=1000": "reports_report_page",
    "near=59.6,36.3,300": "reports_report_public_place",
    'within={"type":"Polygon","coordinates":[[[59.6,36.3],[59.602,36.3],[59.602,36.302],[59.6,36.3]]]}': (
        "reports_report_public_place"
    ),
    "q=نایاب": "reports_report_public_words",
    "limit=1000": "reports_report_page",
}


@pytest.fixture
def many(file) -> None:
    """4,000 reports, in rows and columns 25 metres apart, one a minute."""
    file()
    columns = """root_id, category_id, description, address, language, source, device_hash, reported_at, is_public,
        public_text, public_jurisdictions, status, status_at, department_id, jurisdictions"""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO reports_report ({columns}, reference, location, public_location, received_at)
                SELECT {columns}, 'X' || n, place, place, received_at - n * interval '1 minute'
                FROM reports_report, generate_series(1, 4000) AS n,
                     LATERAL (SELECT ST_Translate(public_location, n %% 80 / 4000.0, n / 80 / 4000.0) AS place) AS moved
            """,
            [],
        )
        cursor.execute("ANALYZE reports_report")


def test_every_question_goes_by_an_index_and_the_last_page_as_fast_as_the_first(
    many, client, django_assert_num_queries
):
    for query, index in PLANS.items():
        assert index in plan_of(client, f"{LIST}?{query}"), query
    address = f"{LIST}?limit=1000&fields="
    for _ in range(3):
        address = link(client.get(address).json(), "next")
        plan = plan_of(client, address)
        assert "Index Scan using reports_report_page" in plan
        assert "Index Cond: (received_at <=" in plan
        assert "Rows Removed by Filter: 1\n" in plan or "Rows Removed by Filter" not in plan
    with django_assert_num_queries(3):  # what validates, the key, the page
        assert len(client.get(address).json()["features"]) == 1000
    assert len(client.get(f"{LIST}?f=ndjson&fields=").content.splitlines()) == 1000


def test_pages_by_distance_hold_every_report_once_both_ways(many, client):
    middle = "near=59.61,36.305,1500&fields=distance_m"
    pages, metres, address = [], [], f"{LIST}?{middle}&limit=700"
    while address:
        body = client.get(address).json()
        pages.append([each["id"] for each in body["features"]])
        metres += [each["properties"]["distance_m"] for each in body["features"]]
        address, last = link(body, "next"), address
    place = DistanceFrom("public_location", lon=59.61, lat=36.305)
    expected = Report.objects.annotate(metres=place).filter(metres__lte=1500).order_by("metres", "id")
    assert list(chain.from_iterable(pages)) == list(expected.values_list("reference", flat=True))
    assert metres == sorted(metres)
    assert len(pages) > 3
    assert walk(client, last, "prev") == pages[::-1]


def plan_of(client, address: str) -> str:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN (ANALYZE, TIMING off) " + queries[-1]["sql"].partition("; ")[2])
        return "\n".join(row[0] for row in cursor.fetchall())
