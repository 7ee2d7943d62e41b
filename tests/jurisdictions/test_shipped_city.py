"""The city we ship: fixtures/mashhad.json and what it names, and the documents that tell of it."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from jurisdictions.models import Boundary, Category, Jurisdiction, Level, Moderation
from jurisdictions.routing import Asked, find_routes
from tests.city_files import everything, load, until_the_end_of

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.mark.long
@pytest.mark.django_db
class TestTheCityWeShip:
    """fixtures/mashhad.json and what it names."""

    @pytest.fixture(scope="class", autouse=True)
    @staticmethod
    def _loaded(django_db_setup, django_db_blocker):
        with until_the_end_of(django_db_blocker):
            load(FIXTURES / "mashhad.json")
            yield

    def test_G10_is_drawn_with_few_corners_for_a_zoom_and_without_gaps(self, client):
        sizes = {}
        for zoom in (8, 10, 11, None):
            response = client.get("/api/v1/jurisdictions?level=district" + (f"&zoom={zoom}" if zoom else ""))
            shapes = [shape(each["geometry"]) for each in response.json()["features"]]
            assert len(shapes) == 13
            assert shapely.coverage_is_valid(shapes)
            assert all(polygon.exterior.is_ccw for each in shapes for polygon in each.geoms)
            sizes[zoom] = len(response.content)
        assert sizes[8] < sizes[10] < sizes[11] < sizes[None] < 100_000

    def test_has_its_levels_and_departments(self):
        city = Jurisdiction.objects.cities().get()
        counts = {
            level.code: Jurisdiction.objects.of_city(city).at_level(level.code).count() for level in Level.objects.all()
        }
        assert counts == {"city": 1, "district": 13, "zone": 33, "neighborhood": 180}
        districts = set(Jurisdiction.objects.at_level("district").values_list("code", flat=True))
        assert districts == {"samen", *(str(number) for number in range(1, 13))}
        for district in Jurisdiction.objects.at_level("district"):
            functions = set(district.departments.values_list("function__code", flat=True))
            assert functions == {"urban-services", "civil-works", "green-space", "traffic", "enforcement"}
            assert functions <= set(city.departments.values_list("function__code", flat=True))

    def test_answers_every_category_in_every_district(self):
        districts = Boundary.objects.filter(jurisdiction__level__code="district").select_related("jurisdiction")
        middles = {each.jurisdiction.code: each.shape.point_on_surface for each in districts}
        asked = [
            (code, Asked(lon=middle.x, lat=middle.y, category=category.code))
            for code, middle in middles.items()
            for category in Category.objects.all()
        ]
        assert len(asked) >= 13 * 30
        answers = find_routes([question for _, question in asked], on=date(2026, 6, 1))
        for (code, question), route in zip(asked, answers, strict=True):
            assert route.places["district"].code == code
            assert route.department is not None, question.category
            assert not route.escalated, question.category

    def test_has_at_least_thirty_categories_in_both_languages(self):
        codes = set(Category.objects.values_list("code", flat=True))
        assert len(codes) >= 30
        assert {"pothole", "street-light"} <= codes
        assert not Category.objects.filter(name_en="").exists()

    def test_shows_nobody_where_the_people_of_sensitive_reports_live(self):
        for code in ("residential-noise", "rough-sleepers", "illegal-construction", "working-children"):
            category = Category.objects.get(code=code)
            assert category.moderation == Moderation.NEVER
            assert category.place_precision_m >= 200

    def test_loads_a_second_time_without_a_change(self):
        before = everything()
        assert load(FIXTURES / "mashhad.json").endswith("Nothing has changed.\n")
        assert everything() == before


@pytest.mark.parametrize("name", ["mashhad.json", "categories.json", "rules.json", "seed_texts.json"])
def test_persian_in_the_fixtures_is_written_with_persian_letters_and_digits(name):
    texts = re.findall(r'"((?:[^"\\]|\\.)*)"', (FIXTURES / name).read_text("utf-8"))
    persian = [text for text in texts if re.search("[\u0600-\u06ff]", text)]
    assert persian
    for text in persian:
        assert not re.search("[يىك٠-٩]", text), text
        assert not re.search(r"(?<![{\w])[0-9]", text), text
        assert not re.search("\\s\u200c|\u200c\\s|\u200c$|  |[?,;]", text), text


def documented():
    return (FIXTURES.parent / "docs" / "domain.md").read_text("utf-8")


PUBLIC = {
    "at_once": "at once",
    "text_reviewed": "at once, text after review",
    "reviewed": "after review",
    "never": "never",
}


def documented_row(category, rules):
    """The row of the table in docs/domain.md, without its last column."""
    answered = rules.get(category["code"]) or rules.get(category["group"]) or rules[None]
    place = f"to {category['place_precision_m']} m" if category["place_precision_m"] else "exact"
    cells = [category["name_fa"], category["name_en"], PUBLIC[category["moderation"]], place]
    return f"| `{category['code']}` | {' | '.join(cells)} | `{answered['function']}`, {answered['level']} |"


def test_the_documented_table_says_of_each_category_what_the_fixtures_say():
    categories = json.loads((FIXTURES / "categories.json").read_text("utf-8"))["categories"]
    rules = json.loads((FIXTURES / "rules.json").read_text("utf-8"))["rules"]
    by_subject = {rule.get("category") or rule.get("group"): rule for rule in rules}
    rows = [documented_row(category, by_subject) for category in categories]
    assert [row for row in rows if row not in documented()] == []


def test_the_documented_table_names_each_function_and_city_wide_department():
    manifest = json.loads((FIXTURES / "mashhad.json").read_text("utf-8"))
    rows = [f"| `{each['code']}` | {each['name_fa']} | {each['name_en']} |" for each in manifest["functions"]]
    rows += [f"`{each['code']}` {each['name_fa']} |" for each in manifest["departments"] if each["level"] == "city"]
    assert [row for row in rows if row not in documented()] == []


@pytest.mark.shared_data
def test_each_wording_that_citizens_used_has_its_category(shared_data):
    with (shared_data / "civic" / "persian_137_categories.csv").open(encoding="utf-8") as file:
        wordings = {row["item_fa"] for row in csv.DictReader(file)}
    assert len(wordings) == 24
    cells = {
        cell.strip() for row in documented().splitlines() for cell in row.rpartition(" | ")[2].strip(" |").split("،")
    }
    assert wordings <= cells
