"""The staff's pages about ground and responsibility: rules of the database are sentences in forms."""

import pytest
from django.contrib.gis.geos import LineString, MultiLineString

from jurisdictions.models import Boundary, Category, CategoryGroup, Department, Jurisdiction, Level, RoutingRule, Street
from tests.factories import (
    CategoryFactory,
    CategoryGroupFactory,
    CityFactory,
    DepartmentFactory,
    FunctionFactory,
    LevelFactory,
)
from tests.shapes import lonlat
from tests.staff import file_report, seated, superuser


@pytest.fixture
def client(db):
    return seated(superuser())


def address(model, *parts) -> str:
    return "/".join(["/admin", model._meta.app_label, model._meta.model_name, *map(str, parts), ""])


def named(code: str, **values) -> dict:
    return {"code": code, "name_fa": "نام", "name_en": "Name", "rank": 5} | values


def refused(answer, text: str = "errorlist") -> bool:
    return answer.status_code == 200 and text in answer.content.decode()


class TestTheRulesOfTheDatabase:
    def test_a_code_is_given_once(self, client):
        LevelFactory(code="park")
        CategoryGroupFactory(code="park")
        FunctionFactory(code="park")
        for model in (Level, CategoryGroup):
            assert refused(client.post(address(model, "add"), named("park")), "already exists")

    @pytest.mark.parametrize(
        ("metres", "is_refused"), [("0", False), ("5", True), ("10", False), ("5001", True), ("-1", True)]
    )
    def test_coarseness_is_nothing_or_sensible(self, client, metres, is_refused):
        values = named("noise", group=CategoryGroupFactory().pk, moderation="never", place_precision_m=metres)
        assert refused(client.post(address(Category, "add"), values)) == is_refused
        assert Category.objects.exists() != is_refused

    def test_a_rule_names_a_category_or_a_group(self, client, small_city):
        both = {"category": small_city.pothole.pk, "group": small_city.pothole.group_id}
        given = {"root": small_city.city.pk, "function": FunctionFactory().pk, "level": small_city.west.level_id}
        days = {"in_force_0": "1405/01/01", "in_force_1": "1405/01/10"}
        assert refused(client.post(address(RoutingRule, "add"), given | days | both), "not both")
        client.post(address(RoutingRule, "add"), given | days)
        assert str(RoutingRule.objects.latest("pk").in_force) == "[2026-03-21, 2026-03-30)"

    def test_a_rule_belongs_to_a_city(self, client, small_city):
        given = {"root": small_city.west.pk, "function": FunctionFactory().pk, "level": small_city.west.level_id}
        assert refused(client.post(address(RoutingRule, "add"), given | {"in_force_0": "2026-01-01"}))

    def test_a_department_has_the_city_of_its_jurisdiction(self, client, small_city):
        green = FunctionFactory(code="green")
        values = named(
            "1-green", jurisdiction=small_city.west.pk, function=green.pk, is_active="on", root=CityFactory().pk
        )
        assert client.post(address(Department, "add"), values).status_code == 302
        assert Department.objects.get(code="1-green").root == small_city.city

    def test_a_departments_code_is_given_once_in_a_city(self, client, small_city):
        green = FunctionFactory(code="green")
        taken = named(small_city.east_works.code, jurisdiction=small_city.west.pk, function=green.pk)
        assert refused(client.post(address(Department, "add"), taken), "already exists")
        elsewhere = taken | {"jurisdiction": CityFactory().pk}
        assert client.post(address(Department, "add"), elsewhere).status_code == 302

    def test_a_jurisdiction_has_one_department_for_a_function(self, client, small_city):
        second = named("second", jurisdiction=small_city.west.pk, function=small_city.west_works.function_id)
        assert refused(client.post(address(Department, "add"), second), "already has a department with this function")

    @pytest.mark.parametrize(
        "values",
        [
            {"rank": "99999"},
            {"code": "ق"},
            {"code": "a b"},
            {"name_fa": ""},
            {"name_fa": "x" * 201},
            {"name_fa": "a\0b"},
        ],
    )
    def test_a_value_that_does_not_fit_is_refused(self, client, values):
        assert client.post(address(Level, "add"), named("park") | values).status_code in {200, 400}
        assert not Level.objects.exists()

    def test_who_comes_second_at_the_same_moment_is_told_so(self, client, monkeypatch):
        """As if another row with the code had come between the check of the form and its storing."""
        LevelFactory(code="park")
        monkeypatch.setattr(Level, "validate_constraints", lambda self, exclude=None: None)
        answer = client.post(address(Level, "add"), named("park"), follow=True)
        assert "something else has changed meanwhile" in answer.content.decode()


class TestWhatOthersStandOn:
    def test_a_code_stays_as_it_was_given(self, client, small_city):
        client.post(address(Category, small_city.pothole.pk, "change"), {"code": "hole", "name_fa": "چاله"})
        assert Category.objects.get().code == "pothole"

    def test_only_names_of_a_jurisdiction_are_written(self, client, small_city):
        posted = {"name_fa": "منطقه یک", "name_en": "One", "code": "99", "parent": "", "time_zone": "UTC"}
        client.post(address(Jurisdiction, small_city.west.pk, "change"), posted)
        west = Jurisdiction.objects.get(pk=small_city.west.pk)
        assert (west.name_fa, west.name_en) == ("منطقه یک", "One")
        assert (west.code, west.parent, west.time_zone) == ("1", small_city.city, "")

    def test_a_rule_that_has_decided_is_ended_and_not_rewritten(self, client, small_city):
        rule = RoutingRule.objects.get()
        other = FunctionFactory(code="green")
        posted = {"function": other.pk, "in_force_0": "2024-01-01", "in_force_1": "2030-01-01", "note": "ended"}
        file_report(small_city.pothole, x=500)
        client.post(address(RoutingRule, rule.pk, "change"), posted)
        rule.refresh_from_db()
        assert rule.function.code == "civil-works"
        assert (rule.note, rule.in_force.upper.year) == ("ended", 2030)

    def test_what_is_in_use_is_not_deleted(self, client, small_city):
        file_report(small_city.pothole, x=500)
        for row in (
            small_city.pothole,
            small_city.pothole.group,
            small_city.west_works,
            RoutingRule.objects.get(),
            small_city.zone.level,
        ):
            assert client.post(address(type(row), row.pk, "delete"), {"post": "yes"}).status_code == 403
            assert type(row).objects.filter(pk=row.pk).exists()

    def test_a_mistake_nobody_uses_is_deleted(self, client, small_city):
        mistake = CategoryFactory(code="mistake")
        assert client.post(address(Category, mistake.pk, "delete"), {"post": "yes"}).status_code == 302
        assert not Category.objects.filter(code="mistake").exists()


class TestLooking:
    def test_a_name_is_found_in_whatever_letters_and_digits_it_is_typed(self, client, small_city):
        Jurisdiction.objects.filter(pk=small_city.zone.pk).update(name_fa="ناحیه کوی ۱۲")
        for term in ("كوي", "12", "۱۲", "ناحيه ١٢", "1-1"):
            found = client.get(address(Jurisdiction), {"q": term}).context["cl"].result_list
            assert [each.code for each in found] == ["1-1"], term

    @pytest.mark.parametrize("model", [Boundary, Jurisdiction, Department, Category, RoutingRule])
    def test_a_longer_list_needs_no_more_queries(self, client, small_city, model, django_assert_max_num_queries):
        client.get(address(model))
        with django_assert_max_num_queries(100) as few:
            client.get(address(model))
        for number in range(10):
            function = FunctionFactory(code=f"f{number}")
            DepartmentFactory(jurisdiction=small_city.west, function=function)
            DepartmentFactory(jurisdiction=small_city.east, function=function)
            category = CategoryFactory(code=f"c{number}", group=small_city.pothole.group)
            RoutingRule.objects.create(
                root=small_city.city,
                category=category,
                function=function,
                level=small_city.west.level,
                in_force="[2024-01-01,)",
            )
        with django_assert_max_num_queries(100) as many:
            client.get(address(model))
        assert len(many) == len(few)

    def test_the_list_of_boundaries_does_not_read_the_shapes(self, client, small_city, django_assert_max_num_queries):
        with django_assert_max_num_queries(100) as captured:
            client.get(address(Boundary))
        assert not any('"shape"' in query["sql"] for query in captured.captured_queries)

    def test_the_map_of_a_day_holds_what_was_in_force_then(self, client, small_city):
        def names(day: str) -> set[str]:
            answer = client.get(f"/admin/jurisdictions/boundary/of/{small_city.city.pk}/on/{day}/")
            return {each["properties"]["name_en"] for each in answer.json()["features"]}

        assert names("2026-01-01") == {"District 1", "District 2"}
        assert names("2020-01-01") == set()

    @pytest.mark.parametrize("day", ["x", "2026-13-01", "1405-01-01x"])
    def test_the_map_of_no_day_is_a_bad_request(self, client, small_city, day):
        assert client.get(f"/admin/jurisdictions/boundary/of/1/on/{day}/").status_code == 400

    def test_the_map_has_the_streets_around_a_place(self, client, small_city):
        for name, x in [("Near Street", 0), ("Far Street", 60_000)]:
            line = MultiLineString(LineString(lonlat(x, 0), lonlat(x + 100, 0)), srid=4326)
            Street.objects.create(root=small_city.city, name_fa=name, name_en=name, road_class="primary", line=line)
        lon, lat = lonlat(500, 500)
        near = client.get("/admin/jurisdictions/street/near/", {"lon": lon, "lat": lat}).json()
        assert [each["properties"]["name_en"] for each in near["features"]] == ["Near Street"]

    @pytest.mark.parametrize(
        "query", ["", "lon=1", "lon=x&lat=1", "lon=nan&lat=nan", "lon=inf&lat=1", "lon=1e999&lat=1"]
    )
    def test_streets_around_no_place_are_a_bad_request(self, client, small_city, query):
        assert client.get(f"/admin/jurisdictions/street/near/?{query}").status_code == 400
