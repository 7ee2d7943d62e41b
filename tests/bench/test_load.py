"""The bench's reports are what filing them would have made of them, as far as lists read them."""

import re

import pytest
from django.contrib.gis.geos import LineString, MultiLineString
from django.test import Client
from django.utils import timezone

from bench import questions
from bench.database import recipe_of, url_beside
from bench.load import TooFewReports, insert_reports
from jurisdictions.models import Moderation, Street
from jurisdictions.routing import find_route
from reports.models import Report
from tests.factories import CategoryFactory, RoutingRuleFactory
from tests.shapes import lonlat


@pytest.fixture
def streets(small_city) -> None:
    """One through both districts and out of the city, and one in the south of the west, in two parts."""
    for lines in ([[(-500, 600), (2100, 600)]], [[(100, 100), (400, 100)], [(600, 100), (900, 100)]]):
        parts = [LineString([lonlat(*place) for place in line]) for line in lines]
        Street.objects.create(
            root=small_city.city, name_fa="خیابان", road_class="primary", line=MultiLineString(parts, srid=4326)
        )


@pytest.fixture
def loaded(small_city, streets) -> None:
    coarse = CategoryFactory(code="noise", place_precision_m=100)
    CategoryFactory(code="secret", moderation=Moderation.NEVER)
    RoutingRuleFactory(root=small_city.city, category=coarse, function=small_city.west_works.function)
    insert_reports(count=200)


def test_as_many_reports_are_made_as_were_asked_for_each_with_a_reference_of_its_own(loaded):
    references = list(Report.objects.values_list("reference", flat=True))

    assert len(set(references)) == len(references) == 200
    assert all(re.fullmatch("[2-9B-DF-HJ-NP-TW-Z]{10}", reference) for reference in references)


def test_reports_lie_in_both_districts_and_none_outside_the_city(loaded):
    places = list(Report.objects.values_list("public_jurisdictions", flat=True))

    assert {place["district"] for place in places} == {"1", "2"}
    assert {place.get("zone") for place in places} == {"1-1", None}


def test_the_ground_and_the_department_are_those_of_a_route_from_the_public_place(loaded):
    for report in Report.objects.select_related("category"):
        route = find_route(location=report.public_location, category=report.category, on=timezone.now())

        assert report.public_jurisdictions == route.codes
        assert report.department_id == (route.department and route.department.id)


def test_no_report_is_of_a_category_that_is_never_public(loaded):
    assert set(Report.objects.values_list("category__code", flat=True)) == {"pothole", "noise"}


def test_the_same_reports_come_again_but_for_their_times(loaded):
    members = ("reference", "description", "location", "status")
    before = set(Report.objects.values_list(*members))
    Report.objects.all().delete()

    insert_reports(count=200)

    assert set(Report.objects.values_list(*members)) == before


def test_a_city_without_streets_is_refused(small_city):
    with pytest.raises(TooFewReports, match="Only 0 of 200 reports could be made"):
        insert_reports(count=200)


def test_each_box_that_is_asked_for_holds_a_full_page(loaded, client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(questions, "PAGE", 30)
    monkeypatch.setattr(questions, "BOXES", 10)
    monkeypatch.setattr(questions, "CANDIDATES", 60)

    addresses = list(questions.boxes())
    assert len(addresses) == 10
    for address in addresses:
        page = client.get(address).json()
        everything = client.get(f"{address.partition('&')[0]}&limit=1000").json()

        assert len(page["features"]) == 30
        assert len(everything["features"]) >= 60
        assert page["links"][0]["rel"] == "next"


def test_each_point_that_is_asked_for_has_a_route(loaded, client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(questions, "POINTS", 20)

    asked = questions.routes()

    assert len(asked) == 20
    assert len(set(asked)) > 10  # some reports repeat what others tell of the same place
    for address in asked:
        assert client.get(address).json()["properties"]["method"] == "covers"


def test_the_database_lies_beside_the_one_in_use():
    url = "postgresql://name:secret@/cityeye?host=%2Ftmp%2Fsocket&port=5432"

    assert url_beside(url) == "postgresql://name:secret@/cityeye_bench?host=%2Ftmp%2Fsocket&port=5432"
    assert url_beside("postgres://db:5432/x") == "postgres://db:5432/cityeye_bench"


def test_another_number_of_reports_is_another_recipe(tmp_path):
    manifest = tmp_path / "city.json"

    assert recipe_of(manifest=manifest, reports=1) == recipe_of(manifest=manifest, reports=1)
    assert recipe_of(manifest=manifest, reports=1) != recipe_of(manifest=manifest, reports=2)
