"""load_city makes a city from its files, brings it up to date, and says in a sentence why it cannot."""

import csv
import json
import re
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from shapely.geometry import mapping

from jurisdictions.models import (
    Boundary,
    Category,
    Department,
    Jurisdiction,
    Level,
    Moderation,
    RoutingRule,
    Street,
)
from jurisdictions.routing import find_route
from tests.city_files import collection, feature, town_files, until_the_end_of_the_class, write
from tests.shapes import at, lonlat, polygon, square

FIXTURES = Path(__file__).parents[2] / "fixtures"
MOSTLY_LATER = date(2026, 6, 1)


def load(path):
    output = StringIO()
    call_command("load_city", path, stdout=output)
    return output.getvalue()


@pytest.fixture
def files():
    return town_files()


@pytest.fixture
def reload(db, tmp_path, files):
    """Write the files as they are now and load them."""
    return lambda: load(write(tmp_path, files))


def everything():
    """All rows of the reference data, to be compared."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("jurisdictions").get_models()
    }


EASTWARD = 0.5573


def department_at(client: Client, x, y, category, *, eastward=0.0):
    lon, lat = lonlat(x, y)
    answer = client.get("/api/v1/route", {"lon": lon + eastward, "lat": lat, "category": category})
    assert answer.status_code == 200, answer.content
    return answer.json()["properties"]["department"]["code"]


def test_a_city_is_loaded_and_routes_at_once(reload, client):
    said = reload()
    assert "The city is loaded." in said
    assert department_at(client, 1500, 500, "pothole") == "2-civil-works"
    assert department_at(client, 500, 200, "rubble") == "waste"


def test_jurisdictions_hang_below_their_parents(reload):
    reload()
    city = Jurisdiction.objects.cities().get()
    zone = Jurisdiction.objects.get(level__code="zone")
    assert (city.code, city.time_zone, city.metric_srid, city.languages) == ("town", "Asia/Tehran", 32640, ["fa", "en"])
    assert (zone.code, zone.parent.code, zone.root) == ("1-1", "1", city)
    assert set(Boundary.objects.in_force(on=date(2024, 1, 1)).values_list("jurisdiction__code", flat=True)) == {
        "town",
        "1",
        "2",
        "1-1",
    }


def test_a_pattern_of_departments_gives_one_to_each_jurisdiction_of_its_level(reload):
    reload()
    works = Department.objects.get(jurisdiction__code="2", function__code="civil-works")
    assert (works.code, works.name_fa, works.name_en) == ("2-civil-works", "عمران منطقه ۲", "Civil Works, District 2")
    assert Department.objects.count() == 3


def test_loading_twice_changes_nothing_and_says_so(reload):
    reload()
    before = everything()
    assert "Nothing has changed." in reload()
    assert everything() == before


def test_new_names_are_taken_over_and_counted(reload, files):
    reload()
    files["districts.geojson"]["features"][0]["properties"]["name_fa"] = "منطقه یک"
    files["categories.json"]["categories"][1]["name_fa"] = "سرریز مخزن زباله"
    said = reload()
    assert "Names of jurisdictions: 1 changed" in said
    assert "Categories: 3 same, 1 changed" in said
    assert Jurisdiction.objects.get(code="1").name_fa == "منطقه یک"
    assert Category.objects.get(code="full-bin").name_fa == "سرریز مخزن زباله"
    assert Department.objects.get(code="1-civil-works").name_fa == "عمران منطقه یک"


def test_a_rule_that_changes_ends_today_and_its_successor_begins(reload, files, time_machine):
    reload()
    time_machine.move_to("2026-05-31T21:00Z")  # already 1 June in Tehran
    files["rules.json"]["rules"][0] |= {"function": "waste", "level": "district"}
    assert "1 ended" in reload()
    pothole = Category.objects.get(code="pothole")

    def function(on):
        return find_route(location=at(500, 500), category=pothole, on=on).function

    assert function(MOSTLY_LATER - timedelta(days=1)) == "civil-works"
    assert function(MOSTLY_LATER) == "waste"


def test_a_rule_that_changes_twice_in_a_day_keeps_the_last_word(reload, files, time_machine):
    time_machine.move_to("2024-01-01T12:00Z", tick=False)
    reload()
    for function in ("waste", "civil-works"):
        files["rules.json"]["rules"][0]["function"] = function
        reload()
    rules = RoutingRule.objects.in_force(on=date(2024, 1, 1)).filter(group__code="streets")
    assert [rule.function.code for rule in rules] == ["civil-works"]


def test_a_new_rule_begins_on_the_day_it_is_loaded(reload, files, time_machine):
    reload()
    time_machine.move_to("2026-06-01T12:00Z")
    files["rules.json"]["rules"].append({"category": "rubble", "function": "civil-works", "level": "district"})
    reload()
    assert RoutingRule.objects.get(category__code="rubble").in_force.lower == MOSTLY_LATER


def test_what_the_files_no_longer_name_stays(reload, files):
    reload()
    before = everything()
    files["categories.json"]["categories"].pop()
    files["town.json"]["departments"].pop()
    files["town.json"]["functions"].pop()
    files["rules.json"]["rules"].pop()
    assert "Nothing has changed." in reload()
    assert everything() == before


def test_a_new_set_of_boundaries_is_added_to_the_one_before(reload, files, client):
    reload()
    east = feature(square(0, 0, side=1000), "district", "2", "منطقه ۲", ("city", "town"))
    files["new.geojson"] = collection(east)
    files["town.json"]["boundaries"].append(
        {"level": "district", "file": "new.geojson", "first_day": "2025-01-01", "source": "act 2"}
    )
    assert "District boundaries from 2025-01-01: 1 new" in reload()
    assert "Nothing has changed." in reload()
    assert department_at(client, 500, 500, "pothole") == "2-civil-works"


def test_a_corrected_source_is_taken_over(reload, files):
    reload()
    files["town.json"]["boundaries"][1]["source"] = "act 1, corrected"
    reload()
    assert Boundary.objects.filter(jurisdiction__code="1").get().boundary_set.source == "act 1, corrected"


def test_streets_are_replaced_where_they_differ(reload, files):
    reload()
    files["streets.geojson"]["features"].pop()
    assert "Streets: 2 removed, 1 new" in reload()
    assert Street.objects.get().name_fa == "بلوار نمونه"


def test_two_cities_live_side_by_side(reload, files, client):
    reload()
    files["town.json"] |= {"code": "other", "name_fa": "شهر دیگر"}
    for name in ("city", "districts", "zones"):
        for each in files[f"{name}.geojson"]["features"]:
            properties = each["properties"]
            each["geometry"] = _moved(each["geometry"])
            properties |= {"code": "other"} if properties["level"] == "city" else {}
            properties |= {"parent": "other"} if properties["parent_level"] == "city" else {}
    reload()
    assert Jurisdiction.objects.cities().count() == 2
    assert department_at(client, 500, 500, "pothole") == "1-civil-works"
    assert department_at(client, 500, 500, "pothole", eastward=EASTWARD) == "1-civil-works"
    assert Department.objects.filter(code="1-civil-works").count() == 2


def _moved(geometry):
    """The same shape, half a degree further east."""
    ring = [(lon + EASTWARD, lat) for lon, lat in geometry["coordinates"][0]]
    return geometry | {"coordinates": [ring]}


def break_manifest(**changes):
    return lambda files: files["town.json"].update(changes)


def break_first(name, key, **changes):
    return lambda files: files[name][key][0].update(changes)


def break_feature(name, **changes):
    return lambda files: files[name]["features"][0].update(changes)


def break_properties(name, **changes):
    return lambda files: files[name]["features"][0]["properties"].update(changes)


def forget(name, key):
    return lambda files: files[name].pop(key)


BOWTIE = mapping(polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)]))
OVER_BOTH = mapping(square(0, 0, side=1500))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (forget("town.json", "code"), "town.json: “code” is missing."),
        (break_manifest(colour="green"), "town.json: “colour” is not known here."),
        (break_manifest(metric_srid="32640"), "town.json: “metric_srid” must be a whole number."),
        (break_manifest(metric_srid=1), "town.json: metric_srid: "),
        (break_manifest(time_zone="Asia/Nowhere"), "time_zone: Asia/Nowhere is no time zone"),
        (break_manifest(streets="nothing.geojson"), "nothing.geojson cannot be read: No such file or directory."),
        (break_first("town.json", "levels", rank=True), "town.json, levels[0]: “rank” must be a whole number."),
        (break_first("town.json", "levels", rank=-1), "town.json, levels[0]: rank: "),
        (break_first("town.json", "boundaries", first_day="1403-05-16x"), "boundaries[0]: “first_day” is no day"),
        (break_first("town.json", "boundaries", level="park"), "boundaries[0]: There is no level “park”."),
        (break_first("town.json", "departments", function="magic"), "departments[0]: There is no function “magic”."),
        (break_first("town.json", "departments", code="{color}"), "departments[0]: code: Enter a valid"),
        (break_first("categories.json", "categories", group="none"), "There is no category group “none”."),
        (break_first("categories.json", "categories", moderation="maybe"), "categories[0]: moderation: Value 'maybe'"),
        (break_first("categories.json", "categories", place_precision_m=3), "Coarseness is 0, or between 10 and"),
        (break_first("rules.json", "rules", group="cleaning", level="city"), "rules[1]: There is another rule"),
        (break_first("rules.json", "rules", category="pothole"), "rules[0]: Name a category or a group, not both."),
        (lambda files: files["rules.json"]["rules"].pop(0), "rules.json: No rule answers the category pothole."),
        (lambda files: files["town.json"]["departments"].pop(), "No active department has the function “Waste”"),
        (break_feature("districts.geojson", geometry=BOWTIE), "districts.geojson: 1 is not valid: Self-inter"),
        (break_feature("districts.geojson", geometry=OVER_BOTH), "districts.geojson: 1 and 2 overlap by"),
        (break_feature("districts.geojson", geometry=None), "features[0], geometry: There is no object here."),
        (break_feature("districts.geojson", geometry={"type": "Polygon"}), "features[0]: Its geometry cannot be read"),
        (break_feature("districts.geojson", geometry={"type": "Blob", "coordinates": []}), "cannot be read"),
        (break_feature("streets.geojson", geometry={"type": "Point", "coordinates": [1, 2]}), "A street is a line."),
        (break_properties("districts.geojson", parent="x"), "districts.geojson: 1 lies in the city x, which is not"),
        (break_properties("districts.geojson", code=1), "features[0], properties: “code” must be a text."),
        (break_properties("districts.geojson", level="zone"), "districts.geojson: 1 is of level zone, not district."),
        (lambda files: files.update({"streets.geojson": {}}), "streets.geojson: It is no GeoJSON FeatureCollection."),
    ],
)
def test_a_fault_in_a_file_is_named_and_nothing_is_loaded(reload, files, spoil, sentence):
    spoil(files)
    with pytest.raises(CommandError) as refused:
        reload()
    assert sentence in str(refused.value)
    assert not any(everything().values())


def test_changed_shapes_need_a_later_first_day(reload, files):
    reload()
    files["districts.geojson"]["features"].pop()
    with pytest.raises(CommandError, match=r"districts\.geojson: Other shapes hold from 2024-01-01 on: new ones must"):
        reload()


@pytest.mark.parametrize(("content", "sentence"), [("{", "is no JSON"), ("[]", "There is no object here.")])
@pytest.mark.django_db
def test_a_manifest_that_is_no_json_object_is_refused(tmp_path, content, sentence):
    path = tmp_path / "town.json"
    path.write_text(content)
    with pytest.raises(CommandError, match=f"town.json.*{sentence}"):
        load(path)


@pytest.mark.django_db
class TestTheCityWeShip:
    """fixtures/mashhad.json and what it names."""

    @pytest.fixture(scope="class", autouse=True)
    @staticmethod
    def _loaded(django_db_setup, django_db_blocker):
        with until_the_end_of_the_class(django_db_blocker):
            load(FIXTURES / "mashhad.json")
            yield

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
        for boundary in Boundary.objects.filter(jurisdiction__level__code="district").select_related("jurisdiction"):
            middle = boundary.shape.point_on_surface
            for category in Category.objects.all():
                route = find_route(location=middle, category=category, on=date(2026, 6, 1))
                assert route.places["district"].code == boundary.jurisdiction.code
                assert route.department is not None, category.code
                assert not route.escalated, category.code

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
