"""Bad input: a 4xx with a stable code, the field named, a sentence in the caller's language, and nothing stored."""

import json

import pytest

from api.errors import CODES
from notifications.models import Message
from reports.models import Report
from tests.shapes import lonlat

POINT = {"type": "Point", "coordinates": list(lonlat(500, 200))}


def point(*coordinates, **members):
    return {"type": "Point", "coordinates": list(coordinates), **members}


REFUSED = {
    "an unknown member": ({"colour": "red"}, "colour", "unknown_member"),
    "no category": ({"category": ...}, "category", "required"),
    "a null category": ({"category": None}, "category", "required"),
    "an unknown category": ({"category": "dragons"}, "category", "unknown_category"),
    "a category of another kind": ({"category": 7}, "category", "wrong_type"),
    "a NUL in the category": ({"category": "pot\0hole"}, "category", "invalid_characters"),
    "no location": ({"location": ...}, "location", "required"),
    "a null location": ({"location": None}, "location", "required"),
    "a location in text": ({"location": "POINT(59.6 36.3)"}, "location", "not_a_point"),
    "a pair without a type": ({"location": [59.6, 36.3]}, "location", "not_a_point"),
    "a line": (
        {"location": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}},
        "location",
        "not_a_point",
    ),
    "a Feature": ({"location": {"type": "Feature", "geometry": POINT}}, "location", "not_a_point"),
    "another CRS": ({"location": {**POINT, "crs": {"type": "name"}}}, "location", "unknown_member"),
    "no coordinates": ({"location": {"type": "Point"}}, "location", "invalid_coordinates"),
    "empty coordinates": ({"location": point()}, "location", "invalid_coordinates"),
    "one coordinate": ({"location": point(59.6)}, "location", "invalid_coordinates"),
    "coordinates in text": ({"location": point("59.6", "36.3")}, "location", "invalid_coordinates"),
    "coordinates that are true": ({"location": point(True, False)}, "location", "invalid_coordinates"),
    "a coordinate beyond floats": ({"location": point(10**400, 36.3)}, "location", "invalid_coordinates"),
    "a height": ({"location": point(59.6, 36.3, 980)}, "location", "three_dimensional"),
    "a longitude out of range": ({"location": point(180.1, 36.3)}, "location", "coordinates_out_of_range"),
    "a latitude out of range": ({"location": point(59.6, -90.1)}, "location", "coordinates_out_of_range"),
    "a place far outside": ({"location": point(51.4, 35.7)}, "location", "outside_service_area"),
    "the pole": ({"location": point(0, 90)}, "location", "outside_service_area"),
    "the antimeridian": ({"location": point(180, -80)}, "location", "outside_service_area"),
    "an exchanged pair": ({"location": point(*lonlat(500, 200)[::-1])}, "location", "coordinates_exchanged"),
    "no description": ({"description": ...}, "description", "required"),
    "an empty description": ({"description": ""}, "description", "blank"),
    "a description of nothing but spaces": ({"description": " \u200c\n "}, "description", "blank"),
    "too long a description": ({"description": "چ" * 4001}, "description", "too_long"),
    "a NUL": ({"description": "چاله\0"}, "description", "invalid_characters"),
    "a control character": ({"description": "چاله\x1b[2J"}, "description", "invalid_characters"),
    "a lone surrogate": ({"description": "چاله \ud800"}, "description", "invalid_characters"),
    "a description of another kind": ({"description": ["چاله"]}, "description", "wrong_type"),
    "a negative accuracy": ({"accuracy_m": -1}, "accuracy_m", "invalid_number"),
    "an accuracy in text": ({"accuracy_m": "12"}, "accuracy_m", "invalid_number"),
    "the future": ({"reported_at": "2126-01-01T00:00:00Z"}, "reported_at", "in_future"),
    "the end of the calendar": ({"reported_at": "9999-12-31T23:59:59-14:00"}, "reported_at", "in_future"),
    "the beginning of the calendar": (
        {"reported_at": "0001-01-01T00:00:00+14:00"},
        "reported_at",
        "too_long_ago",
    ),
    "a time without zone": ({"reported_at": "2026-01-01T00:00:00"}, "reported_at", "no_time_zone"),
    "a day": ({"reported_at": "2026-01-01"}, "reported_at", "no_time_zone"),
    "a month 13": ({"reported_at": "2026-13-01T00:00:00Z"}, "reported_at", "invalid_time"),
    "a number for a time": ({"reported_at": 1767225600}, "reported_at", "invalid_time"),
    "a malformed phone": ({"contact": {"phone": "0915-12"}}, "contact.phone", "invalid_phone"),
    "words for a phone": ({"contact": {"phone": "تلفن ندارم"}}, "contact.phone", "invalid_phone"),
    "a malformed e-mail": ({"contact": {"email": "someone@"}}, "contact.email", "invalid_email"),
    "line breaks in an e-mail": (
        {"contact": {"email": "a@example.com\nBcc: b@example.com"}},
        "contact.email",
        "invalid_email",
    ),
    "a contact in text": ({"contact": "0915"}, "contact", "wrong_type"),
    "an unknown member of contact": ({"contact": {"fax": "1"}}, "contact.fax", "unknown_member"),
    "an unknown language": ({"language": "tlh"}, "language", "unknown_value"),
    "an unknown source": ({"source": "carrier-pigeon"}, "source", "unknown_value"),
    "a call center that is none": ({"source": "137"}, "source", "forbidden"),
}


@pytest.mark.parametrize("changes,field,code", REFUSED.values(), ids=REFUSED.keys())
def test_a_report_with(changes, field, code, small_city, post, filing):
    response = post(json.dumps(filing(**changes)), **{"Accept-Language": "en"})
    assert 400 <= response.status_code < 500
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["code"] == code
    assert code in CODES
    assert [each["field"] for each in problem["errors"]] == [field]
    assert problem["detail"].isascii() or "“" in problem["detail"] or "…" in problem["detail"]
    assert not Report.objects.exists()
    assert not Message.objects.exists()


BODIES = {
    "nothing": (b"", 400, "required"),
    "half of it": (b'{"category": "poth', 400, "malformed_json"),
    "a form": (b"category=pothole", 400, "malformed_json"),
    "another encoding": ('{"category": "چاله"}'.encode("utf-16"), 400, "malformed_json"),
    "a list": (b"[1, 2]", 400, "not_an_object"),
    "a number": (b"7", 400, "not_an_object"),
    "NaN": (b'{"location": {"type": "Point", "coordinates": [NaN, 36.3]}}', 400, "malformed_json"),
    "Infinity": (b'{"location": {"type": "Point", "coordinates": [59.6, Infinity]}}', 400, "malformed_json"),
    "a member twice": (b'{"category": "a", "category": "b"}', 400, "repeated_member"),
    "brackets to the moon": (b"[" * 60_000, 400, "body_too_deep"),
    "objects to the moon": (b'{"a":' * 12_000, 400, "body_too_deep"),
    "more than a report needs": (b'{"description": "' + b"x" * 70_000 + b'"}', 413, "body_too_large"),
}


@pytest.mark.parametrize("body,status,code", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is(body, status, code, small_city, post):
    response = post(body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Report.objects.exists()


def test_infinity_in_disguise_is_no_coordinate(small_city, post, filing):
    response = post(json.dumps(filing(location=point(1, 2))).replace("[1, 2]", "[1e999, 2]"))
    assert response.json()["code"] == "invalid_coordinates"


def test_the_wrong_content_type_is_refused(small_city, client):
    response = client.post("/api/v1/reports", "category=pothole", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
    assert "application/json" in response.json()["detail"]
    assert "multipart/form-data" in response.json()["detail"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_wrong_method_is_told_the_right_ones(method, small_city, client):
    response = getattr(client, method)("/api/v1/reports")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_a_refusal_speaks_persian_by_default_and_english_on_request(small_city, post, filing):
    body = filing(description="")
    assert "بنویسید" in post(body).json()["detail"]
    assert "write" in post(body, **{"Accept-Language": "en-US,en;q=0.9"}).json()["detail"]


def test_several_faults_are_named_at_once(small_city, post, filing):
    problem = post(filing(description="", location=None)).json()
    assert {each["field"] for each in problem["errors"]} == {"description", "location"}


def test_a_place_beyond_reach_names_the_nearest_jurisdiction_and_the_metres(small_city, post, filing):
    problem = post(filing(x=30_000, y=500)).json()
    assert problem["code"] == "outside_service_area"
    assert problem["nearest"]["code"] == "2"
    assert problem["distance_m"] == pytest.approx(28_000, rel=0.01)


QUERIES = {
    "an unknown parameter": ("colour=red", "unknown_parameter"),
    "a parameter twice": ("limit=1&limit=2", "repeated_parameter"),
    "a word for a bbox": ("bbox=abc", "invalid_bbox"),
    "an empty bbox": ("bbox=", "invalid_bbox"),
    "half a bbox": ("bbox=59,36,60", "invalid_bbox"),
    "a bbox with heights": ("bbox=59,36,0,60,37,9", "invalid_bbox"),
    "a bbox of words": ("bbox=a,b,c,d", "invalid_bbox"),
    "NaN in a bbox": ("bbox=nan,36,60,37", "invalid_bbox"),
    "infinity in a bbox": ("bbox=-inf,36,60,37", "invalid_bbox"),
    "overflow in a bbox": ("bbox=1e999,36,60,37", "invalid_bbox"),
    "a bbox upside down": ("bbox=59,37,60,36", "invalid_bbox"),
    "a bbox across the antimeridian": ("bbox=60,36,59,37", "bbox_across_antimeridian"),
    "a bbox out of range": ("bbox=59,36,60,97", "invalid_bbox"),
    "Persian digits in a bbox": ("bbox=۵۹,36,60,37", "invalid_bbox"),
    "limit 0": ("limit=0", "limit_out_of_range"),
    "limit 1001": ("limit=1001", "limit_out_of_range"),
    "a huge limit": ("limit=1000000000000000000000", "limit_out_of_range"),
    "a negative limit": ("limit=-1", "limit_out_of_range"),
    "an empty limit": ("limit=", "limit_out_of_range"),
    "a superscript limit": ("limit=²", "limit_out_of_range"),
    "an unknown category": ("category=dragons", "unknown_category"),
    "an unknown status": ("status=lost", "unknown_status"),
    "an unknown district": ("district=99", "unknown_district"),
    "a NUL": ("category=a%00b", "invalid_characters"),
    "a garbled date": ("from=yesterday", "invalid_time"),
    "a moment without zone": ("from=2026-01-01T00:00:00", "invalid_time"),
    "a day that is none": ("to=2026-02-30", "invalid_time"),
    "the end of the calendar": ("to=9999-12-31", "invalid_time"),
    "the beginning of the calendar": ("from=0001-01-01", "invalid_time"),
    "a page key edited by hand": ("after=ABCDEFGHJK.0000000000000000", "invalid_page_key"),
    "a page key of nothing": ("after=", "invalid_page_key"),
    "a page key of letters": ("after=چاله.چاله", "invalid_page_key"),
}


@pytest.mark.parametrize("query,code", QUERIES.values(), ids=QUERIES.keys())
def test_G2_a_list_asked_for_with(query, code, small_city, client):
    response = client.get(f"/api/v1/reports?{query}")
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert code in CODES


@pytest.mark.parametrize(
    "address",
    [
        "reports?",
        "duplicate-clusters?",
        "clusters?zoom=10&bbox=59,36,60,37&",
        "jurisdictions/counts?level=district&",
        "tiles/reports/11/1362/800.mvt?",
        "statistics/deadlines?",
        "statistics/satisfaction?",
    ],
)
def test_a_moment_in_a_zone_that_no_country_has_is_a_moment(address, small_city, client):
    far, utc = ("from=2026-03-22T10:00:00%2B23:59", "from=2026-03-21T10:01:00Z")
    answers = [client.get(f"/api/v1/{address}{moment}") for moment in (far, utc)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert client.get(f"/api/v1/{address}to=2026-03-22T10:00:00-23:59").status_code == 200


def test_a_route_at_a_moment_in_such_a_zone_is_that_of_its_day(small_city, client):
    lon, lat = lonlat(500, 200)
    answer = client.get(f"/api/v1/route?lon={lon}&lat={lat}&category=pothole&on=2026-03-22T10:00:00%2B23:59")
    assert (answer.status_code, answer.json()["properties"]["on"]) == (200, "2026-03-21")


@pytest.mark.parametrize(
    "value,field,sentence",
    [
        ("K7QM2X9FHT", "not_duplicate_of", "Send a list of references here."),
        (["K7QM2X9FHT"] * 21, "not_duplicate_of", "Name at most 20 reports."),
        (["K7QM2X9FHT", 7], "not_duplicate_of[1]", "Write text here."),
    ],
)
def test_a_list_that_is_none_is_refused_in_our_words(value, field, sentence, small_city, post, filing):
    response = post(json.dumps(filing(not_duplicate_of=value)), **{"Accept-Language": "en"})
    [fault] = response.json()["errors"]
    assert (response.status_code, fault["field"], fault["detail"]) == (400, field, sentence)


def test_an_address_without_parameters_says_that_it_takes_none(small_city, client):
    response = client.post(
        "/api/v1/reports?x=1", "{}", content_type="application/json", headers={"Accept-Language": "en"}
    )
    assert response.json()["detail"] == "There is no parameter “x”; this address takes none."


ROUTES = {
    "no place": ("", "required"),
    "half a place": ("lon=59.6", "required"),
    "a place of words": ("lon=a&lat=b", "invalid_number"),
    "an infinite place": ("lon=inf&lat=36", "invalid_number"),
    "a place out of range": ("lon=190&lat=36", "coordinates_out_of_range"),
    "an unknown category": ("lon=59.6&lat=36.3&category=dragons", "unknown_category"),
    "an unknown parameter": ("lon=59.6&lat=36.3&srid=4326", "unknown_parameter"),
}


@pytest.mark.parametrize("query,code", ROUTES.values(), ids=ROUTES.keys())
def test_a_route_asked_for_with(query, code, small_city, client):
    response = client.get(f"/api/v1/route?{query}")
    assert (response.status_code, response.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/nothing",
        "/api/v2/reports",
        "/api/v1/reports/",
        "/api/v1/reports/NOPE",
        "/api/v1/reports/%00",
        "/api/v1/reports/%ff",
        "/api/",
    ],
)
def test_an_address_that_is_not_there_is_a_problem_too(address, small_city, client):
    response = client.get(address)
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_a_format_that_we_do_not_speak_is_refused(small_city, client):
    response = client.get("/api/v1/reports/NOPE", headers={"Accept": "image/png"})
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_a_host_that_is_not_ours_is_a_problem(small_city, client):
    response = client.get("/api/v1/reports", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["code"]) == (400, "malformed_request")


def test_a_token_that_opens_nothing_is_refused(small_city, client):
    for value in ("Bearer ce_wrong", "Basic dXNlcjpwdw==", "Bearer", "Bearer \udc80"):
        response = client.get("/api/v1/reports", headers={"Authorization": value})
        assert (response.status_code, response.json()["code"]) == (401, "not_authenticated"), value
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_flood_of_parameters_is_a_problem_too(small_city, client):
    response = client.get("/api/v1/reports?" + "&".join(f"a{number}=1" for number in range(2000)))
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
