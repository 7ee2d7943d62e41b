"""Reports read back: GeoJSON, filters, pages, and what the public never sees."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jurisdictions.models import Moderation
from people.models import Role
from people.tokens import make_token
from reports.models import Report
from reports.publishing import hide, publish
from tests.api.submitted_ground import START
from tests.factories import CategoryFactory, MembershipFactory, RoutingRuleFactory
from tests.shapes import lonlat


def references(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [feature["id"] for feature in response.json()["features"]]


def test_G1_an_empty_city_gives_an_empty_collection(small_city, client):
    response = client.get("/api/v1/reports")
    assert response.headers["Content-Type"] == "application/geo+json"
    assert response.json() == {"type": "FeatureCollection", "features": []}


def test_G4_a_report_is_a_feature_with_flat_properties(submitted, client):
    report = submitted(description='چاله با "گیومه" و \\ و </script>')
    (feature,) = client.get("/api/v1/reports").json()["features"]
    assert feature["id"] == report.reference
    assert feature["geometry"] == {"type": "Point", "coordinates": list(lonlat(500, 200))}
    assert feature["properties"] == {
        "reference": report.reference,
        "category": "pothole",
        "status": "received",
        "received_at": "2026-03-21T08:00:00+00:00",
        "reported_at": "2026-03-21T08:00:00+00:00",
        "text": 'چاله با "گیومه" و \\ و </script>',
        "department_code": "1-civil-works",
        "duplicate": False,
        "parent": None,
        "district_code": "1",
        "zone_code": "1-1",
    }


@pytest.mark.parametrize(
    "accept",
    [
        "application/geo+json",
        "application/json",
        "*/*",
        "text/plain, application/json",
        "text/html,*/*;q=0.8",
    ],
)
def test_map_clients_ask_in_many_ways_and_get_geojson(accept, submitted, client):
    submitted()
    response = client.get("/api/v1/reports", headers={"Accept": accept})
    assert response.headers["Content-Type"] == "application/geo+json"
    assert len(response.json()["features"]) == 1


def test_a_box_gives_what_lies_in_it_edges_included(submitted, client):
    inside, edge = submitted(x=500), submitted(x=600)
    submitted(x=601)
    (west, south), (east, north) = lonlat(400, 100), lonlat(600, 300)
    east = lonlat(600, 200)[0]
    response = client.get(f"/api/v1/reports?bbox={west},{south},{east},{north}")
    assert set(references(response)) == {inside.reference, edge.reference}


def test_filters_narrow_together(submitted, client, small_city):
    other = CategoryFactory(code="street-light", name_fa="چراغ")
    RoutingRuleFactory(root=small_city.city, category=other, level=small_city.west.level)
    west, east = submitted(), submitted(x=1500)
    light = submitted(category=other)
    get = client.get
    assert references(get("/api/v1/reports?district=2")) == [east.reference]
    assert set(references(get("/api/v1/reports?district=1,2&category=pothole"))) == {
        west.reference,
        east.reference,
    }
    assert references(get("/api/v1/reports?category=street-light&district=1")) == [light.reference]
    assert references(get("/api/v1/reports?zone=1-1&category=pothole")) == [west.reference]
    assert references(get("/api/v1/reports?status=resolved")) == []
    assert len(references(get("/api/v1/reports?status=received,resolved"))) == 3


def test_from_and_to_are_half_open_and_a_bare_day_is_the_citys(submitted, client):
    # 20:30 UTC is midnight in Tehran.
    before = submitted(received_at=datetime(2026, 3, 21, 20, 29, 59, tzinfo=UTC))
    midnight = submitted(received_at=datetime(2026, 3, 21, 20, 30, tzinfo=UTC))
    assert references(client.get("/api/v1/reports?to=2026-03-22")) == [before.reference]
    assert references(client.get("/api/v1/reports?from=2026-03-22")) == [midnight.reference]
    assert references(client.get("/api/v1/reports?from=2026-03-21T20:30:00Z")) == [midnight.reference]
    assert references(client.get("/api/v1/reports?to=2026-03-22T00:00:00%2B03:30")) == [before.reference]


def test_G6_pages_hold_every_report_once_while_new_ones_arrive(submitted, client):
    expected = [submitted(minutes=number // 2).reference for number in range(7)][::-1]
    seen, address = [], "/api/v1/reports?limit=2&category=pothole"
    while address:
        response = client.get(address)
        seen += references(response)
        submitted(minutes=1000)  # newer than every page: it must not shift what follows
        address = next((link["href"] for link in response.json().get("links", []) if link["rel"] == "next"), None)
        assert address is None or "category=pothole" in address
    assert seen == expected


def test_a_page_key_survives_the_hiding_of_its_report(submitted, client):
    old, middle, _new = submitted(), submitted(minutes=1), submitted(minutes=2)
    link = client.get("/api/v1/reports?limit=2").json()["links"][0]["href"]
    hide(report=middle)
    assert references(client.get(link)) == [old.reference]


@pytest.mark.parametrize("size", [1, 25])
def test_a_list_asks_the_database_the_same_few_questions_for_any_size(
    size, submitted, client, django_assert_num_queries
):
    for number in range(size):
        submitted(minutes=number)
    client.get("/api/v1/reports")  # remembers the catalog
    with django_assert_num_queries(2):  # the changes with the catalog's version, the page
        assert len(references(client.get("/api/v1/reports"))) == size


def test_one_report_is_read_with_names_and_reasons(submitted, client):
    report = submitted()
    response = client.get(f"/api/v1/reports/{report.reference}")
    assert response.headers["Content-Type"] == "application/geo+json"
    properties = response.json()["properties"]
    assert properties["reference"] == report.reference
    assert properties["jurisdictions"]["district"] == {
        "code": "1",
        "name_fa": "منطقه ۱",
        "name_en": "District 1",
    }
    assert properties["department"]["code"] == "1-civil-works"
    assert properties["status_updates"] == [{"status": "received", "at": START.isoformat(), "note": ""}]
    assert "Pothole" in properties["explanation"]["en"]
    assert properties["status_name_fa"] == "دریافت شد"


SECRETS = [
    "Maryam",
    "989151234567",
    "0915 123 4567",
    "9151234567",
    "maryam@example.com",
    "my own alley",
    "device-42",
]


def test_G9_no_public_answer_holds_what_the_reporter_said_of_herself(small_city, post, filing, client):
    body = filing(
        description="چاله؛ تماس با 0915 123 4567 یا ۰۹۱۵۱۲۳۴۵۶۷ یا maryam@example.com",
        address="my own alley",
        contact={"name": "Maryam", "phone": "۰۹۱۵ ۱۲۳ ۴۵۶۷", "email": "maryam@example.com"},
        device_id="device-42",
    )
    reference = post(body).json()["id"]
    for address in ("/api/v1/reports", f"/api/v1/reports/{reference}"):
        text = json.dumps(Client().get(address).json(), ensure_ascii=False)
        assert reference in text
        assert not [secret for secret in [*SECRETS, "۰۹۱۵۱۲۳۴۵۶۷", "token", "track"] if secret in text]


@pytest.mark.parametrize(
    "moderation,listed,text",
    [
        (Moderation.AT_ONCE, True, "چاله"),
        (Moderation.TEXT_REVIEWED, True, ""),
        (Moderation.REVIEWED, False, None),
        (Moderation.NEVER, False, None),
    ],
)
def test_G9_the_category_decides_what_the_public_sees(moderation, listed, text, submitted, small_city, client):
    small_city.pothole.moderation = moderation
    small_city.pothole.save()
    report = submitted()
    features = client.get("/api/v1/reports").json()["features"]
    assert [feature["properties"]["text"] for feature in features] == ([text] if listed else [])
    assert client.get(f"/api/v1/reports/{report.reference}").status_code == (200 if listed else 404)


def test_a_review_publishes_the_text_and_hiding_takes_it_back(submitted, small_city, client):
    small_city.pothole.moderation = Moderation.REVIEWED
    small_city.pothole.save()
    report = submitted(description="زنگ بزنید ۰۹۱۵۱۲۳۴۵۶۷")
    publish(report=report)
    (feature,) = client.get("/api/v1/reports").json()["features"]
    assert feature["properties"]["text"] == "زنگ بزنید …"
    hide(report=report)
    assert references(client.get("/api/v1/reports")) == []


def test_a_coarse_place_hides_all_that_would_sharpen_it(submitted, small_city, client):
    small_city.pothole.place_precision_m = 500
    small_city.pothole.save()
    here, there = submitted(x=990, y=390), submitted(x=985, y=395)
    east = submitted(x=1010, y=390)  # across the border, in the same cell or not: nothing may tell
    features = {each["id"]: each for each in client.get("/api/v1/reports").json()["features"]}
    assert features[here.reference]["geometry"] == features[there.reference]["geometry"]
    assert features[here.reference]["geometry"]["coordinates"] != list(lonlat(990, 390))
    for one, other in [(here, there), (here, east)]:
        first, second = (features[each.reference] for each in (one, other))
        if first["geometry"] == second["geometry"]:
            assert first["properties"]["district_code"] == second["properties"]["district_code"]
    assert all(each["properties"]["department_code"] is None for each in features.values())
    properties = client.get(f"/api/v1/reports/{here.reference}").json()["properties"]
    assert properties["department"] is None
    assert properties["explanation"] is None


def test_the_reporter_reads_a_private_report_with_the_token_of_the_tracking_link(small_city, post, filing, client):
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    feature = post(filing()).json()
    token = feature["properties"]["tracking_link"].rpartition("/")[2]
    address = f"/api/v1/reports/{feature['id']}"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}?token={token[:-1]}x").status_code == 404
    assert client.get(f"{address}?token={token}").json()["properties"]["text"] == filing()["description"]


def member_client(role=Role.HANDLER, **reach) -> Client:
    user = MembershipFactory(role=role, **reach).user
    _row, secret = make_token(user=user, name="test", at=timezone.now())
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_staff_see_private_reports_of_their_own_ground_and_no_other(submitted, small_city):
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    west, east = submitted(), submitted(x=1500)
    staff = {
        "district": member_client(jurisdiction=small_city.west),
        "department": member_client(department=small_city.west_works),
    }
    for each in staff.values():
        assert references(each.get("/api/v1/reports")) == [west.reference]
        assert each.get(f"/api/v1/reports/{east.reference}").status_code == 404
        assert each.get(f"/api/v1/reports/{west.reference}").json()["properties"]["text"] == "چاله"
    head_office = member_client(jurisdiction=small_city.city)
    assert len(references(head_office.get("/api/v1/reports"))) == 2


def test_a_membership_that_has_ended_opens_nothing(submitted, small_city):
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    submitted()
    ended = ("2024-01-01", timezone.now().date() - timedelta(days=2))
    assert references(member_client(jurisdiction=small_city.west, in_force=ended).get("/api/v1/reports")) == []


def test_the_callers_report_is_filed_by_an_operator_of_the_city_alone(small_city, filing):
    body = {"data": filing(source="137"), "content_type": "application/json"}
    operator = member_client(role=Role.OPERATOR, jurisdiction=small_city.city)
    assert operator.post("/api/v1/reports", **body).status_code == 201
    handler = member_client(jurisdiction=small_city.city)
    assert handler.post("/api/v1/reports", **body).json()["code"] == "forbidden"
    assert Report.objects.count() == 1


def test_jurisdictions_come_with_their_polygons_of_today(small_city, client):
    response = client.get("/api/v1/jurisdictions?level=district")
    features = response.json()["features"]
    assert [each["properties"]["code"] for each in features] == ["1", "2"]
    assert features[0]["geometry"]["type"] == "MultiPolygon"
    assert features[0]["properties"] | {"first_day": ""} == {
        "level": "district",
        "code": "1",
        "name_fa": "منطقه ۱",
        "name_en": "District 1",
        "parent_level": "city",
        "parent_code": "sample",
        "city_code": "sample",
        "first_day": "",
    }
    assert client.get("/api/v1/jurisdictions?level=moon").json()["code"] == "unknown_level"
    assert client.get("/api/v1/jurisdictions").json()["code"] == "required"
    assert client.get("/api/v1/jurisdictions?level=district&city=atlantis").json()["code"] == "unknown_city"


def test_categories_are_listed_in_their_groups(small_city, client):
    CategoryFactory(code="retired", is_active=False)
    (group,) = client.get("/api/v1/categories").json()["groups"]
    assert [each["code"] for each in group["categories"]] == ["pothole"]


def test_a_head_request_gives_the_headers_alone(submitted, client):
    submitted()
    response = client.head("/api/v1/reports")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"] == "application/geo+json"
