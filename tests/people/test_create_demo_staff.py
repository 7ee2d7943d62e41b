"""create_demo_staff makes the accounts of a demo, once, and shows their login."""

import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from people.models import ApiToken, Membership, User


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.LOCAL = tmp_path / ".local"


def create():
    output = StringIO()
    call_command("create_demo_staff", stdout=output)
    return output.getvalue()


def password_of(said, name):
    return re.search(rf"^  {name} +(\S+)", said, re.MULTILINE)[1]


@pytest.mark.parametrize("name", ["admin", "head", "operator", "dispatcher"])
def test_each_account_can_log_in_to_the_admin(small_city, name):
    said = create()
    client = Client()
    assert client.login(username=name, password=password_of(said, name))
    assert client.get("/admin/").status_code == 200


def test_each_role_has_its_ground_from_today_on(small_city, time_machine):
    time_machine.move_to("2026-05-31T21:00Z")  # already 1 June in the city
    create()
    roles = {
        (each.user.username, each.role, each.jurisdiction.code, each.in_force.lower)
        for each in Membership.objects.all()
    }
    today = date(2026, 6, 1)
    assert roles == {
        ("head", "head", "1", today),
        ("operator", "operator", "sample", today),
        ("dispatcher", "dispatcher", "sample", today),
    }
    assert User.objects.get(is_superuser=True).username == "admin"


def test_a_second_run_shows_the_same_login_and_makes_nothing(small_city):
    first = create()
    before = [list(model.objects.order_by("pk").values()) for model in (User, Membership, ApiToken)]
    second = create()
    assert password_of(second, "admin") == password_of(first, "admin")
    assert [list(model.objects.order_by("pk").values()) for model in (User, Membership, ApiToken)] == before


def test_the_operators_token_is_shown_once_and_opens_the_api(small_city, client):
    said = create()
    token = re.search(r"ce_\S+", said)[0]
    assert "ce_" not in create()
    body = {"category": "pothole", "location": {"type": "Point", "coordinates": [59.605, 36.304]}}
    answer = client.post(
        "/api/v1/reports",
        body | {"description": "چاله", "source": "137"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201, answer.content


def test_only_the_owner_can_read_the_kept_password(small_city, settings):
    create()
    assert (settings.LOCAL / "demo-login").stat().st_mode & 0o777 == 0o600


def test_a_lost_password_is_replaced(small_city, settings):
    create()
    (settings.LOCAL / "demo-login").unlink()
    assert Client().login(username="head", password=password_of(create(), "head"))


def test_an_account_that_is_a_persons_own_is_left_alone(small_city):
    own = User.objects.create_user("admin", email="zahra@city.example", password="correct horse")
    with pytest.raises(CommandError, match="There is an account “admin” already that no demo has made"):
        create()
    own.refresh_from_db()
    assert own.check_password("correct horse")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_without_a_city_there_is_nobody_to_make():
    with pytest.raises(CommandError, match=r"There is no city yet: load one with load_city\."):
        create()
