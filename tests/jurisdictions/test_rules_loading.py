"""load_rules brings departments and rules up to date from one file, and says what that changes."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from jurisdictions.models import Department, RoutingRule
from jurisdictions.routing import find_route
from tests.factories import CategoryFactory, CategoryGroupFactory, FunctionFactory, LevelFactory
from tests.shapes import at

MONDAY = "2026-11-23T08:30Z"
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def load(small_city, tmp_path):
    """Load a JSON object or the text of a table; what was said."""

    def run(content, *options: str) -> str:
        path = tmp_path / ("rules.json" if isinstance(content, dict) else "sheet.csv")
        data = json.dumps(content, ensure_ascii=False) if isinstance(content, dict) else content
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        output = StringIO()
        call_command("load_rules", path, f"--city={small_city.city.code}", *options, stdout=output)
        return output.getvalue()

    return run


def rules(*entries: dict, **more) -> dict:
    return {"rules": [{"function": "civil-works", "level": "district", **each} for each in entries], **more}


POTHOLES = {"category": "pothole"}
WASTE = {"code": "waste", "name_fa": "پسماند", "name_en": "Waste"}
WASTE_OFFICE = {
    "function": "waste",
    "level": "city",
    "code": "waste",
    "name_fa": "سازمان پسماند",
    "name_en": "Waste Org",
}


def stored() -> list[tuple]:
    return list(RoutingRule.objects.order_by("pk").values_list())


class TestDifferences:
    def test_what_is_there_already_is_the_same(self, load):
        before = stored()
        said = load(rules(POTHOLES))
        assert "Routing rules: 1 same" in said
        assert said.endswith("Nothing has changed.\n")
        assert stored() == before

    def test_new_rules_begin_today_and_are_named(self, load, small_city):
        night = {"group": "streets", "from": "22:00", "until": "6:00", "weekdays": [5, "saturday"], "sources": ["137"]}
        said = load(rules(POTHOLES, night))
        assert "Routing rules: 1 same, 1 new" in said
        assert "new: streets to civil-works at district; 22:00-06:00; weekdays 5,6; by 137" in said
        rule = RoutingRule.objects.latest("pk")
        assert (rule.in_force.lower, rule.weekdays, rule.sources) == (TODAY, [5, 6], ["137"])
        assert "Nothing has changed." in load(rules(POTHOLES, night))

    def test_a_rule_that_leads_elsewhere_ends_and_its_successor_begins(self, load, small_city):
        file = rules({"category": "pothole", "function": "waste", "level": "district"})
        file |= {"functions": [WASTE], "departments": [WASTE_OFFICE]}
        said = load(file, "--first-day=2026-12-01")
        assert "ended: pothole to civil-works at district" in said
        assert "new: pothole to waste at district" in said

        def function(on):
            return find_route(location=at(500, 500), category=small_city.pothole, on=on).function

        assert (function(date(2026, 11, 30)), function(date(2026, 12, 1))) == ("civil-works", "waste")
        assert "Nothing has changed." in load(file, "--first-day=2026-12-01")

    def test_a_planned_change_gives_way_to_a_later_plan(self, load, small_city):
        file = {"functions": [WASTE], "departments": [WASTE_OFFICE]}
        load(rules({"category": "pothole", "function": "waste"}, **file), "--first-day=2027-06-01")
        load(rules(POTHOLES), "--first-day=2027-01-01")
        on = [date(2026, 12, 1), date(2027, 3, 1), date(2027, 7, 1)]
        found = [find_route(location=at(500, 500), category=small_city.pothole, on=day).function for day in on]
        assert found == ["civil-works"] * 3

    def test_a_note_changes_in_place(self, load):
        assert "1 changed" in load(rules(POTHOLES | {"note": "مصوبهٔ ۱۲"}))
        assert RoutingRule.objects.get().note == "مصوبهٔ ۱۲"

    def test_rules_that_the_file_does_not_name_stay_unless_they_are_to_end(self, load, small_city):
        load(rules(POTHOLES, {}))
        assert "Nothing has changed." in load(rules(POTHOLES))
        assert "ended: * to civil-works at district" in load(rules(POTHOLES), "--end-others", "--first-day=2026-12-01")
        assert RoutingRule.objects.in_force(on=date(2026, 12, 1)).get().category == small_city.pothole

    def test_a_dry_run_says_the_same_and_stores_nothing(self, load):
        before = stored()
        file = rules(POTHOLES, {}, functions=[WASTE], departments=[WASTE_OFFICE])
        tried = load(file, "--dry-run")
        assert tried.endswith("A dry run: nothing was stored.\n")
        assert stored() == before
        assert not Department.objects.filter(code="waste").exists()
        assert load(file).splitlines()[:-1] == tried.splitlines()[:-1]

    def test_the_first_rules_of_a_city_may_begin_on_the_day_their_file_names(self, load):
        RoutingRule.objects.all().delete()
        load(rules(POTHOLES, first_day="2025-01-01"))
        assert RoutingRule.objects.get().in_force.lower == date(2025, 1, 1)

    def test_what_is_odd_is_told(self, load, small_city):
        said = load(rules(POTHOLES, {"category": "pothole", "level": "city"}))
        assert (
            "rules.json, rules[1]: It never decides: always before it comes “Pothole: Civil Works (District)”" in said
        )
        assert RoutingRule.objects.count() == 2


class TestDepartments:
    def test_by_a_pattern_for_a_level_or_one_by_one(self, load, small_city):
        pattern = {"function": "waste", "level": "district", "code": "{code}-waste", "name_fa": "پسماند {name_fa}"}
        single = WASTE_OFFICE | {"level": "zone", "jurisdiction": "1-1", "code": "zone-waste"}
        said = load({"functions": [WASTE], "departments": [pattern, single]})
        assert "new: 2-waste" in said
        found = dict(Department.objects.filter(function__code="waste").values_list("code", "jurisdiction__code"))
        assert found == {"1-waste": "1", "2-waste": "2", "zone-waste": "1-1"}

    def test_one_is_switched_off_only_where_the_file_says_so(self, load, small_city):
        entry = {"function": "civil-works", "level": "district", "jurisdiction": "1", "code": "1-civil-works"}
        entry |= {"name_fa": small_city.west_works.name_fa, "name_en": small_city.west_works.name_en}
        load({"departments": [entry | {"active": False}]})
        assert not Department.objects.get(code="1-civil-works").is_active
        load({"departments": [entry]})
        assert not Department.objects.get(code="1-civil-works").is_active
        load({"departments": [entry | {"active": True}]})
        assert Department.objects.get(code="1-civil-works").is_active


class TestTables:
    def test_rules_as_a_persian_spreadsheet_writes_them(self, load, small_city):
        sheet = (
            "\ufeffموضوع;گروه;وظیفه;سطح;از ساعت;تا ساعت;روزهای هفته;راه دریافت;یادداشت\r\n"
            "pothole;;civil-works;district;;;;;\r\n"
            ";streets;civil-works;district;۲۲:۰۰;۲۴:۰۰;پنجشنبه، جمعه;۱۳۷ app;شب‌های تعطیل\r\n"
            ";;;;;;;;\r\n"
        )
        assert "Routing rules: 1 same, 1 new" in load(sheet)
        rule = RoutingRule.objects.latest("pk")
        assert (f"{rule.from_time:%H:%M}", f"{rule.until_time:%H:%M}") == ("22:00", "00:00")
        assert (rule.weekdays, rule.sources, rule.note) == ([4, 5], ["137", "app"], "شب‌های تعطیل")
        assert "Nothing has changed." in load(sheet)

    def test_departments_with_commas_and_with_tabs(self, load, small_city):
        FunctionFactory(code="waste")
        sheet = (
            'code,name_fa,name_en,function,level,active\nwaste,"سازمان پسماند، مرکز","Waste, Center",waste,city,بله\n'
        )
        load(sheet)
        office = Department.objects.get(code="waste")
        assert (office.name_en, office.is_active) == ("Waste, Center", True)
        load("\t".join(["code", "name_fa", "function", "level", "active"]) + "\nwaste\tپسماند\twaste\tcity\tخیر\n")
        office.refresh_from_db()
        assert (office.name_fa, office.is_active) == ("پسماند", False)

    @pytest.mark.parametrize(
        ("sheet", "sentence"),
        [
            ("", "The first line names the columns"),
            ("category\npothole\n", "The first line names the columns"),
            ("category,colour,function,level\n", "line 1: “colour” is no column of rules"),
            ("level,level,function\n", "or stands twice"),
            ("category,function,level\npothole,civil-works,district,x\n", "line 2: There are more cells than columns."),
            ("category,function,level\n\npothole,civil-works\n", "line 3: “level” is missing."),
            ("category,function,level\npothole,magic,district\n", "line 2: There is no function “magic”."),
            ("function,level,weekdays\ncivil-works,district,8\n", "line 2: “8” is no weekday"),
            ('function,level\n"civil-works,district\n', "is no table"),
            ("code,name_fa,function,level,active\nx,y,civil-works,city,maybe\n", "“active” must be true or false."),
            ("موضوع".encode("cp1256"), "sheet.csv is no UTF-8 text"),
        ],
    )
    def test_a_fault_in_a_table_is_named_by_its_line(self, load, sheet, sentence):
        with pytest.raises(CommandError) as refused:
            load(sheet)
        assert sentence in str(refused.value)


class TestFaults:
    @pytest.mark.parametrize(
        ("entry", "sentence"),
        [
            ({"category": "none"}, "There is no category “none”."),
            ({"level": "park"}, "On its days nothing of the level “Park” has a boundary in Sampletown."),
            ({"function": "green"}, "No active department has the function “Green”"),
            ({"from": "22"}, "“from” is no time such as 22:00."),
            ({"from": "24:30", "until": "1:00"}, "“from” is no time"),
            ({"from": 22}, "“from” must be a text."),
            ({"from": "22:00"}, "Give both times"),
            ({"from": "22:00", "until": "22:00"}, "Give both times"),
            ({"weekdays": [0]}, "“0” is no weekday: 1 is Monday, 7 is Sunday."),
            ({"weekdays": 5}, "“weekdays” must be a list."),
            ({"sources": ["fax"]}, "“fax” is no way in; known are web, app, 137, api, import."),
            ({"category": "pothole", "group": "streets"}, "Name a category or a group, not both."),
            ({"colour": "green"}, "“colour” is not known here."),
            (POTHOLES, "There is another rule for the same category or group, level and conditions."),
        ],
    )
    def test_r10_a_bad_rule_is_named_by_its_entry_and_nothing_is_loaded(self, load, entry, sentence):
        LevelFactory(code="park")
        FunctionFactory(code="green", name_en="Green")
        before = stored()
        with pytest.raises(CommandError) as refused:
            load(rules({"group": "streets"}, POTHOLES, entry))
        assert f"rules.json, rules[2]: {sentence}" in str(refused.value)
        assert stored() == before

    def test_two_that_stand_equal_are_refused_unless_a_third_decides_between_them(self, load):
        file = {"functions": [WASTE], "departments": [WASTE_OFFICE]}
        friday, phone = {"weekdays": [5]}, {"sources": ["137"], "function": "waste", "level": "district"}
        with pytest.raises(CommandError, match="neither goes before the other"):
            load(rules(friday, phone, **file))
        load(rules(friday, phone, friday | phone, **file))

    def test_a_rule_that_has_gone_wrong_is_told_of_and_does_not_stop_the_rest(self, load):
        Department.objects.update(is_active=False)
        said = load(rules(POTHOLES, functions=[WASTE], departments=[WASTE_OFFICE]))
        assert "rules[0]: No active department has the function" in said
        assert Department.objects.filter(code="waste").exists()

    def test_a_category_may_not_lose_its_last_rule(self, load):
        CategoryFactory(code="other", group=CategoryGroupFactory(code="rest"))  # has none, and had none before
        with pytest.raises(CommandError, match=r"rules\.json: No rule answers the category pothole\."):
            load(rules({"category": "other"}), "--end-others")
        assert "1 new" in load(rules({"category": "other"}))

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--first-day=2026-11-22"], "rules that have decided are not changed in retrospect"),
            (["--first-day=1405-09-02x"], "is no day such as"),
            (["--city=nowhere"], "There is no city “nowhere”; known are: sample."),
        ],
    )
    def test_a_wrong_option_is_named(self, load, options, sentence):
        with pytest.raises(CommandError) as refused:
            load(rules(POTHOLES), *options)
        assert sentence in str(refused.value)

    def test_a_file_that_is_not_there_is_named(self, small_city, tmp_path):
        for name in ("gone.json", "gone.csv"):
            with pytest.raises(CommandError, match=rf"{name} cannot be read"):
                call_command("load_rules", tmp_path / name, "--city=sample", stdout=StringIO())


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("۷", 7), ("Friday", 5), ("جمعه", 5), ("سه\u200cشنبه", 2), ("سه شنبه", 2), ("سهشنبه", 2), ("شنبه", 6)],
)
def test_a_weekday_is_read_as_people_write_it(load, text, number):
    with override("fa"):
        load(rules(POTHOLES, {"weekdays": [text]}))
    assert RoutingRule.objects.latest("pk").weekdays == [number]
