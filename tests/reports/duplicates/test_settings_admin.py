"""The staff's pages of duplicates: what a change would do is shown before it is stored."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from people.models import Role
from reports.intake import submit_report
from reports.models import CategoryKinship, DuplicateProfile, SynonymGroup
from tests.factories import CategoryFactory
from tests.shapes import at
from tests.staff import handler, seated, superuser

PROFILES = "/admin/reports/duplicateprofile/"
KINSHIPS = "/admin/reports/categorykinship/"
WORDS = "/admin/reports/synonymgroup/"


@pytest.fixture
def client(small_city):
    CategoryFactory(code="road-cut")
    call_command("load_duplicates", stdout=StringIO())
    return seated(superuser())


@pytest.fixture
def pair(client, small_city):
    def file(x: float, text: str, minutes: int, category=small_city.pothole):
        return submit_report(
            location=at(x, 200),
            category=category,
            description=text,
            received_at=timezone.now() - timedelta(minutes=minutes),
            source="web",
        )

    return file(500, "چاله جلوی بانک ملی", 30), file(615, "گودال کنار بانک", 10)


@pytest.fixture
def form(client):
    """The values of the default's form, with some of them changed."""

    def values(**changes):
        row = DuplicateProfile.objects.get(category=None)
        names = ("radius_m", "window_days", "scale_m", "suggest_from", "link_from", "cap_m")
        stored = {name: getattr(row, name) for name in names} | {"category": "", "weights": "{}"}
        return stored | {"weights": json.dumps(row.weights)} | changes

    return values


def test_a_preview_tells_which_links_would_appear_and_vanish_and_stores_nothing(client, pair, form):
    row = DuplicateProfile.objects.get(category=None)
    address = f"{PROFILES}{row.pk}/change/"
    assert "Preview what would change" in client.get(address).content.decode()
    wider = client.post(address, form(scale_m=60, _preview="1"))
    text = wider.content.decode()
    assert "Links that appear: 1. Links that vanish: 0." in text
    assert pair[0].reference in text
    row.refresh_from_db()
    assert row.scale_m == 10
    nearer = client.post(address, form(weights=json.dumps(row.weights | {"meaning": 20}), _preview="1"))
    assert "Links that appear: 1. Links that vanish: 0." in nearer.content.decode()
    stricter = client.post(address, form(radius_m=20, _preview="1")).content.decode()
    assert "Links that appear: 0. Links that vanish: 0." in stricter
    assert "newest 2 reports" in stricter


def test_what_was_previewed_is_saved_by_its_button(client, pair, form):
    row = DuplicateProfile.objects.get(category=None)
    address = f"{PROFILES}{row.pk}/change/"
    shown = client.post(address, form(scale_m=60, _preview="1"))
    posted = dict(shown.context["posted"]) | {"_save": "1"}
    assert client.post(address, posted).status_code == 302
    row.refresh_from_db()
    assert row.scale_m == 60


def test_words_and_kinships_are_previewed_too(client, pair):
    CategoryKinship.objects.all().delete()
    values = {"kind": "synonym", "axis": "", "words": "ملی,تجارت", "_preview": "1"}
    assert "Links that appear" in client.post(f"{WORDS}add/", values).content.decode()
    assert not SynonymGroup.objects.filter(words__contains=["تجارت"]).exists()
    one, other = CategoryFactory(code="pothole"), CategoryFactory(code="road-cut")
    pair_values = {"one": other.pk, "other": one.pk, "kinship": 0.7}
    assert "Links that appear" in client.post(f"{KINSHIPS}add/", {**pair_values, "_preview": "1"}).content.decode()
    assert not CategoryKinship.objects.exists()
    client.post(f"{KINSHIPS}add/", {**pair_values, "_save": "1"})  # in whichever order
    assert CategoryKinship.objects.get().kinship == 0.7


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": '{"distance": 1}'},
        {"weights": '{"across_meaning": -1}'},
        {"weights": '{"meaning": NaN}'},
        {"weights": "{"},
        {"radius_m": 0},
        {"link_from": 2},
        {"suggest_from": 0.9},
    ],
)
@pytest.mark.parametrize("button", ["_preview", "_save"])
def test_a_profile_that_makes_no_sense_is_refused_in_the_form(client, form, changes, button):
    row = DuplicateProfile.objects.get(category=None)
    answer = client.post(f"{PROFILES}{row.pk}/change/", form(**changes, **{button: "1"}))
    assert answer.status_code == 200
    assert answer.context["errors"]
    row.refresh_from_db()
    assert (row.radius_m, row.link_from) == (250, 0.5)


def test_the_pages_speak_persian(small_city, client, pair, form):
    row = DuplicateProfile.objects.get(category=None)
    persian = seated(superuser(), language="fa")
    text = persian.post(f"{PROFILES}{row.pk}/change/", form(scale_m=60, _preview="1")).content.decode()
    assert "هنوز چیزی ذخیره نشده است" in text
    assert "۲ گزارش" in text


def test_who_has_no_permission_previews_nothing(small_city, client, form):
    row = DuplicateProfile.objects.get(category=None)
    stranger = seated(handler(small_city.city, Role.DISPATCHER))
    assert stranger.post(f"{PROFILES}{row.pk}/change/", form(_preview="1")).status_code == 403
