"""Lists of reports among thousands: by which index they are found, and their pages whole."""

from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geo.nearness import DistanceFrom
from reports.models import Report
from tests.api.lists import LIST, link, walk

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
def many(submitted) -> None:
    """4,000 reports, in rows and columns 25 metres apart, one a minute."""
    submitted()
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
        # What waits to be put into the index counts as its price, and how much waits depends on the tests before.
        cursor.execute("SELECT gin_clean_pending_list('reports_report_public_words')")
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
