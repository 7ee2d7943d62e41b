"""The outbox: what is put into it goes out, and what failed goes out when it is tried again."""

import pytest
from django.db import IntegrityError, transaction
from django_q.models import OrmQ

from notifications.leases import claim
from notifications.models import Message, State
from notifications.outbox import DRAIN_JOB, put, try_again
from notifications.tasks import sweep_outbox
from tests.notifications.helpers import NOON


def jobs() -> list[str]:
    return [job.func() for job in OrmQ.objects.order_by("id")]


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
