"""The staff's pages about the outbox."""

import pytest
from django.contrib.auth.models import Permission

from notifications.models import Message, State
from notifications.outbox import put
from tests.factories import UserFactory
from tests.staff import FILED_AT, seated, superuser

LIST = "/admin/notifications/message/"


@pytest.fixture
def message(db) -> Message:
    row = put(
        key="report:X:acknowledged:sms",
        channel="sms",
        to="+989121112233",
        subject="",
        body="https://city/track/X/secret",
        language="fa",
        at=FILED_AT,
    )
    Message.objects.update(state=State.FAILED, attempts=5, last_error="refused: +989121112233")
    return row


def clerk(*names: str):
    user = UserFactory()
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return user


def again(client, *rows):
    chosen = {"action": "send_again", "_selected_action": [each.pk for each in rows]}
    return client.post(LIST, chosen, follow=True).content.decode()


def test_a_failed_message_is_tried_again(message):
    assert "1 message will be tried again." in again(seated(clerk("view_message", "change_message")), message)
    assert Message.objects.get().state == State.WAITING


def test_a_message_that_is_sent_stays_so_and_that_is_said(message):
    Message.objects.update(state=State.SENT, sent_at=FILED_AT)
    assert "1 message is sent or being sent already." in again(seated(superuser()), message)
    assert Message.objects.get().state == State.SENT


def test_who_may_only_look_tries_nothing_again(message):
    again(seated(clerk("view_message")), message)
    assert Message.objects.get().state == State.FAILED


def test_only_a_superuser_reads_to_whom_a_message_goes_and_what_it_says(message):
    for user, sees in [(superuser(), True), (clerk("view_message"), False)]:
        shown = seated(user).get(f"{LIST}{message.pk}/change/").content.decode()
        for secret in ("989121112233", "/track/X/secret"):
            assert (secret in shown) == sees


def test_a_message_is_found_by_its_whole_key_and_by_no_address(message):
    client = seated(clerk("view_message"))
    assert len(client.get(LIST, {"q": message.key}).context["cl"].result_list) == 1
    assert client.get(LIST, {"to__startswith": "+98"}).status_code == 400
