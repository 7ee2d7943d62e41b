"""What reporters say after the closing, added up for the public."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.feedback import give_feedback
from reports.handling import change_status
from reports.publishing import hide
from tests.factories import CategoryFactory, RoutingRuleFactory, UserFactory
from tests.staff import FILED_AT, file_report

ADDRESS = "/api/v1/statistics/satisfaction"


@pytest.fixture
def answered(small_city):
    """Makes a report that was closed and answered."""

    def make(*, x: float = 500, solved: bool = True, rating: int | None = None, at=FILED_AT, category=None):
        report = file_report(category or small_city.pothole, x=x)
        change_status(report=report, to="resolved", note="پر شد", at=at, by=UserFactory())
        give_feedback(report=report, was_solved=solved, satisfaction=rating, words="چون", at=at)
        return report

    return make


def rows(**query) -> list[dict]:
    response = Client().get(ADDRESS, query)
    assert response.status_code == 200, response.content
    return response.json()["rows"]


def test_answers_are_counted_by_district_and_by_department(small_city, answered):
    for rating in (5, 4, 4, 3, 1):
        answered(rating=rating)
    answered(x=1500, solved=False, rating=1)
    west, east = rows()
    assert (west["code"], west["name_en"], west["answers"], west["solved"], west["mean"]) == (
        "1",
        "District 1",
        5,
        5,
        3.4,
    )
    assert (east["code"], east["solved"], east["reopened"], east["ratings"], east["mean"]) == ("2", 0, 1, 1, None)
    assert [(each["code"], each["answers"]) for each in rows(by="department")] == [
        ("1-civil-works", 5),
        ("2-civil-works", 1),
    ]
    assert [each["answers"] for each in rows(by="city")] == [6]


def test_what_is_not_public_does_not_count(answered):
    hide(report=answered())
    assert rows() == []


def test_a_coarse_place_counts_for_its_ground_and_names_no_department(small_city, answered):
    coarse = CategoryFactory(code="coarse", place_precision_m=100)
    RoutingRuleFactory(
        root=small_city.city, category=coarse, function=small_city.west_works.function, level=small_city.west.level
    )
    answered(category=coarse)
    assert [each["code"] for each in rows()] == ["1"]
    assert rows(by="department") == []


def test_a_day_is_the_citys_own(answered):
    answered(at=FILED_AT + timedelta(days=1))  # 21 November 2026, 13:00 in Tehran
    assert len(rows(**{"from": "2026-11-21", "to": "2026-11-22"})) == 1
    assert rows(to="2026-11-21") == rows(**{"from": "2026-11-22"}) == []


def test_needs_as_many_queries_for_many_as_for_few(answered):
    answered()
    with CaptureQueriesContext(connection) as few:
        rows()
    for x in (100, 1200, 1600):
        answered(x=x)
    with CaptureQueriesContext(connection) as many:
        rows()
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"by": "planet"}, "unknown_value"),
        ({"from": "soon"}, "invalid_time"),
        ({"level": "district"}, "unknown_parameter"),
    ],
)
def test_what_it_does_not_know_is_refused(small_city, query, code):
    response = Client().get(ADDRESS, query)
    assert (response.status_code, response.json()["code"]) == (400, code)
