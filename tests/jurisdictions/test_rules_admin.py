"""The pages of rules and departments: a bad rule is refused, an odd one told of, and one follows another (R9, R10)."""

from datetime import date, time

import pytest
from django.contrib.messages import get_messages
from django.utils.translation import override

from jurisdictions.models import Boundary, Department, RoutingRule
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CategoryGroupFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
    RoutingRuleFactory,
    UserFactory,
)
from tests.shapes import rectangle, square
from tests.staff import file_report, seated, superuser

RULES = "/admin/jurisdictions/routingrule/"


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def client(db):
    return seated(superuser())


@pytest.fixture
def save(client, small_city):
    """Add a rule as the form would (or with `rule` change one): what is said of it, and whether it was stored."""

    def post(rule=None, **changes):
        given = {"root": small_city.city, "category": small_city.pothole, "group": "", "in_force_0": "2026-01-01"}
        given |= {"function": small_city.west_works.function, "level": small_city.west.level} | changes
        client.cookies.pop("messages", None)  # what was said before and not shown yet
        values = {name: getattr(value, "pk", value) for name, value in given.items()}
        answer = client.post(f"{RULES}{rule.pk}/change/" if rule else f"{RULES}add/", values)
        stored = answer.status_code == 302
        form = None if stored else answer.context["adminform"].form
        said = [each.message for each in get_messages(answer.wsgi_request) if each.level_tag == "warning"]
        return stored, said if stored else [text for texts in form.errors.values() for text in texts]

    return post


def refused(answer, sentence: str) -> bool:
    stored, said = answer
    return not stored and len(said) == 1 and sentence in said[0]


def told(answer, sentence: str) -> bool:
    stored, said = answer
    return stored and len(said) == 1 and sentence in said[0]


def silent(answer) -> bool:
    return answer == (True, [])


class TestABadRuleIsRefused:
    def test_r10_one_that_leads_to_no_department(self, save):
        nobody = FunctionFactory(code="nobody", name_en="Nobody's Work")
        assert refused(save(function=nobody), "No active department has the function “Nobody's Work”")
        assert RoutingRule.objects.count() == 1

    def test_r10_one_whose_departments_are_all_switched_off(self, save, small_city):
        Department.objects.update(is_active=False)
        assert refused(save(weekdays=["5"]), "it leads nowhere")

    def test_one_whose_level_has_no_ground_on_its_days(self, save, small_city):
        assert refused(save(level=LevelFactory(code="park")), "nothing of the level “Park” has a boundary")
        Boundary.objects.update(in_force=(date(2024, 1, 1), date(2026, 1, 1)))
        assert refused(save(weekdays=["5"]), "has a boundary in Sampletown")

    def test_one_whose_weekdays_never_fall_into_its_days(self, save):
        thursday_and_friday = {"in_force_0": "2026-11-26", "in_force_1": "2026-11-28"}
        assert refused(save(weekdays=["3"], **thursday_and_friday), "None of its weekdays")
        assert silent(save(weekdays=["5"], **thursday_and_friday))

    def test_one_that_holds_on_no_day(self, save):
        assert refused(save(in_force_0="2026-01-01", in_force_1="2026-01-01"), "It holds on no day.")

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"from_time": "22:00"}, "Give both times"),
            ({"from_time": "22:00", "until_time": "22:00"}, "Give both times"),
            ({"from_time": "0:00", "until_time": "24:00"}, "Give both times"),
            ({"from_time": "25:00", "until_time": "6:00"}, "hours and minutes"),
            ({"weekdays": ["8"]}, "not one of the available choices"),
            ({"weekdays": ["x"]}, "not one of the available choices"),
            ({"sources": ["fax"]}, "not one of the available choices"),
        ],
    )
    def test_one_with_a_condition_that_is_none(self, save, values, sentence):
        assert refused(save(**values), sentence)

    def test_one_that_stands_equal_to_another_with_another_function(self, save, small_city):
        waste = FunctionFactory(code="waste")
        DepartmentFactory(jurisdiction=small_city.city, function=waste)
        known = RoutingRule.objects.get()
        answer = save(function=waste)
        assert refused(answer, f"“{known}” (no. {known.pk}) would decide at the same time")
        assert silent(save(function=waste, sources=["137"]))
        assert refused(save(weekdays=["5"]), "neither goes before the other")  # on a Friday by telephone, which?

    def test_a_third_rule_can_say_which_of_two_equal_ones_it_is(self, save, small_city):
        waste = FunctionFactory(code="waste")
        DepartmentFactory(jurisdiction=small_city.city, function=waste)
        assert silent(save(function=waste, sources=["137"], weekdays=["5"]))
        assert silent(save(function=waste, sources=["137"]))
        assert silent(save(weekdays=["5"]))

    @pytest.mark.parametrize(
        ("own", "known", "is_refused"),
        [
            ((time(22), time(6)), ("5:00", "7:00"), True),
            ((time(22), time(6)), ("6:00", "22:00"), False),
            ((time(8), time(16)), ("15:59", "0:00"), True),
            ((time(8), time(16)), ("16:00", "24:00"), False),
        ],
    )
    def test_times_collide_where_they_share_a_minute_through_midnight_too(
        self, save, small_city, own, known, is_refused
    ):
        waste = FunctionFactory(code="waste")
        DepartmentFactory(jurisdiction=small_city.city, function=waste)
        RoutingRule.objects.update(from_time=own[0], until_time=own[1])
        stored, said = save(function=waste, from_time=known[0], until_time=known[1])
        assert stored != is_refused, said

    def test_rules_of_other_days_levels_or_cities_do_not_collide(self, save, small_city):
        waste = FunctionFactory(code="waste")
        DepartmentFactory(jurisdiction=small_city.city, function=waste)
        RoutingRule.objects.update(in_force=(date(2024, 1, 1), date(2026, 1, 1)))
        assert silent(save(function=waste))
        RoutingRuleFactory(category=small_city.pothole)
        assert silent(save(level=small_city.zone.level))


class TestAnOddRuleIsToldOf:
    def test_one_that_never_has_its_turn(self, save, small_city):
        assert told(save(level=small_city.city.level), "It never decides: always before it comes “Pothole")
        group = small_city.pothole.group
        assert silent(save(category="", level=small_city.city.level))
        CategoryFactory(code="other-hole", group=group)
        assert silent(save(category="", group=group, level=small_city.city.level))

    def test_a_group_all_of_whose_categories_have_their_own_rules(self, save, small_city):
        assert told(save(category="", group=small_city.pothole.group), "It never decides")

    def test_special_ground_does_not_silence_the_rest_of_the_city(self, save, small_city):
        assert silent(save(level=small_city.zone.level))
        RoutingRule.objects.filter(level=small_city.west.level).delete()
        assert silent(save())

    def test_a_fallback_for_ground_that_the_districts_leave_is_no_fault(self, save, small_city):
        Boundary.objects.filter(jurisdiction=small_city.east).delete()
        assert silent(save(level=small_city.city.level))

    def test_a_gap_narrower_than_what_routing_reaches_changes_nothing(self, save, small_city):
        Boundary.objects.filter(jurisdiction=small_city.east).delete()
        BoundaryFactory(jurisdiction=small_city.east, shape=rectangle(1060, 0, width=940, height=1000))
        assert told(save(level=small_city.city.level), "It never decides")

    def test_a_fallback_for_districts_without_a_department_is_no_fault(self, save, small_city):
        small_city.east_works.delete()
        small_city.city_works.delete()
        waste = FunctionFactory(code="waste")
        DepartmentFactory(jurisdiction=small_city.city, function=waste)
        assert silent(save(function=waste, level=small_city.city.level))

    def test_one_that_takes_all_from_another(self, save, small_city):
        general = RoutingRule.objects.get()
        general.category, general.group, general.level = None, small_city.pothole.group, small_city.city.level
        general.save()
        sentence = f"From 2026-01-01 on it leaves nothing to decide for “{general}” (no. {general.pk})."
        assert told(save(), sentence)

    def test_one_for_a_while_takes_nothing_for_good(self, save, small_city):
        RoutingRule.objects.update(level=small_city.city.level)
        assert silent(save(in_force_1="2026-02-01"))
        assert told(save(), "leaves nothing to decide")

    def test_one_of_a_category_or_group_that_nobody_can_file_under(self, save, small_city):
        off = CategoryFactory(code="off", name_en="Off", is_active=False, group=CategoryGroupFactory(code="idle"))
        assert told(save(category=off), "The category “Off” is not active")
        group = CategoryGroupFactory(code="empty", name_en="Empty")
        assert told(save(category="", group=group), "No category of the group “Empty” is active")

    def test_one_that_leads_nowhere_on_part_of_its_ground(self, save, small_city):
        small_city.east_works.delete()
        small_city.city_works.delete()
        assert told(save(weekdays=["5"]), "for District 2, nor above: there the next rule decides, or a dispatcher")

    def test_in_persian_with_persian_digits(self, small_city):
        client = seated(superuser(), language="fa")
        given = {"root": small_city.city.pk, "category": small_city.pothole.pk, "in_force_0": "۱۴۰۵/۰۱/۰۱"}
        given |= {"function": small_city.west_works.function_id, "level": small_city.city.level_id}
        client.post(f"{RULES}add/", given | {"from_time": "۲۲:۰۰", "until_time": "۲۴:۰۰"})
        assert RoutingRule.objects.latest("pk").until_time == time(0)
        page = client.post(f"{RULES}add/", given, follow=True)
        [said] = [str(each) for each in page.context["messages"] if each.level_tag == "warning"]
        assert said.startswith("این قاعده هرگز تصمیم نمی‌گیرد: همیشه پیش از آن «چاله در آسفالت: عمران (منطقه)»")


class TestTheLifeOfARule:
    def test_a_rule_that_has_gone_wrong_can_still_be_ended(self, save, small_city):
        rule = RoutingRule.objects.get()
        Department.objects.update(is_active=False)
        same = {"in_force_0": "2024-01-01", "rule": rule}
        assert refused(save(**same, weekdays=["5"]), "it leads nowhere")
        assert told(save(**same, in_force_1="2030-01-01"), "it leads nowhere")
        assert refused(save(**same, in_force_1="2031-01-01"), "it leads nowhere")  # longer is not over
        rule.refresh_from_db()
        assert (rule.in_force.upper, rule.weekdays) == (date(2030, 1, 1), [])

    def test_what_a_rule_says_stays_once_a_report_went_by_it(self, save, small_city):
        rule = RoutingRule.objects.get()
        file_report(small_city.pothole, x=500)
        save(rule=rule, in_force_0="2024-01-01", weekdays=["5"], sources=["137"], from_time="1:00", until_time="2:00")
        rule.refresh_from_db()
        assert (rule.weekdays, rule.sources, rule.from_time) == ([], [], None)

    def test_then_its_conditions_stand_there_in_words(self, client, small_city):
        RoutingRule.objects.update(weekdays=[6, 7, 1, 2, 3, 4, 5], sources=["web", "137"])
        file_report(small_city.pothole, x=500)
        page = client.get(f"{RULES}{RoutingRule.objects.get().pk}/change/").content.decode()
        assert "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday · web page, 137 call center" in page
        assert 'name="weekdays"' not in page

    def test_it_ends_and_a_copy_that_is_free_to_change_begins(self, client, save, small_city):
        rule = RoutingRule.objects.get()
        file_report(small_city.pothole, x=500)
        assert f"{RULES}{rule.pk}/succeed/" in client.get(f"{RULES}{rule.pk}/change/").content.decode()
        assert client.get(f"{RULES}{rule.pk}/succeed/").status_code == 200
        answer = client.post(f"{RULES}{rule.pk}/succeed/", {"first_day": "1406/01/01"})
        successor = RoutingRule.objects.latest("pk")
        assert answer["Location"] == f"{RULES}{successor.pk}/change/"
        rule.refresh_from_db()
        assert (str(rule.in_force), str(successor.in_force)) == ("[2024-01-01, 2027-03-21)", "[2027-03-21, None)")
        assert silent(save(rule=successor, in_force_0="2027-03-21", weekdays=["4", "5"]))
        successor.refresh_from_db()
        assert successor.weekdays == [4, 5]

    @pytest.mark.parametrize("day", ["", "x", "2023-12-31", "2030-01-01"])
    def test_it_does_not_end_on_a_day_that_is_none_of_its_own(self, client, small_city, day):
        RoutingRule.objects.update(in_force=(date(2024, 1, 1), date(2030, 1, 1)))
        rule = RoutingRule.objects.get()
        answer = client.post(f"{RULES}{rule.pk}/succeed/", {"first_day": day})
        assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)
        assert RoutingRule.objects.get().in_force == rule.in_force

    @pytest.mark.parametrize("key", ["0", "x", "9" * 30, "%00"])
    def test_a_rule_that_is_not_there_has_no_end(self, client, small_city, key):
        assert client.get(f"{RULES}{key}/succeed/").status_code in {400, 404}

    def test_ending_a_rule_takes_djangos_permission(self, small_city):
        rule = RoutingRule.objects.get()
        answer = seated(UserFactory()).post(f"{RULES}{rule.pk}/succeed/", {"first_day": "2027-01-01"})
        assert (answer.status_code, RoutingRule.objects.count()) == (403, 1)

    def test_its_page_shows_what_is_wrong_and_who_is_asked_before_and_after(self, client, small_city):
        rule = RoutingRule.objects.get()
        after = RoutingRuleFactory(root=small_city.city, category=None, level=small_city.city.level)
        before = RoutingRuleFactory(
            root=small_city.city, category=small_city.pothole, from_time=time(22), until_time=time(6), weekdays=[5, 6]
        )
        apart = RoutingRuleFactory(root=small_city.city, category=CategoryFactory(code="elsewhere"))
        page = client.get(f"{RULES}{rule.pk}/change/").content.decode()
        first, second = page.index(f"{RULES}{before.pk}/change/"), page.index(f"{RULES}{after.pk}/change/")
        assert first < second
        assert "22:00 to 06:00 · Friday, Saturday" in page
        assert f"{RULES}{apart.pk}/change/" not in page

    @pytest.mark.parametrize(("days", "count"), [("today", 1), ("later", 1), ("over", 2), ("", 4)])
    def test_the_list_tells_rules_of_today_from_others(self, client, small_city, days, count):
        past, future = (date(2024, 1, 1), date(2025, 1, 1)), (date(2100, 1, 1), None)
        for period in (past, future, (date(2025, 1, 1), date(2025, 1, 1))):
            RoutingRuleFactory(root=small_city.city, category=small_city.pothole, in_force=period)
        found = client.get(RULES, {"days": days} if days else {}).context["cl"].result_list
        assert len(found) == count


class TestDepartments:
    def test_r9_the_page_of_a_department_says_who_has_its_work_while_it_is_off(self, client, small_city):
        page = client.get(f"/admin/jurisdictions/department/{small_city.west_works.pk}/change/").content.decode()
        assert f"goes to {small_city.city_works.name_en}" in page
        page = client.get(f"/admin/jurisdictions/department/{small_city.city_works.pk}/change/").content.decode()
        assert "goes to nobody" in page

    def test_r9_switching_one_off_says_where_its_work_goes(self, client, small_city):
        def switch_off(department) -> list[str]:
            posted = {"name_fa": department.name_fa, "name_en": department.name_en}
            address = f"/admin/jurisdictions/department/{department.pk}/change/"
            return [str(each) for each in client.post(address, posted, follow=True).context["messages"]]

        assert f"Its work now goes to {small_city.city_works.name_en}." in switch_off(small_city.west_works)
        assert any("to nobody" in each for each in switch_off(small_city.city_works))
        assert any("to nobody" in each for each in switch_off(small_city.east_works))
        assert not Department.objects.active().exists()


def test_a_rule_in_a_level_of_two_ranks_alike_is_decided_by_ground_and_no_fault(save, small_city):
    """A park and a corridor of one rank: where both lie the smaller ground decides, so neither rule is idle."""
    works = small_city.west_works.function
    for code in ("park", "corridor"):
        place = JurisdictionFactory(root=small_city.city, code=code, level=LevelFactory(code=code, rank=50))
        BoundaryFactory(jurisdiction=place, shape=square(600, 600, side=100))
        DepartmentFactory(jurisdiction=place, function=works)
        assert silent(save(level=place.level))
