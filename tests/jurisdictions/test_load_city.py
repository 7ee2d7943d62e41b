"""load_city makes a city from its files and brings it up to date."""

from datetime import date, timedelta

from django.test import Client

from jurisdictions.models import (
    Boundary,
    Category,
    Department,
    Jurisdiction,
    RoutingRule,
    Street,
)
from jurisdictions.routing import find_route
from tests.city_files import collection, everything, feature
from tests.shapes import at, lonlat, square

MOSTLY_LATER = date(2026, 6, 1)
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
