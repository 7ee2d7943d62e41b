"""Lists of reports: which ones, in which order, in pages both ways."""

import json
from itertools import chain
from urllib.parse import quote

import pytest
from pyproj import Geod

from jurisdictions.models import Moderation
from reports.publishing import hide
from tests.api.lists import LIST, found, got, link, near, walk
from tests.factories import CategoryFactory, RoutingRuleFactory
from tests.shapes import lonlat, polygon, rectangle


@pytest.fixture
def coarse(small_city):
    """A category whose places are coarse."""
    category = CategoryFactory(code="homeless", name_fa="بی‌خانمان", place_precision_m=500)
    RoutingRuleFactory(root=small_city.city, category=category, level=small_city.west.level)
    return category


def test_near_is_by_distance_on_the_ground_and_pages_lead_on_and_back(submitted, client):
    far, close, middle = submitted(900, 200), submitted(510, 200), submitted(500, 290)
    twin = submitted(510, 200, minutes=1)  # as far away as another: the id decides
    outside = submitted(500, 960)
    expected = [close, twin, middle, far]
    body = got(client, near(500, 200, 450))
    assert [each["id"] for each in body["features"]] == [each.reference for each in expected]
    for report, feature in zip(expected, body["features"], strict=True):
        lon, lat = report.public_location.coords
        metres = Geod(ellps="WGS84").inv(*lonlat(500, 200), lon, lat)[2]
        assert feature["properties"]["distance_m"] == pytest.approx(metres, abs=0.06)
    assert outside.reference not in found(client, near(500, 200, 740) + "&sort=received_at")
    assert found(client, near(500, 200, 450) + "&sort=-received_at")[0] == twin.reference
    nearer = lambda: submitted(501, 200)  # noqa: E731 - nearer than every page: it must not shift what follows
    pages = walk(client, f"{LIST}?{near(500, 200, 450)}&limit=1", "next", between=nearer)
    assert pages == [[each.reference] for each in expected]
    last = walk(client, f"{LIST}?{near(500, 200, 450)}&limit=3&fields=", "next")
    assert sum(map(len, last)) == 8


def test_a_wide_circle_is_searched_from_its_middle_outwards(submitted, client):
    references = [submitted(100 + 60 * number, 500).reference for number in range(12)]
    pages = walk(client, f"{LIST}?{near(0, 500, 50000)}&limit=5", "next")
    assert [len(page) for page in pages] == [5, 5, 2]
    assert list(chain.from_iterable(pages)) == references
    backwards = got(client, f"{near(0, 500, 50000)}&limit=5&sort=distance")
    second = client.get(link(backwards, "next")).json()
    assert client.get(link(second, "prev")).json()["features"] == backwards["features"]


def test_within_a_polygon_with_a_hole_or_several(submitted, client, coarse):
    inside, in_the_hole, elsewhere = submitted(200, 200), submitted(500, 500), submitted(1500, 500)
    edge = submitted(100, 300)
    submitted(300, 300, category=coarse)  # its public place is another
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


def test_a_department_finds_what_it_has_but_never_a_coarse_place(submitted, client, small_city, coarse):
    west, east = submitted(), submitted(1500)
    submitted(category=coarse)
    assert found(client, "department=1-civil-works") == [west.reference]
    assert set(found(client, "department=1-civil-works,2-civil-works")) == {west.reference, east.reference}
    assert client.get(f"{LIST}?department=1-civil-works,nobody").json()["code"] == "unknown_department"


@pytest.mark.parametrize(
    "query",
    ["كوچه", "کوچهٔ", "۱۲", "12", "١٢", "می رود", "مي‌رود", "KOUCHE", "  کوچه   آب ", "مـــی‌رود", "100%", "ﻛﻮﭼﻪ"],
)
def test_words_are_found_in_any_spelling(query, submitted, client):
    report = submitted(description="آب از كوچه‌ي ۱۲ می‌رود (Kouche) 100%")
    submitted(description="چراغ معابر سوخته است، ۱۰۰۰ بار گفتیم")
    assert found(client, f"q={quote(query)}") == [report.reference]


def test_a_search_reads_what_the_public_reads_and_the_reference(submitted, client, small_city):
    report = submitted(description="کابل برق؛ تماس با ۰۹۱۵۱۲۳۴۵۶۷")
    assert found(client, f"q={report.reference.lower()}") == [report.reference]
    for query in ("0915123", "کابل چراغ", "ک_بل", "%%", "\\\\", "چراغ"):
        assert found(client, f"q={quote(query)}") == [], query
    small_city.pothole.moderation = Moderation.TEXT_REVIEWED
    small_city.pothole.save()
    submitted(description="کابل دیگری")
    assert found(client, f"q={quote('کابل')}") == [report.reference]
    hide(report=report)
    assert found(client, f"q={quote('کابل')}") == []


def test_fields_and_sort(submitted, client):
    first, second = submitted(), submitted(minutes=1)
    assert found(client, "sort=received_at") == [first.reference, second.reference]
    assert found(client, "sort=-received_at") == [second.reference, first.reference]
    (feature, _other) = got(client, "fields=text,reference")["features"]
    assert list(feature["properties"]) == ["reference", "text"]
    assert feature["geometry"]["type"] == "Point"
    assert got(client, "fields=&limit=1")["features"][0]["properties"] == {}


@pytest.mark.parametrize("sort", ["-received_at", "received_at"])
def test_G6_pages_lead_on_and_back_while_reports_come(sort, submitted, client):
    every = [submitted(minutes=number // 2).reference for number in range(7)]
    expected = every if sort == "received_at" else every[::-1]
    minutes = -1000 if sort == "received_at" else 1000
    newcomer = lambda: submitted(minutes=minutes)  # noqa: E731 - before every page: it must not shift what follows
    start = f"{LIST}?limit=2&sort={sort}&category=pothole&fields=reference"
    pages = walk(client, start, "next", between=newcomer)
    assert pages == [expected[:2], expected[2:4], expected[4:6], expected[6:]]
    address = start
    for _ in range(7):  # past the four that came in between, to the end
        address = link(client.get(address).json(), "next") or address
    back = walk(client, address, "prev")
    assert list(chain.from_iterable(back[::-1]))[-7:] == expected
    assert len(list(chain.from_iterable(back))) == len(set(chain.from_iterable(back))) == 11


def test_G3_a_box_across_the_antimeridian_is_refused_by_its_name(submitted, client):
    submitted()
    for address in (f"{LIST}?bbox=170,36,-170,37", "/api/v1/clusters?zoom=3&bbox=170,36,-170,37"):
        response = client.get(address, headers={"Accept-Language": "en"})
        assert (response.status_code, response.json()["code"]) == (400, "bbox_across_antimeridian")
        assert "two halves" in response.json()["detail"]


def test_G4_the_answer_has_a_box_and_the_right_number_of_decimals(submitted, client):
    submitted(100.123, 200.456), submitted(900, 300)
    body = got(client, "")
    places = [feature["geometry"]["coordinates"] for feature in body["features"]]
    west, south = (min(place[axis] for place in places) for axis in (0, 1))
    east, north = (max(place[axis] for place in places) for axis in (0, 1))
    assert body["bbox"] == [west, south, east, north]
    assert all(len(str(number).partition(".")[2]) <= 7 for place in places for number in place)
    assert 59 < west < 60
    assert 36 < south < 37


def test_a_box_holds_what_lies_in_it_to_the_last_digit(submitted, client):
    """Whatever finds it: an index of cells in a narrow box, which knows places by whole numbers, or the table."""
    places = [submitted(37 * n % 900, 91 * n % 400).public_location for n in range(12)]
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
