"""Signing in to the staff's pages, by people and by those who guess."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from people.models import SignInWindow, User
from tests.factories import UserFactory
from tests.threads import InTheBackground

LOGIN = "/admin/login/"
AT = datetime(2026, 11, 28, 8, 5, tzinfo=UTC)
WORD = "ein-langes-Wort-9"


@pytest.fixture
def anna(db, time_machine, settings) -> User:
    time_machine.move_to(AT, tick=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.FAILED_SIGN_INS_PER_NAME, settings.FAILED_SIGN_INS_PER_ADDRESS = 3, 6
    user = UserFactory(username="anna")
    user.set_password(WORD)
    user.save()
    return user


def sign_in(name: str = "anna", word: str = "wrong", *, at: str = "192.0.2.1", language: str = "en", **headers: str):
    client = Client(REMOTE_ADDR=at)
    client.cookies["django_language"] = language
    return client.post(LOGIN, {"username": name, "password": word}, headers=headers)


def statuses(*answers) -> list[int]:
    return [each.status_code for each in answers]


def test_who_fails_with_a_name_waits_until_the_quarter_of_an_hour_is_over(anna, time_machine) -> None:
    assert statuses(*[sign_in() for _ in range(4)]) == [200, 200, 200, 429]
    right = sign_in(word=WORD)
    assert (right.status_code, right.headers["Retry-After"]) == (429, "600")
    assert "_auth_user_id" not in right.client.session

    time_machine.move_to(AT + timedelta(minutes=10), tick=False)
    assert sign_in(word=WORD).status_code == 302


@pytest.mark.parametrize(
    "language, sentence",
    [
        ("en", "Signing in has failed too often here. Please try again in 11 minutes."),
        ("fa", "لطفاً ۱۱ دقیقهٔ دیگر دوباره امتحان کنید."),
    ],
)
def test_it_is_said_in_a_sentence(anna, language, sentence) -> None:
    for _ in range(3):
        sign_in()
    assert sentence in sign_in(language=language).content.decode()


def test_nobody_locks_a_colleague_out_by_typing_a_name_elsewhere(anna) -> None:
    assert statuses(*[sign_in(at="198.51.100.7") for _ in range(4)])[-1] == 429

    assert sign_in(word=WORD).status_code == 302
    assert sign_in("berta", at="198.51.100.7").status_code == 200


def test_one_address_does_not_try_name_after_name(anna) -> None:
    answers = [sign_in(f"user{number}") for number in range(7)]

    assert statuses(*answers) == [200] * 6 + [429]
    assert sign_in(word=WORD).status_code == 429
    assert sign_in(word=WORD, at="192.0.2.2").status_code == 302


def test_success_begins_anew_and_is_no_failure_of_the_address(anna) -> None:
    for _ in range(4):
        assert statuses(sign_in(), sign_in(word=WORD)) == [200, 302]
    assert statuses(*[sign_in() for _ in range(3)]) == [200, 200, 429]  # six of the address


@pytest.mark.parametrize("name", ["ANNA", " anna ", "ａｎｎａ"])
def test_a_name_is_the_same_however_it_is_written(anna, name) -> None:
    for _ in range(3):
        sign_in(name)
    assert sign_in().status_code == 429


def test_a_name_that_nobody_has_is_answered_as_one_that_somebody_has(anna) -> None:
    def seen(name: str) -> list[object]:
        answers = [sign_in(name, at=f"203.0.113.{len(name)}") for _ in range(4)]
        return [(each.status_code, each.context["form"].non_field_errors()) for each in answers]

    assert seen("anna") == seen("nobody")


def test_a_household_of_ipv6_is_one_address_and_a_forged_header_is_none(anna) -> None:
    for number in range(3):
        sign_in(at=f"2001:db8:1:2::{number:x}")
    assert sign_in(at="2001:db8:1:2:ffff::1").status_code == 429
    assert sign_in(at="2001:db8:1:3::1").status_code == 200

    for number in range(3):
        sign_in(**{"X-Forwarded-For": f"203.0.113.{number}"})
    assert sign_in(**{"X-Forwarded-For": "203.0.113.9"}).status_code == 429


def test_who_comes_through_our_proxy_is_told_apart(anna, settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(4):
        answer = sign_in(**{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.1"})
    assert answer.status_code == 429
    assert sign_in(**{"X-Forwarded-For": "203.0.113.1, 203.0.113.2"}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"username": "anna"}, {"password": "x"}, {"username": "a\0", "password": "x"}, {"username": "a" * 9999}],
)
def test_what_tries_nothing_is_not_counted(anna, body) -> None:
    assert Client().post(LOGIN, body).status_code == 200
    assert not SignInWindow.objects.exists()


def test_neither_name_nor_address_is_kept(anna) -> None:
    sign_in()
    kept = SignInWindow.objects.values_list("address", flat=True)
    assert {len(each) for each in kept} == {64}


@pytest.mark.django_db(transaction=True)
def test_many_at_once_have_no_more_tries_than_many_in_a_row(anna) -> None:
    answers: list[int] = []
    guesses = [InTheBackground(lambda: answers.append(sign_in().status_code)) for _ in range(8)]
    for each in guesses:
        each.start()
    for each in guesses:
        each.join(30)
    assert sorted(answers) == [200] * 3 + [429] * 5
    assert not transaction.get_connection().in_atomic_block
