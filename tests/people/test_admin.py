"""The staff's pages about people: accounts, memberships and tokens."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from people.models import ApiToken, Membership, User
from people.tokens import make_token, owner_of
from tests.factories import UserFactory
from tests.staff import FILED_AT, handler, seated, superuser

TOKENS = "/admin/people/apitoken/"
MEMBERSHIPS = "/admin/people/membership/"


def permitted(*names: str) -> User:
    user = UserFactory()
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return user


def membership(user, **values) -> dict:
    return {"user": user.pk, "role": "handler", "in_force_0": "2024-01-01", "in_force_1": ""} | values


class TestMemberships:
    def test_are_given_from_a_jalali_day_as_from_a_gregorian_one(self, small_city):
        client = seated(superuser(), language="fa")
        for user, day in [(UserFactory(), "۱۴۰۵/۰۱/۰۱"), (UserFactory(), "1405-1-1"), (UserFactory(), "2026-03-21")]:
            client.post(f"{MEMBERSHIPS}add/", membership(user, jurisdiction=small_city.west.pk, in_force_0=day))
            assert user.memberships.get().in_force.lower.isoformat() == "2026-03-21"

    def test_show_their_days_in_the_calendar_of_the_reader(self, small_city):
        row = handler(small_city.west).memberships.get()
        for language, listed, written in [
            ("fa", "از ۱۱ دی ۱۴۰۲", "۱۴۰۲/۱۰/۱۱"),
            ("en", "since 2024-01-01", "2024-01-01"),
        ]:
            client = seated(superuser(), language=language)
            assert listed in client.get(MEMBERSHIPS).content.decode()
            assert f'value="{written}"' in client.get(f"{MEMBERSHIPS}{row.pk}/change/").content.decode()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"in_force_0": "1405/13/01"},
            {"in_force_0": "yesterday"},
            {"in_force_0": "0000/00/00"},
            {"in_force_0": "2026-01-01", "in_force_1": "2025-01-01"},
            {"in_force_0": "", "in_force_1": ""},
            {"role": "king"},
            {"jurisdiction": ""},
            {"jurisdiction": "x"},
            {"user": "99999999999999999999999"},
        ],
    )
    def test_that_are_wrong_are_refused_in_the_form(self, small_city, wrong):
        posted = membership(UserFactory(), jurisdiction=small_city.west.pk) | wrong
        answer = seated(superuser()).post(f"{MEMBERSHIPS}add/", posted)
        assert "errorlist" in answer.content.decode()
        assert not Membership.objects.exists()

    def test_are_for_a_department_or_a_jurisdiction_and_not_for_both(self, small_city):
        both = {"jurisdiction": small_city.west.pk, "department": small_city.west_works.pk}
        answer = seated(superuser()).post(f"{MEMBERSHIPS}add/", membership(UserFactory(), **both))
        assert "Name a department or a jurisdiction: one of them." in answer.content.decode()
        assert not Membership.objects.exists()


class TestAccounts:
    def test_get_powers_from_a_superuser_only(self, db):
        keeper = permitted("view_user", "change_user")
        other = UserFactory(is_staff=False)
        posted = {"username": other.username, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
        formset = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
        seated(keeper).post(f"/admin/people/user/{other.pk}/change/", posted | {"first_name": "نام"} | formset)
        other.refresh_from_db()
        assert (other.first_name, other.is_staff, other.is_superuser) == ("نام", False, False)

    def test_of_superusers_are_changed_by_superusers_only(self, db):
        root = superuser()
        client = seated(permitted("view_user", "change_user"))
        passwords = {"password1": "ein-langes-Wort-9", "password2": "ein-langes-Wort-9"}
        assert client.post(f"/admin/people/user/{root.pk}/password/", passwords).status_code == 403
        assert client.post(f"/admin/people/user/{root.pk}/change/", {"username": "mine"}).status_code == 403

    def test_are_never_deleted(self, db):
        user = UserFactory()
        assert seated(superuser()).post(f"/admin/people/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=user.pk).exists()

    def test_are_made_with_memberships_beside_them(self, small_city):
        user = UserFactory()
        rows = {
            "memberships-TOTAL_FORMS": 1,
            "memberships-INITIAL_FORMS": 0,
            "memberships-0-role": "head",
            "memberships-0-jurisdiction": small_city.west.pk,
            "memberships-0-in_force_0": "1405/01/01",
        }
        address = f"/admin/people/user/{user.pk}/change/"
        wrong = seated(superuser()).post(
            address, {"username": user.username} | rows | {"memberships-0-jurisdiction": ""}
        )
        assert "Name a department or a jurisdiction: one of them." in wrong.content.decode()
        strange = {"username": user.username} | rows | {"memberships-0-jurisdiction": "x"}
        assert "errorlist" in seated(superuser()).post(address, strange).content.decode()
        seated(superuser()).post(address, {"username": user.username} | rows)
        assert user.memberships.get().role == "head"


class TestTokens:
    def test_are_shown_once_when_they_are_made(self, db):
        root = superuser()
        client = seated(root)
        made = client.post(f"{TOKENS}add/", {"user": root.pk, "name": "Counter"})
        secret = made.context["secret"]
        assert secret in made.content.decode()
        assert owner_of(secret=secret, at=timezone.now()) == root
        row = ApiToken.objects.get()
        for address in (TOKENS, f"{TOKENS}{row.pk}/change/", "/admin/"):
            assert secret not in client.get(address).content.decode()

    def test_open_until_the_end_of_their_last_day(self, small_city, time_machine):
        time_machine.move_to("2026-11-20T12:00:00+03:30")
        root = superuser()
        seated(root).post(f"{TOKENS}add/", {"user": root.pk, "name": "Counter", "last_day": "۱۴۰۵/۰۸/۲۹"})
        assert ApiToken.objects.get().expires_at.isoformat() == "2026-11-20T20:30:00+00:00"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "x" * 101},
            {"user": ""},
            {"last_day": "2020-01-01"},
            {"last_day": "9999-12-31"},
            {"last_day": "soon"},
        ],
    )
    def test_are_not_made_from_a_wrong_form(self, db, wrong):
        root = superuser()
        answer = seated(root).post(f"{TOKENS}add/", {"user": root.pk, "name": "Counter"} | wrong)
        assert "errorlist" in answer.content.decode()
        assert not ApiToken.objects.exists()

    def test_are_made_for_others_by_superusers_only(self, db):
        keeper = permitted("add_apitoken", "view_apitoken")
        seated(keeper).post(f"{TOKENS}add/", {"user": superuser().pk, "name": "Crown"})
        assert not ApiToken.objects.exists()
        seated(keeper).post(f"{TOKENS}add/", {"user": keeper.pk, "name": "Mine"})
        assert ApiToken.objects.get().user == keeper

    def test_are_made_only_with_the_permission(self, db):
        assert seated(permitted("view_apitoken")).post(f"{TOKENS}add/", {"name": "x"}).status_code == 403

    def test_of_others_are_neither_seen_nor_revoked(self, db):
        crown, _ = make_token(user=superuser(), name="Crown", at=FILED_AT)
        client = seated(permitted("add_apitoken", "view_apitoken"))
        assert "Crown" not in client.get(TOKENS).content.decode()
        client.post(TOKENS, {"action": "revoke", "_selected_action": crown.pk})
        assert ApiToken.objects.get().revoked_at is None

    def test_open_nothing_once_revoked(self, db):
        root = superuser()
        row, secret = make_token(user=root, name="Counter", at=FILED_AT)
        answer = seated(root).post(TOKENS, {"action": "revoke", "_selected_action": row.pk}, follow=True)
        assert "1 token revoked." in answer.content.decode()
        assert owner_of(secret=secret, at=timezone.now()) is None
