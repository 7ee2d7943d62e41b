"""Which reports are compared at all: near, kin, recent, of the same city; found by the spatial index."""

from datetime import timedelta

import pytest
from django.db import connection

from reports.duplicates.candidates import find_candidates, find_public_candidates, near_statement
from reports.duplicates.facts import facts_of
from reports.duplicates.shipped import shipped_settings
from reports.intake import submit_report
from reports.models import Report
from reports.workflow import Status
from tests.factories import CategoryFactory
from tests.reports.duplicates.telling import NOON, facts
from tests.shapes import at
from tests.staff import multiply

SHIPPED = shipped_settings()


@pytest.fixture
def filed(small_city):
    def file(x: float, *, category="pothole", hours: float = 0, y: float = 500, **values) -> Report:
        return submit_report(
            location=at(x, y),
            category=CategoryFactory(code=category),
            description="چاله",
            received_at=NOON + timedelta(hours=hours),
            source="web",
            **values,
        )

    return file


def test_the_nearest_kin_and_recent_reports_are_found(small_city, filed):
    far, near = filed(560), filed(505)
    kin = filed(520, category="road-cut")
    filed(500 + 260)  # beyond the radius
    filed(500, category="street-light")  # no kin
    filed(500, hours=-24 * 91)  # too long ago
    asked = facts(x=500, y=500)
    assert find_candidates(facts=asked, city_id=small_city.city.pk, settings=SHIPPED) == [near.pk, kin.pk, far.pk]
    assert find_candidates(facts=asked, city_id=small_city.city.pk, settings=SHIPPED, limit=1) == [near.pk]
    assert find_candidates(facts=asked, city_id=0, settings=SHIPPED) == []


def test_a_report_is_no_candidate_of_its_own_and_before_means_before(small_city, filed):
    first, second, later = filed(500), filed(502, hours=1), filed(504, hours=2)
    mine = facts_of([second.pk])[second.pk]
    found = find_candidates(facts=mine, city_id=small_city.city.pk, settings=SHIPPED)
    assert set(found) == {first.pk, later.pk}
    before = find_candidates(facts=mine, city_id=small_city.city.pk, settings=SHIPPED, before=mine.at)
    assert before == [first.pk]


def test_what_was_closed_long_ago_is_no_candidate_and_what_was_closed_lately_is(small_city, filed):
    lately, long_ago = filed(500, hours=-24 * 200), filed(501, hours=-24 * 200)
    Report.objects.filter(pk=lately.pk).update(status=Status.RESOLVED, status_at=NOON - timedelta(days=3))
    Report.objects.filter(pk=long_ago.pk).update(status=Status.RESOLVED, status_at=NOON - timedelta(days=150))
    found = find_candidates(facts=facts(x=500, y=500), city_id=small_city.city.pk, settings=SHIPPED)
    assert found == [lately.pk]
    assert facts_of(found)[lately.pk].closed_at == NOON - timedelta(days=3)


def test_the_public_is_compared_with_public_reports_at_their_public_places(small_city, filed):
    CategoryFactory(code="pothole")
    coarse = CategoryFactory(code="road-cut", place_precision_m=200)
    here, hidden, vague = filed(500), filed(501), filed(502, category=coarse.code)
    Report.objects.filter(pk=hidden.pk).update(is_public=False)
    vague.refresh_from_db()
    found = find_public_candidates(facts=facts(x=500, y=500), settings=SHIPPED)
    assert (here.pk in found, hidden.pk in found) == (True, False)
    Report.objects.filter(pk=vague.pk).update(public_location=at(900, 900))
    assert vague.pk not in find_public_candidates(facts=facts(x=500, y=500), settings=SHIPPED)


def test_facts_of_many_are_two_queries(small_city, filed, django_assert_num_queries):
    keys = [filed(500 + number, device_id="d", accuracy_m=5.0, address="کوچهٔ ۵").pk for number in range(5)]
    with django_assert_num_queries(2):
        found = facts_of(keys)
    assert [found[key].address for key in keys] == ["کوچه 5"] * 5
    assert len({found[key].people for key in keys}) == 1


@pytest.mark.parametrize(
    "place, index", [("location", "reports_report_like"), ("public_location", "reports_report_public_like")]
)
def test_the_spatial_index_finds_them(small_city, filed, place, index):
    multiply(filed(500), by=3000)
    condition = "report.is_public" if place == "public_location" else "report.root_id = %(city)s"
    statement = near_statement(
        facts(x=500, y=500),
        SHIPPED,
        place=place,
        conditions=[condition],
        more={"city": small_city.city.pk, "limit": 50},
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")  # which index would do
        cursor.execute(f"EXPLAIN {statement.sql}", statement.values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Index Scan using {index}" in plan
    assert "Order By: " in plan  # the nearest first, and no more than wanted
    assert "Seq Scan on reports_report" not in plan
