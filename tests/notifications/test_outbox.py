"""The outbox: what is put into it goes out, once, whatever happens on the way."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django_q.models import OrmQ

from notifications.leases import LEASE, claim, note_sent, put_off
from notifications.models import Message, State
from notifications.outbox import BATCH, BUDGET, DRAIN_JOB, drain, put, try_again
from notifications.tasks import sweep_outbox
from tests.notifications.helpers import NOON


def jobs() -> list[str]:
    return [job.func() for job in OrmQ.objects.order_by("id")]


# -- Put ---------------------------------------------------------------------------------------------


def test_a_message_is_sent_and_the_gateways_reference_kept(db, message, gateway, drained):
    told = message(body="سلام")
    assert drained() == 1
    told.refresh_from_db()
    assert (told.state, told.attempts, told.sent_at, told.last_error) == (State.SENT, 1, NOON, "")
    assert told.gateway_reference == f"fake-{str(told.message_id)[:8]}"
    assert [(sms.to, sms.sender, sms.text) for sms in gateway.inbox.newest()] == [("+989150000001", "137", "سلام")]


@pytest.mark.parametrize(
    ("words", "kept"),
    [('{"reference": "7\\u0000\\ud800"}', "7"), ('{"reference": 12}', "12"), ("[]", ""), ("fine", ""), ("", "")],
)
def test_whatever_a_gateway_answers_a_message_it_took_is_sent(db, message, gateway, drained, words, kept):
    gateway.told_to(words=words)
    told = message()
    assert drained() == 1
    told.refresh_from_db()
    assert (told.state, told.gateway_reference) == (State.SENT, kept)


def test_nobody_is_told_the_same_thing_twice(db, message):
    message("report:1:acknowledged:sms")
    with pytest.raises(IntegrityError), transaction.atomic():
        message("report:1:acknowledged:sms")


def test_a_transaction_with_several_messages_enqueues_one_job_after_its_commit(transactional_db, message):
    with transaction.atomic():
        for key in "abc":
            message(key)
        assert jobs() == []
    assert jobs() == [DRAIN_JOB]


def test_a_transaction_that_is_rolled_back_leaves_neither_message_nor_job(transactional_db, message):
    with transaction.atomic():
        message()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert jobs() == []


def test_a_message_after_a_savepoint_that_was_rolled_back_still_has_its_job(transactional_db, message):
    with transaction.atomic():
        with transaction.atomic():
            message("lost")
            transaction.set_rollback(True)
        message("kept")
    assert jobs() == [DRAIN_JOB]


def test_a_broker_that_is_down_fails_nobody_and_the_sweep_sends(transactional_db, message, gateway, monkeypatch):
    def refuse(*args):
        raise ConnectionError("no broker")

    monkeypatch.setattr("django_q.brokers.orm.ORM.enqueue", refuse)
    with transaction.atomic():
        message()
    assert jobs() == []
    assert sweep_outbox() == 1
    assert gateway.inbox.posts == 1


# -- Once, and only once -----------------------------------------------------------------------------


def test_drains_that_run_at_once_send_each_message_once(transactional_db, message, gateway, clock):
    for number in range(3 * BATCH):
        message(f"report:{number}", body=f"{number}")
    start, sent = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        sent.append(drain(clock=clock, limit=1000))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == gateway.inbox.posts == 3 * BATCH
    assert set(gateway.texts) == {str(number) for number in range(3 * BATCH)}
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_a_message_that_a_dead_worker_had_taken_is_left_alone_until_the_lease_ends(
    db, message, gateway, drained, clock
):
    told = message()
    claim(channel="sms", at=clock(), limit=1)
    clock.move(seconds=LEASE.total_seconds() - 1)
    assert drained() == 0
    clock.move(seconds=1)
    assert drained() == 1
    told.refresh_from_db()
    assert (told.state, told.attempts, gateway.inbox.posts) == (State.SENT, 2, 1)


def test_a_message_whose_answer_was_lost_is_looked_up_and_not_sent_again(db, message, gateway, drained, clock):
    gateway.told_to(swallow=True)
    told = message()
    assert drained() == 0
    told.refresh_from_db()
    assert (told.state, told.attempts) == (State.WAITING, 1)
    assert "gave no answer" in told.last_error
    clock.move(minutes=1)
    assert drained() == 1
    told.refresh_from_db()
    assert (told.state, told.gateway_reference) == (State.SENT, f"fake-{str(told.message_id)[:8]}")
    assert (gateway.inbox.posts, gateway.inbox.lookups) == (1, 1)


def test_a_first_attempt_asks_the_gateway_nothing(db, message, gateway, drained):
    message()
    drained()
    assert gateway.inbox.lookups == 0


@pytest.mark.parametrize("status", [401, 422, 500])
def test_while_the_gateway_cannot_be_asked_a_message_is_not_sent_again(db, message, gateway, drained, clock, status):
    gateway.told_to(swallow=True)
    told = message()
    drained()
    clock.move(minutes=1)
    gateway.inbox.lookup_status = status
    assert drained() == 0
    told.refresh_from_db()
    assert (told.state, gateway.inbox.posts) == (State.WAITING, 1)
    gateway.inbox.lookup_status = None
    clock.move(minutes=2)
    assert drained() == 1
    assert gateway.inbox.posts == 1


def test_a_worker_that_comes_too_late_does_not_undo_what_another_has_done(db, message, clock):
    message()
    (late,) = claim(channel="sms", at=clock(), limit=1)
    clock.move(seconds=LEASE.total_seconds())
    (other,) = claim(channel="sms", at=clock(), limit=1)
    put_off(late, until=NOON, reason="too late")
    assert Message.objects.get().state == State.SENDING
    note_sent(other, reference="7", at=clock())
    put_off(late, until=NOON, reason="too late")
    assert Message.objects.get().state == State.SENT


def test_a_late_success_counts_all_the_same(db, message, clock):
    message()
    (late,) = claim(channel="sms", at=clock(), limit=1)
    clock.move(seconds=LEASE.total_seconds())
    claim(channel="sms", at=clock(), limit=1)
    note_sent(late, reference="7", at=clock())
    assert Message.objects.get().gateway_reference == "7"


def test_a_drain_within_a_transaction_is_refused(transactional_db, clock):
    with pytest.raises(RuntimeError), transaction.atomic():
        drain(clock=clock, limit=1)


# -- What goes wrong ---------------------------------------------------------------------------------


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


# -- Try again ---------------------------------------------------------------------------------------


def test_what_failed_can_be_tried_again_and_is_asked_for_first(transactional_db, message, gateway, drained, clock):
    gateway.told_to(status=422)
    message("failed")
    drained()
    OrmQ.objects.all().delete()
    assert try_again(messages=Message.objects.all(), at=clock()) == 1
    assert jobs() == [DRAIN_JOB]
    assert drained() == 1
    assert (gateway.inbox.posts, gateway.inbox.lookups) == (2, 1)


def test_what_was_sent_or_is_being_sent_is_not_tried_again(db, message, gateway, drained, clock):
    message("sent")
    drained()
    message("being sent")
    claim(channel="sms", at=clock(), limit=1)
    assert try_again(messages=Message.objects.all(), at=clock()) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT, State.SENDING}


def test_put_writes_only_what_it_is_given(db):
    told = put(key="k", channel="email", to="a@example.org", subject="s", body="b", language="en", at=NOON)
    told.refresh_from_db()
    assert (told.state, told.attempts, told.written_at, told.due_at) == (State.WAITING, 0, NOON, NOON)
