"""The gateway that sends nothing: its protocol, its inbox, its command."""

import subprocess
import sys
from uuid import uuid4

import httpx
import pytest

from tests.notifications.helpers import Gateway
from tests.processes import ROOT

SMS = {"id": str(uuid4()), "to": "+989150000001", "from": "137", "text": "سلام\nhttps://city.example/t/1"}


@pytest.fixture
def ask(gateway: Gateway):
    """Speak to the gateway, with the right token."""
    with httpx.Client(base_url=gateway.url, headers={"Authorization": "Bearer a token"}) as client:
        yield client


def test_a_message_is_kept_once_however_often_it_comes(ask):
    assert ask.get(f"/messages/{SMS['id']}").status_code == 404
    first, second = ask.post("/messages", json=SMS), ask.post("/messages", json=SMS)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json() == ask.get(f"/messages/{SMS['id']}").json()
    assert [sms["text"] for sms in ask.get("/messages").json()] == [SMS["text"]]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"id": "1"}', b'{"id": 1, "to": "1", "from": "1", "text": "1"}', b"[" * 60_000],
)
def test_what_is_no_message_is_refused(ask, body):
    assert ask.post("/messages", content=body).status_code == 400
    assert ask.get("/messages").json() == []


def test_half_a_letter_is_refused(ask):
    body = b'{"id": "1", "to": "1", "from": "1", "text": "\\ud83d"}'
    assert ask.post("/messages", content=body).status_code == 400
    assert ask.get("/").status_code == 200


def test_without_the_token_nothing_is_taken(gateway, ask):
    assert httpx.post(f"{gateway.url}/messages", json=SMS).status_code == 401
    assert httpx.get(f"{gateway.url}/messages/1", headers={"Authorization": "Bearer other"}).status_code == 401
    assert ask.get("/messages").json() == []


def test_it_fails_as_often_as_it_is_told_to(gateway, ask):
    gateway.told_to(fail_next=2, status=503, retry_after=7)
    answers = [ask.post("/messages", json=SMS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 201]
    assert answers[0].headers["Retry-After"] == "7"


def test_a_swallowed_message_is_kept_and_not_answered(gateway, ask):
    gateway.told_to(swallow=True)
    with pytest.raises(httpx.RemoteProtocolError):
        ask.post("/messages", json=SMS)
    assert len(ask.get("/messages").json()) == 1


@pytest.mark.parametrize("order", [None, [], {"unknown": 1}, {"fail_next": "3"}, {"status": "x"}])
def test_an_order_that_makes_no_sense_is_refused(gateway, order):
    assert httpx.post(f"{gateway.url}/control", json=order).status_code == 400


def test_a_share_of_the_messages_fails(gateway, ask):
    gateway.inbox.fail_rate = 1
    assert ask.post("/messages", json=SMS).status_code == 503


def test_people_see_the_inbox_in_persian_and_nothing_in_it_is_taken_for_markup(gateway, ask):
    ask.post("/messages", json=SMS)
    ask.post("/messages", json={**SMS, "id": "2", "text": "<script>alert(1)</script>"})
    page = ask.get("/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="fa" dir="rtl">' in page.text
    assert "پیامک‌هایی که فرستاده نشدند" in page.text
    assert "<script>" not in page.text
    assert page.text.index("alert(1)") < page.text.index("سلام")
    assert '<a href="https://city.example/t/1"' in page.text


def test_the_command_says_where_it_listens_and_what_is_wrong_with_a_port():
    command = [sys.executable, "manage.py", "fake_sms_gateway", "--port"]
    with subprocess.Popen([*command, "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[-1]
            assert httpx.get(url).status_code == 200
            port = url.rstrip("/").rpartition(":")[2]
            second = subprocess.run([*command, port], cwd=ROOT, capture_output=True, text=True, check=False)
        finally:
            process.kill()
    assert second.returncode == 1
    assert f"The gateway cannot listen on 127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr
