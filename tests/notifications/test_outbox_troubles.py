"""The outbox in trouble: a gateway that fails, refuses or asks for patience, wrong settings, too little time."""

import logging
from datetime import timedelta

import pytest

from notifications.leases import LEASE, claim
from notifications.models import Message, State
from notifications.outbox import BUDGET, drain
from tests.notifications.helpers import NOON


def test_a_gateway_that_fails_is_tried_again_later_and_later(db, message, gateway, drained, clock):
    gateway.told_to(fail_next=3, status=500)
    told = message()
    waits = []
    for _ in range(3):
        assert drained() == 0
        told.refresh_from_db()
        waits.append(told.due_at - clock())
        assert drained() == 0
        clock.now = told.due_at
    assert told.attempts == 3
    assert timedelta(seconds=30) <= waits[0] < waits[1] < waits[2] < timedelta(minutes=3)
    assert drained() == 1


def test_messages_that_failed_together_are_not_retried_together(db, message, gateway, drained):
    gateway.told_to(fail_next=10, status=500)
    for number in range(10):
        message(str(number))
    drained()
    assert len(set(Message.objects.values_list("due_at", flat=True))) > 5


def test_a_message_that_never_succeeds_is_given_up(db, message, gateway, drained, clock, settings):
    settings.OUTBOX_MAX_ATTEMPTS = 3
    gateway.told_to(fail_next=100, status=500)
    told = message()
    for _ in range(10):
        drained()
        clock.move(hours=7)
    told.refresh_from_db()
    assert told.state == State.FAILED
    assert told.last_error == "Given up. The SMS gateway answered 500."
    assert gateway.inbox.posts == 3


def test_a_message_that_kills_every_worker_is_given_up(db, message, gateway, drained, clock, settings):
    settings.OUTBOX_MAX_ATTEMPTS = 3
    message()
    for _ in range(3):
        assert claim(channel="sms", at=clock(), limit=1)
        clock.move(seconds=LEASE.total_seconds())
    assert drained() == 0
    assert Message.objects.get().state == State.FAILED
    assert gateway.inbox.posts == 0


def test_the_last_attempts_outcome_is_asked_for_before_a_message_is_given_up(
    db, message, gateway, drained, clock, settings
):
    settings.OUTBOX_MAX_ATTEMPTS = 1
    gateway.told_to(swallow=True)
    message()
    drained()
    clock.move(hours=1)
    assert drained() == 1
    assert gateway.inbox.posts == 1


def test_a_message_that_the_gateway_refuses_fails_at_once_and_the_others_go_on(db, message, gateway, drained):
    gateway.told_to(status=422)
    bad, good = message("bad"), message("good")
    assert drained() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (State.FAILED, State.SENT)
    assert bad.last_error == "The SMS gateway answered 422."


@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_a_passing_trouble_is_no_failure(db, message, gateway, drained, status):
    gateway.told_to(status=status)
    told = message()
    drained()
    told.refresh_from_db()
    assert (told.state, told.attempts) == (State.WAITING, 1)


def test_retry_after_is_respected_and_the_others_wait_too(db, message, gateway, drained, clock):
    gateway.told_to(status=429, retry_after=900)
    message("first")
    message("second")
    assert drained() == 0
    assert set(Message.objects.values_list("state", "attempts", "due_at")) == {
        (State.WAITING, 0, NOON + timedelta(minutes=15))
    }
    assert gateway.inbox.posts == 1
    clock.move(minutes=14)
    assert drained() == 0
    clock.move(minutes=1)
    assert drained() == 2


def test_a_gateway_in_trouble_is_left_alone_for_as_long_as_it_asks(db, message, gateway, drained):
    gateway.told_to(status=503, retry_after=7200)
    told = message()
    drained()
    told.refresh_from_db()
    assert (told.attempts, told.due_at) == (1, NOON + timedelta(hours=2))


@pytest.mark.parametrize(
    ("retry_after", "minutes"),
    [("Sat, 23 Nov 2024 12:30:00 GMT", 30), ("Sat, 23 Nov 2024 11:30:00 GMT", 1), ("soon", 1), (10**30, 24 * 60)],
)
def test_retry_after_may_be_a_moment_nonsense_or_far_away(db, message, gateway, drained, retry_after, minutes):
    gateway.told_to(status=429, retry_after=retry_after)
    told = message()
    drained()
    told.refresh_from_db()
    assert told.due_at == NOON + timedelta(minutes=minutes)


def test_without_a_gateway_messages_wait_and_say_why(db, message, drained, clock, gateway, settings):
    url, settings.SMS_GATEWAY_URL = settings.SMS_GATEWAY_URL, ""
    told = message()
    for _ in range(50):
        assert drained() == 0
        clock.move(hours=1)
    told.refresh_from_db()
    assert (told.state, told.attempts, told.last_error) == (State.WAITING, 0, "SMS_GATEWAY_URL is not set.")
    settings.SMS_GATEWAY_URL = url
    assert drained() == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SMS_GATEWAY_TOKEN", "wrong", "The SMS gateway answered 401. Look at SMS_GATEWAY_URL and SMS_GATEWAY_TOKEN."),
        ("SMS_GATEWAY_URL", "http://127.0.0.1:1", "The SMS gateway cannot be reached: "),
        ("SMS_GATEWAY_URL", "gateway.example", "SMS_GATEWAY_URL is not an address of the web."),
        ("SMS_GATEWAY_URL", "http://gateway.example:port", "SMS_GATEWAY_URL is not an address of the web."),
    ],
)
def test_a_wrong_setting_costs_no_message(db, message, gateway, drained, settings, name, value, said):
    setattr(settings, name, value)
    message("first")
    message("second")
    assert drained() == 0
    assert set(Message.objects.values_list("state", "attempts")) == {(State.WAITING, 0)}
    assert all(error.startswith(said) for error in Message.objects.values_list("last_error", flat=True))


def test_a_channel_that_is_down_does_not_hold_up_the_other(db, message, mail_server, drained, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1"
    message("by sms")
    message("by e-mail", channel="email", to="citizen@example.org", subject="گزارش")
    assert drained() == 1
    assert len(mail_server.arrived) == 1


def test_a_drain_ends_in_time_and_gives_back_what_it_has_not_tried(db, message, gateway, clock):
    for number in range(5):
        message(str(number))

    def passing():
        clock.move(seconds=BUDGET.total_seconds() / 6)
        return clock()

    assert 0 < drain(clock=passing, limit=100) < 5
    left = Message.objects.exclude(state=State.SENT)
    assert set(left.values_list("state", "attempts")) == {(State.WAITING, 0)}


def test_a_drain_takes_no_more_than_its_limit(db, message, gateway, drained):
    for number in range(5):
        message(str(number))
    assert drained(limit=2) == 2
    assert gateway.texts == ["گزارش شما ثبت شد"] * 2


def test_the_log_says_which_message_failed_and_names_nobody(db, message, gateway, drained, caplog):
    gateway.told_to(status=422)
    told = message()
    with caplog.at_level(logging.DEBUG):
        drained()
    assert "A message could not be sent" in caplog.messages
    assert str(told.message_id) in caplog.text
    assert told.to not in caplog.text
    assert told.body not in caplog.text
