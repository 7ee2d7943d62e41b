"""POST /api/v1/route: thousands of points, answered in their order, a bad one named and the rest answered."""

import json

import pytest

from people.tokens import make_token
from tests.factories import UserFactory
from tests.shapes import lonlat
from tests.staff import FILED_AT


@pytest.fixture
def ask(client):
    """POST a body to /api/v1/route."""

    def send(body, query: str = ""):
        return client.post(f"/api/v1/route{query}", body, content_type="application/geo+json")

    return send


def point(x: float, y: float, **members):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(lonlat(x, y))},
        "properties": {"category": "pothole"},
    } | members


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def test_points_are_answered_in_their_order_as_each_alone(small_city, ask, client):
    places = [(500, 200), (1500, 200), (500, 1030), (1000, 500), (-5000, 0)]
    answers = ask(collection(*(point(x, y, id=f"p{x}") for x, y in places))).json()["features"]
    assert [each["id"] for each in answers] == [f"p{x}" for x, _ in places]
    for (x, y), many in zip(places, answers, strict=True):
        lon, lat = lonlat(x, y)
        alone = client.get("/api/v1/route", {"lon": lon, "lat": lat, "category": "pothole"}).json()
        assert many["properties"] | {"at": None} == alone["properties"] | {"at": None}
        assert many["geometry"] == alone["geometry"]


def test_the_query_speaks_for_the_points_that_say_nothing(small_city, ask):
    silent = point(500, 200, properties=None)
    answers = ask(collection(silent), "?category=pothole&on=2030-01-01").json()["features"]
    assert answers[0]["properties"]["department"]["code"] == "1-civil-works"
    assert answers[0]["properties"]["on"] == "2030-01-01"
    assert ask(collection(silent)).json()["features"][0]["properties"]["department"] is None


@pytest.mark.parametrize(
    ("feature", "field", "code"),
    [
        (None, "features[1]", "not_a_feature"),
        (7, "features[1]", "not_a_feature"),
        ({"type": "Point"}, "features[1]", "not_a_feature"),
        (point(0, 0, geometry=None), "features[1].geometry", "not_a_point"),
        (
            point(0, 0, geometry={"type": "Point", "coordinates": [1, "2"]}),
            "features[1].geometry",
            "invalid_coordinates",
        ),
        (
            point(0, 0, geometry={"type": "Point", "coordinates": [190, 2]}),
            "features[1].geometry",
            "coordinates_out_of_range",
        ),
        (
            point(0, 0, geometry={"type": "LineString", "coordinates": [[1, 2], [3, 4]]}),
            "features[1].geometry",
            "not_a_point",
        ),
        (point(0, 0, properties=[]), None, None),
        (point(0, 0, properties=3), "features[1].properties", "wrong_type"),
        (point(0, 0, properties={"category": "x"}), "features[1].properties.category", "unknown_category"),
        (point(0, 0, properties={"category": 5}), "features[1].properties.category", "unknown_category"),
        (point(0, 0, properties={"source": "pigeon"}), "features[1].properties.source", "unknown_value"),
        (point(0, 0, properties={"accuracy_m": -1}), "features[1].properties.accuracy_m", "invalid_number"),
        (point(0, 0, properties={"accuracy_m": True}), "features[1].properties.accuracy_m", "invalid_number"),
    ],
)
def test_a_bad_one_is_named_and_the_rest_answered(small_city, ask, feature, field, code):
    response = ask(collection(point(500, 200), feature, point(1500, 200)))
    assert response.status_code == 200
    first, second, third = response.json()["features"]
    assert first["properties"]["department"]["code"] == "1-civil-works"
    assert third["properties"]["department"]["code"] == "2-civil-works"
    problem = second["properties"].get("problem", {})
    assert (problem.get("field"), problem.get("code")) == (field, code)


def test_a_place_that_nobody_answers_for_says_so_in_its_turn(small_city, ask):
    lon, lat = lonlat(500, 200)
    exchanged = point(0, 0, geometry={"type": "Point", "coordinates": [lat, lon]})
    answers = ask(collection(point(300_000, 0), point(500, 200), exchanged)).json()["features"]
    assert answers[0]["properties"]["problem"]["code"] == "outside_service_area"
    assert answers[0]["properties"]["problem"]["distance_m"] == pytest.approx(298_000, rel=0.01)
    assert answers[1]["properties"]["method"] == "covers"
    assert answers[2]["properties"]["problem"]["code"] == "coordinates_exchanged"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "not_a_feature_collection"),
        ({"type": "FeatureCollection"}, 400, "not_a_feature_collection"),
        ({"type": "FeatureCollection", "features": {}}, 400, "not_a_feature_collection"),
        ({"type": "Feature"}, 400, "not_a_feature_collection"),
        ("[]", 400, "not_an_object"),
        ("{", 400, "malformed_json"),
        ('{"type": "FeatureCollection", "features": [NaN]}', 400, "malformed_json"),
    ],
)
def test_what_is_no_collection_is_refused_whole(small_city, ask, body, status, code):
    response = ask(body)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_halves_of_characters_are_dropped_from_what_is_repeated(small_city, ask):
    feature = point(500, 200, id="a\ud800b", properties={"category": "\ud800"})
    [answer] = ask(json.dumps(collection(feature))).json()["features"]
    assert (answer["id"], answer["properties"]["problem"]["code"]) == ("ab", "unknown_category")


def test_an_empty_collection_has_an_empty_answer(small_city, ask):
    assert ask(collection()).json() == {"type": "FeatureCollection", "features": []}


def test_one_more_than_is_answered_at_once_is_refused(small_city, ask, monkeypatch):
    monkeypatch.setattr("api.v1.places.MOST", 20)
    few = [point(500 + each, 200) for each in range(20)]
    assert len(ask(collection(*few)).json()["features"]) == 20
    refused = ask(collection(*few, point(0, 0)))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_many_features")


def test_a_larger_body_than_the_service_reads_is_refused(small_city, ask, settings):
    settings.MAX_COLLECTION_BYTES = 1_000
    refused = ask(json.dumps(collection(*[point(500, 200)] * 20)))
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


def test_points_of_one_address_are_limited_and_what_is_refused_is_not_counted(small_city, ask, client, settings):
    settings.ANONYMOUS_POINTS_PER_HOUR = 5
    three = collection(*(point(each, 200) for each in (500, 600, 700)))
    assert ask(three).status_code == 200
    refused = ask(three)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert ask(collection(point(500, 200), None, point(600, 200))).status_code == 200  # what asks nothing is free
    assert ask(collection(point(500, 200))).status_code == 429
    assert ask(collection()).status_code == 200
    elsewhere = client.post("/api/v1/route", three, content_type="application/geo+json", REMOTE_ADDR="2001:db8::7")
    assert elsewhere.status_code == 200
    assert client.get("/api/v1/route", dict(zip(("lon", "lat"), lonlat(500, 200), strict=True))).status_code == 200


def test_more_points_than_an_hour_has_are_refused_at_once(small_city, ask, settings):
    settings.ANONYMOUS_POINTS_PER_HOUR = 1
    assert ask(collection(point(500, 200), point(600, 200))).status_code == 429
    assert ask(collection(point(500, 200))).status_code == 200


def test_the_limit_is_told_in_the_callers_language(small_city, client, settings):
    settings.ANONYMOUS_POINTS_PER_HOUR = 0
    body = collection(point(500, 200))
    for language, word in (("fa", "نقطه"), ("en", "0 points")):
        headers = {"Accept-Language": language}
        refused = client.post("/api/v1/route", body, content_type="application/geo+json", headers=headers)
        assert word in refused.json()["detail"]


def test_who_shows_a_token_has_no_limit(small_city, client, settings):
    settings.ANONYMOUS_POINTS_PER_HOUR = 0
    _row, secret = make_token(user=UserFactory(), name="analyst", at=FILED_AT)
    body = collection(point(500, 200))
    headers = {"Authorization": f"Bearer {secret}"}
    answered = client.post("/api/v1/route", body, content_type="application/geo+json", headers=headers)
    assert answered.status_code == 200


def test_a_thousand_points_take_the_queries_of_one(small_city, ask, django_assert_num_queries):
    with django_assert_num_queries(3):  # the categories, the limit, the routes
        ask(collection(*(point(each, 200) for each in range(1000))))
