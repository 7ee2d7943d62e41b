"""Lists asked for in ways that cannot be answered: a 4xx with code and field, and a connection that stays sound."""

import json
from urllib.parse import quote

import pytest
from django.db import connection

from api.errors import CODES
from api.v1 import listing
from reports.density import state_under
from tests.shapes import lonlat

LIST = "/api/v1/reports"


def within(value: object) -> str:
    return "within=" + quote(value if isinstance(value, str) else json.dumps(value))


def poly(*corners: tuple[float, float], kind: str = "Polygon") -> str:
    return within({"type": kind, "coordinates": [[list(corner) for corner in corners]]})


SQUARE = [(59, 36), (60, 36), (60, 37), (59, 37), (59, 36)]
QUERIES = {
    "near by two numbers": ("near=59,36", "near", "invalid_near"),
    "near by words": ("near=a,b,c", "near", "invalid_near"),
    "near by nothing": ("near=", "near", "invalid_near"),
    "NaN metres": ("near=59,36,nan", "near", "invalid_near"),
    "no metres": ("near=59,36,0", "near", "invalid_near"),
    "metres below nothing": ("near=59,36,-5", "near", "invalid_near"),
    "half the planet": ("near=59,36,10000000", "near", "invalid_near"),
    "a place out of range": ("near=190,36,50", "near", "coordinates_out_of_range"),
    "a billion": ("limit=1000000000", "limit", "limit_out_of_range"),
    "none": ("limit=0", "limit", "limit_out_of_range"),
    "an unknown field": ("fields=reference,location", "fields", "unknown_value"),
    "the distance from nowhere": ("fields=distance_m", "fields", "unknown_value"),
    "an unknown order": ("sort=id", "sort", "unknown_value"),
    "the order of distance from nowhere": ("sort=distance", "sort", "unknown_value"),
    "an unknown form": ("f=xml", "f", "unknown_value"),
    "a parameter twice": ("q=ab&q=cd", "q", "repeated_parameter"),
    "one letter": ("q=%D8%A7", "q", "too_short"),
    "a letter in marks": ("q=%D8%A7%D9%8E%E2%80%8C%D9%80", "q", "too_short"),
    "no letter": ("q=", "q", "too_short"),
    "many letters": ("q=" + "a" * 101, "q", "too_long"),
    "a NUL": ("q=ab%00", "q", "invalid_characters"),
    "nobody's department": ("department=nobody", "department", "unknown_department"),
    "a NUL in a department": ("department=a%00", "department", "invalid_characters"),
    "a key of nobody": ("after=K7QM2X9FHT", "after", "invalid_page_key"),
    "an empty key": ("after=", "after", "invalid_page_key"),
    "a key with a signature of nobody": ("before=K7QM2X9FHT.0123456789abcdef", "before", "invalid_page_key"),
    "a key of signs": ("after=%EF%BF%BD~.~.", "after", "invalid_page_key"),
    "two keys": ("after=a&before=b", "before", "exactly_one"),
    "no polygon": ("within=", "within", "invalid_polygon"),
    "a word": ("within=abc", "within", "invalid_polygon"),
    "a number": ("within=7", "within", "invalid_polygon"),
    "a list": ("within=[]", "within", "invalid_polygon"),
    "a point": (within({"type": "Point", "coordinates": [59, 36]}), "within", "invalid_polygon"),
    "a type of its own": (within({"type": [], "coordinates": [[]]}), "within", "invalid_polygon"),
    "no coordinates": (within({"type": "Polygon"}), "within", "invalid_polygon"),
    "empty coordinates": (within({"type": "Polygon", "coordinates": []}), "within", "invalid_polygon"),
    "an empty ring": (within({"type": "Polygon", "coordinates": [[]]}), "within", "invalid_polygon"),
    "rings of text": (within({"type": "Polygon", "coordinates": ["abcd"]}), "within", "invalid_polygon"),
    "an open ring": (poly(*SQUARE[:4]), "within", "invalid_polygon"),
    "two corners": (poly(*SQUARE[:2], SQUARE[0]), "within", "invalid_polygon"),
    "too shallow": (poly(*SQUARE, kind="MultiPolygon"), "within", "invalid_polygon"),
    "a height": (within({"type": "Polygon", "coordinates": [[[59, 36, 1]] * 5]}), "within", "invalid_polygon"),
    "a corner of words": (within({"type": "Polygon", "coordinates": [[["a", "b"]] * 5]}), "within", "invalid_polygon"),
    "a corner of truths": (
        within({"type": "Polygon", "coordinates": [[[True, False]] * 5]}),
        "within",
        "invalid_polygon",
    ),
    "NaN": (within('{"type":"Polygon","coordinates":[[[NaN,1],[2,1],[2,2],[NaN,1]]]}'), "within", "invalid_polygon"),
    "a huge number": (poly((10**300, 0), (0, 1), (1, 1), (10**300, 0)), "within", "invalid_polygon"),
    "beyond the planet": (poly((-190, 0), (0, 1), (1, 1), (-190, 0)), "within", "invalid_polygon"),
    "one that crosses itself": (poly((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), "within", "invalid_polygon"),
    "one of no width": (poly((0, 0), (1, 1), (2, 2), (0, 0)), "within", "invalid_polygon"),
    "100,000 corners": (poly((0, 0), *[(1, 1)] * 100_000, (0, 0)), "within", "too_many_corners"),
    "brackets to the moon": ("within=" + "[" * 50_000, "within", "invalid_polygon"),
    "ground of a level that is none": ("within=moon:1", "within", "unknown_level"),
    "ground that is none": ("within=district:99", "within", "unknown_district"),
    "ground without a code": ("within=district:", "within", "invalid_polygon"),
    "the whole planet twice over": (poly((-180, -90), (181, -90), (181, 90), (-180, -90)), "within", "invalid_polygon"),
    "a number to the moon": ("within=" + "9" * 5000, "within", "invalid_polygon"),
}


@pytest.mark.parametrize("query,field,code", QUERIES.values(), ids=QUERIES.keys())
def test_G2_a_list_asked_for_with(query, field, code, small_city, client):
    response = client.get(f"{LIST}?{query}", headers={"Accept-Language": "en"})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, code)
    assert [each["field"] for each in problem["errors"]] == [field]
    assert code in CODES
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_page_key_edited_by_hand_or_of_another_order_is_refused(small_city, post, filing, client):
    post(filing())
    post(filing())
    circle = "near={},{},1000".format(*lonlat(500, 200))
    for query, others in {"": ["sort=received_at", circle], circle: ["", f"{circle}&sort=-received_at"]}.items():
        href = client.get(f"{LIST}?limit=1&{query}").json()["links"][0]["href"]
        key = href.partition("after=")[2]
        assert client.get(href).status_code == 200
        edited = [
            key[:-1] + ("0" if key[-1] != "0" else "1"),
            key.swapcase(),
            key.replace(".", "0.", 1),
            f"{key}~1",
            key[1:],
        ]
        for each in edited:
            response = client.get(f"{LIST}?{query}&after={quote(each)}")
            assert (response.status_code, response.json()["code"]) == (400, "invalid_page_key"), each
        for other in others:
            assert client.get(f"{LIST}?{other}&after={quote(key)}").json()["code"] == "invalid_page_key"


@pytest.mark.django_db(transaction=True)
def test_a_question_that_takes_too_long_is_cut_off_and_the_connection_stays_sound(client, settings, monkeypatch):
    settings.QUERY_TIMEOUT_MS = 50

    def slow_state(_box):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(listing, "state_under", slow_state)
    response = client.get(LIST, headers={"Accept-Language": "en"})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (503, "query_too_expensive")
    assert "smaller" in problem["detail"]
    monkeypatch.setattr(listing, "state_under", state_under)
    settings.QUERY_TIMEOUT_MS = 10_000
    assert client.get(LIST).status_code == 200
    with connection.cursor() as cursor:  # nothing of the limit is left behind
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
