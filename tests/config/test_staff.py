"""The staff's site as a whole: every page of every model, in both languages, for whom it is meant."""

import re
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import RequestFactory
from django.urls import reverse
from django_q.models import Schedule

from geo.admin import StaffAdmin
from jurisdictions.models import Jurisdiction
from notifications.models import Message
from people.models import ApiToken, FilingWindow, Role
from reports.models import (
    Change,
    Contact,
    Deadline,
    DensityCell,
    DensityFold,
    DensityGround,
    DensitySummary,
    PhotoUpload,
    Report,
    StoredFile,
    Unsought,
)
from tests.city_files import until_the_end_of
from tests.config.full_city import fill
from tests.conftest import SMALL_CITY
from tests.factories import CityFactory, MembershipFactory, UserFactory
from tests.staff import handler, seated, superuser

OURS = {"jurisdictions", "people", "reports", "notifications", "api"}
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
APPS = sorted({model._meta.app_label for model in MODELS})
GUARDED = [
    "reports.Report",
    "reports.Assignment",
    "reports.StatusUpdate",
    "reports.Contact",
    "reports.Note",
    "reports.Check",
    "reports.Delegation",
    "reports.Feedback",
    "reports.Photo",
    "reports.DeadlineChange",
    "reports.Rerouting",
    "reports.ReroutingMove",
    "jurisdictions.Boundary",
    "jurisdictions.BoundarySet",
    "notifications.Message",
    "reports.DuplicateCluster",
    "reports.DuplicateLink",
    "reports.DuplicateAct",
    "reports.Supporter",
    "reports.SupporterContact",
    "people.SupportWindow",
    "api.IdempotencyKey",
    "people.FilingWindow",
    "people.RoutingWindow",
    "people.PhotoWindow",
    "people.ApiToken",
]
MADE_BY_A_FORM = {"people.ApiToken", "reports.Rerouting"}  # that calls its verb


def page(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def model_named(label: str):
    return next(model for model in MODELS if model._meta.label == label)


@pytest.fixture(scope="module")
def _filled(django_db_setup, django_db_blocker):
    with until_the_end_of(django_db_blocker):
        fill(SMALL_CITY())
        yield


@pytest.fixture
def full_city(_filled, db):
    """A city with a row in every table that the staff can open, made once."""


# What the database keeps for itself, by triggers and sums: nobody reads it row by row. Files and photos on their way
# have no page, and a report's dates stand on its own.
WITHOUT_PAGES = {
    Change,
    Deadline,
    DensityCell,
    DensityFold,
    DensityGround,
    DensitySummary,
    PhotoUpload,
    StoredFile,
    Unsought,
}


def test_every_model_of_ours_has_its_pages():
    models = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    assert models - WITHOUT_PAGES <= set(MODELS)


def models_of(app: str):
    return [model for model in MODELS if model._meta.app_label == app]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("app", APPS)
def test_every_list_and_every_page_opens(full_city, app, language):
    client = seated(superuser(), language=language)
    for model in models_of(app):
        listed = client.get(page(model, "changelist"))
        assert listed.status_code == 200, model
        assert f'dir="{"rtl" if language == "fa" else "ltr"}"' in listed.content.decode()
        row = model._default_manager.first()
        assert client.get(page(model, "change", row.pk)).status_code == 200, model
        adding = client.get(page(model, "add")).status_code
        assert adding == (200 if model_admin(model).has_add_permission(asking()) else 403), model


def model_admin(model):
    return admin.site._registry[model]


def asking():
    request = RequestFactory().get("/")
    request.user = superuser()
    return request


def test_what_a_verb_guards_is_neither_added_changed_nor_deleted_even_by_a_superuser(full_city):
    client = seated(superuser())
    for label in GUARDED:
        model = model_named(label)
        before = list(model._default_manager.values())
        row = model._default_manager.first()
        if label not in MADE_BY_A_FORM:
            assert client.post(page(model, "add"), {"reference": "X"}).status_code == 403, label
        posted = {field.name: "1" for field in model._meta.fields}
        assert client.post(page(model, "change", row.pk), posted).status_code == 403, label
        assert client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403, label
        chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes", "index": 0}
        client.post(page(model, "changelist"), chosen)
        assert list(model._default_manager.values()) == before, label


def test_someone_who_is_no_staff_is_led_to_the_login(full_city):
    answer = seated(UserFactory(is_staff=False)).get(page(Report, "changelist"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_staff_without_membership_and_permissions_see_no_page_of_a_model(full_city):
    client = seated(UserFactory())
    assert client.get("/admin/").status_code == 200
    assert [model._meta.label for model in MODELS if client.get(page(model, "changelist")).status_code != 403] == []


@pytest.mark.parametrize(("language", "name"), [("fa", "چشم شهر"), ("en", "City Eye")])
def test_the_site_bears_its_name_in_the_language_of_the_reader(client, db, language, name):
    client.cookies["django_language"] = language
    assert name in client.get("/admin/login/").content.decode()


QUERIES = [
    "q=%00",
    "q=%25%27%22",
    "p=x",
    "p=99999999999",
    "o=99",
    "all=1",
    "e=1",
    "unknown__regex=(",
    "unknown=x",
    "id__range=1",
    "_facets=True",
    "_popup=1",
    "_to_field=id",
    "_to_field=description",
]
# Where a list has no filter and its model no field of that name, the two above that are unknown say the same.
FILTERS = [
    "status__exact=%00",
    "status__exact=unknown",
    "is_public__exact=maybe",
    "category__id__exact=x",
    "category__id__exact=99999999999999999999999",
    "district=x",
    "department=99999999999999999999999",
    "city=x",
    "city=99999999999999999999999",
    "days=x",
    "description__regex=(",
    "contact__phone__startswith=%2B98",
]
KEYS = ["x", "0", "-1", "99999999999999999999999", "%00", "1_5F2", "١"]
# One function reads the key for all three pages; what it makes of each is asked of the first.
PAGES_OF_A_ROW = [("change", KEYS), ("delete", ["x", "%00"]), ("history", ["x", "%00"])]


def filters_of(model) -> list[str]:
    listed = model_admin(model).get_list_filter(asking())
    known = {getattr(each, "parameter_name", None) for each in listed}
    known |= {field.name for field in model._meta.get_fields()}
    return [query for query in FILTERS if re.split("__|=", query)[0] in known]


def test_each_of_the_filters_is_tried_on_some_list(db):
    assert {query for model in MODELS for query in filters_of(model)} == set(FILTERS)


@pytest.fixture
def just_the_page(monkeypatch, settings):
    """Without the list of models, which is the same on every page and half of its price, and sessions from memory."""
    monkeypatch.setattr(admin.site, "get_app_list", lambda *_words, **_more: [])
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"


@pytest.mark.long
@pytest.mark.parametrize("app", APPS)
def test_no_request_ends_in_a_server_error(full_city, just_the_page, app):
    """Django's own pages do for some of these; the test client would raise what a server answers with 500."""
    client = seated(superuser())
    for model in models_of(app):
        listed = page(model, "changelist")
        answers = [client.get(f"{listed}?{query}").status_code for query in QUERIES + filters_of(model)]
        answers += [client.get(page(model, name, "K").replace("/K/", f"/{key}/")).status_code
                    for name, keys in PAGES_OF_A_ROW for key in keys]  # fmt: skip
        for action in [*model_admin(model).get_actions(asking()), "unknown"]:
            chosen = [{"action": action, "_selected_action": key, "index": 0} for key in ("x", "", "9" * 30, "\0")]
            answers += [client.post(listed, given).status_code for given in chosen]
        assert set(answers) <= {200, 302, 400, 403, 404}


def test_a_form_is_not_filled_from_its_address(full_city):
    client = seated(superuser())
    assert client.get(f"{page(Schedule, 'add')}?next_run=x").status_code == 400
    assert client.get(f"{page(Schedule, 'add')}?_popup=1").status_code == 200


def test_a_pattern_that_the_database_cannot_read_is_a_bad_request(full_city):
    assert seated(superuser()).get(f"{page(Group, 'changelist')}?name__regex=(").status_code == 400


def test_lists_of_libraries_are_asked_what_they_show_and_nothing_else(full_city):
    """As ours are; Django's own would take any condition on a field, and end in an error at many."""
    client = seated(superuser())
    for model in MODELS:
        assert isinstance(model_admin(model), StaffAdmin), model
    for query in ("id__range=1,2,3", "id__gt=0", "name__startswith=E", "func__contains=x"):
        for model in (Group, Schedule):
            assert client.get(f"{page(model, 'changelist')}?{query}").status_code in {400, 302}, query
    assert client.get(f"{page(Group, 'changelist')}?q=edit").context["cl"].result_count == 1


def test_a_head_who_asks_lists_strangely_is_answered(full_city, just_the_page):
    client = seated(handler(Jurisdiction.objects.exclude(root=None).earliest("pk"), Role.HEAD))
    lists = [address for model in MODELS if client.get(address := page(model, "changelist")).status_code == 200]
    queries = ["q=%22%FF&o=1.-2.x.99", "p=99999", "received_at__year=9999"]
    assert len(lists) > 10
    assert {client.get(f"{address}?{query}").status_code for address in lists for query in queries} <= {200, 302, 400}


def test_ten_thousand_chosen_rows_are_a_bad_request(full_city):
    chosen = {"action": "change_status", "_selected_action": [str(key) for key in range(10_000)]}
    assert seated(superuser()).post(page(Report, "changelist"), chosen).status_code == 400


def test_moments_are_on_the_clock_of_the_city_and_in_the_calendar_of_the_reader(full_city):
    ApiToken.objects.update(made_at=datetime(2026, 11, 20, 21, 0, tzinfo=UTC))
    for language, moment in [("fa", "۳۰ آبان ۱۴۰۵، ساعت ۰۰:۳۰"), ("en", "2026-11-21 00:30")]:
        listed = seated(superuser(), language=language).get(page(ApiToken, "changelist"))
        assert moment in listed.content.decode()


def test_a_member_of_staff_reads_moments_on_the_clock_of_their_own_city(full_city):
    elsewhere = CityFactory(time_zone="Asia/Tokyo")
    user = MembershipFactory(jurisdiction=elsewhere).user
    user.user_permissions.add(*_permissions("view_filingwindow"))
    listed = seated(user).get(page(FilingWindow, "changelist"))
    assert "2026-11-20 18:30" in listed.content.decode()


def _permissions(*names):
    return Permission.objects.filter(codename__in=names)


def test_lists_show_neither_contact_data_nor_what_messages_say(full_city):
    client = seated(superuser())
    for model in (Report, Contact, Message):
        listed = client.get(page(model, "changelist")).content.decode()
        assert "2233" not in listed
        assert "رضایی" not in listed
