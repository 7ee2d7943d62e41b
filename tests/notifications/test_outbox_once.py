"""The outbox sends a message once and only once, whoever works at it and whatever breaks off."""

import threading

import pytest
from django.db import connection, transaction

from notifications.leases import LEASE, claim, note_sent, put_off
from notifications.models import Message, State
from notifications.outbox import BATCH, drain
from tests.notifications.helpers import NOON


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
