"""check_rules lists what is wrong in a city with rules, departments and categories, and fails where it is serious."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from jurisdictions.models import Category, Department, RoutingRule
from jurisdictions.rules import Flaw, RuleFault
from tests.factories import (
    CategoryFactory,
    CategoryGroupFactory,
    CityFactory,
    DepartmentFactory,
    FunctionFactory,
    RoutingRuleFactory,
)


def check(*options: str) -> tuple[str, str]:
    """What was listed, and with what words it failed, if it did."""
    output = StringIO()
    try:
        call_command("check_rules", *options, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-23T08:30Z", tick=False)


def test_a_city_without_faults_says_so(small_city):
    assert check() == ("sample: no faults\n", "")


def test_r10_a_rule_that_leads_nowhere_fails(small_city):
    rule = RoutingRule.objects.get()
    Department.objects.update(is_active=False)
    said, failed = check()
    assert f"error: routing rule {rule.pk} (Pothole: Civil Works (District)): No active department" in said
    assert failed == "1 error."


def test_r9_departments_that_are_off_with_nobody_above_are_listed(small_city):
    small_city.west_works.is_active = small_city.city_works.is_active = False
    small_city.west_works.save()
    small_city.city_works.save()
    said, failed = check()
    assert "warning: department 1-civil-works (Civil Works, District 1): It is not active, and no department" in said
    assert "warning: department city-civil-works" in said
    assert "2-civil-works" not in said
    assert "for District 1, nor above" in said
    assert failed == ""


def test_a_category_that_no_rule_answers_fails(small_city):
    CategoryFactory(code="tree", name_en="Tree", group=CategoryGroupFactory(code="green"))
    Category.objects.create(code="old", name_fa="قدیمی", group=small_city.pothole.group, is_active=False)
    said, failed = check()
    assert said.splitlines() == ["sample: 1 error, 0 warnings", "  error: category tree (Tree): No rule answers it."]
    assert failed == "1 error."


@pytest.mark.parametrize("values", [{"weekdays": [5]}, {"sources": ["137"]}, {"level": None}])
def test_a_category_that_is_answered_only_now_and_then_or_here_and_there_is_told_of(small_city, values):
    if "level" in values:
        values = {"level": small_city.zone.level}
    RoutingRule.objects.all().delete()
    RoutingRuleFactory(root=small_city.city, category=small_city.pothole, **values)
    said, failed = check()
    assert "warning: category pothole (Pothole): Its rules answer only at some times" in said
    assert failed == ""


def test_conditions_that_fill_the_week_between_them_leave_no_gap(small_city):
    RoutingRule.objects.update(weekdays=[6, 7, 1, 2, 3])
    RoutingRuleFactory(root=small_city.city, category=small_city.pothole, weekdays=[4, 5])
    assert check() == ("sample: no faults\n", "")


def test_two_rules_that_stand_equal_are_both_named(small_city):
    waste = FunctionFactory(code="waste")
    DepartmentFactory(jurisdiction=small_city.city, function=waste)
    first = RoutingRule.objects.get()
    second = RoutingRuleFactory(root=small_city.city, category=small_city.pothole, function=waste)
    said, failed = check()
    assert f"routing rule {first.pk} " in said
    assert f"routing rule {second.pk} " in said
    assert said.count("neither goes before the other") == 2
    assert failed == "2 errors."


def test_rules_that_are_over_are_past_and_those_to_come_are_not(small_city):
    nobody = FunctionFactory(code="nobody")
    over = RoutingRuleFactory(root=small_city.city, function=nobody, in_force=(date(2024, 1, 1), date(2026, 11, 23)))
    coming = RoutingRuleFactory(root=small_city.city, function=nobody, in_force=(date(2027, 1, 1), None))
    said, failed = check()
    assert f"routing rule {over.pk} " not in said
    assert f"routing rule {coming.pk} " in said
    assert failed == "1 error."


def test_one_city_or_all(small_city):
    CityFactory(code="other")
    said, failed = check()
    assert "other: 1 error, 0 warnings" in said
    assert check("--city=sample") == ("sample: no faults\n", "")
    assert check("--city=nowhere") == ("", "There is no city “nowhere”; known are: other, sample.")
    assert failed == "1 error."


def test_every_fault_is_in_the_documents_with_what_follows_from_it():
    page = (Path(__file__).parents[2] / "docs/domain.md").read_text("utf-8")
    rows = [row for row in page.splitlines() if row.startswith("| `") and row.endswith(("refused |", "told |"))]
    for flaw in Flaw:
        [row] = [row for row in rows if f"`{flaw}`" in row.split("|")[1]]
        assert row.endswith("refused |") == RuleFault(flaw=flaw).is_error, flaw
