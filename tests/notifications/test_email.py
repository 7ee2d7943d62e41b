"""E-mail, over a mail server on a socket and into files."""

from email import message_from_bytes, policy

import pytest

from notifications.models import Message, State
from tests.notifications.helpers import NOON

MARK = "\N{RIGHT-TO-LEFT MARK}"


@pytest.fixture
def email(message):
    """Put an e-mail into the outbox."""

    def make(key="report:1:acknowledged:email", **changes):
        return message(
            key, **{"channel": "email", "to": "citizen@example.org", "subject": "گزارش شما ثبت شد", **changes}
        )

    return make


def test_an_email_carries_its_headers(db, email, mail_server, drained):
    told = email()
    assert drained() == 1
    (mail,) = mail_server.arrived
    assert mail["Message-ID"] == f"<{told.message_id}@city.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fa"
    assert mail["Subject"] == "گزارش شما ثبت شد"
    assert (mail["To"], mail["From"]) == ("citizen@example.org", "چشم شهر <eye@city.example>")
    assert mail["Date"].datetime == NOON
    assert mail.get_content_type() == "text/plain"


def test_a_line_with_persian_runs_from_the_right_and_a_link_is_left_alone(db, email, mail_server, drained):
    email(body="City Eye گزارش شما را ثبت کرد\nhttps://city.example/track/abc\n\nکد: ABC-1")
    drained()
    lines = mail_server.arrived[0].get_content().splitlines()
    assert lines == [f"{MARK}City Eye گزارش شما را ثبت کرد", "https://city.example/track/abc", "", f"{MARK}کد: ABC-1"]


def test_an_english_email_is_left_as_it_is(db, email, mail_server, drained):
    email(body="Your report in محله سجاد", language="en")
    drained()
    assert mail_server.arrived[0].get_content().splitlines() == ["Your report in محله سجاد"]


def test_a_batch_goes_over_one_connection(db, email, mail_server, drained):
    for number in range(5):
        email(str(number))
    assert drained() == 5
    assert mail_server.connections == 1


def test_an_address_that_is_refused_fails_and_the_others_go_on(db, email, mail_server, drained, caplog):
    mail_server.answers["RCPT"] = ["550 <nobody@example.org> is unknown"]
    bad, good = email("bad", to="nobody@example.org"), email("good")
    assert drained() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (State.FAILED, State.SENT)
    assert bad.last_error == "The mail server answered 550."
    assert "nobody@example.org" not in caplog.text


@pytest.mark.parametrize(("command", "answer"), [("RCPT", "451 come back later"), ("END", "452 no room")])
def test_a_passing_refusal_is_tried_again(db, email, mail_server, drained, clock, command, answer):
    mail_server.answers[command] = [answer]
    told = email()
    assert drained() == 0
    told.refresh_from_db()
    assert (told.state, told.attempts) == (State.WAITING, 1)
    clock.move(minutes=1)
    assert drained() == 1


@pytest.mark.parametrize(
    ("command", "answer"),
    [("MAIL", "530 log in first"), ("MAIL", "550 not from this address")],
)
def test_a_mail_server_that_refuses_us_costs_no_message(db, email, mail_server, drained, command, answer):
    mail_server.answers[command] = [answer]
    email("first")
    email("second")
    assert drained() == 0
    assert set(Message.objects.values_list("state", "attempts")) == {(State.WAITING, 0)}


def test_a_mail_server_that_wants_another_password_costs_no_message(db, email, mail_server, drained, settings):
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "wrong"
    told = email()
    assert drained() == 0
    told.refresh_from_db()
    assert (told.state, told.attempts) == (State.WAITING, 0)
    assert told.last_error.startswith("The mail server cannot be used")
    assert mail_server.arrived == []


def test_a_mail_server_that_is_down_costs_no_message(db, email, drained, settings, clock, mail_server):
    settings.EMAIL_PORT = 1
    told = email()
    assert drained() == 0
    told.refresh_from_db()
    assert (told.state, told.attempts) == (State.WAITING, 0)
    settings.EMAIL_PORT = mail_server.port
    clock.move(minutes=1)
    assert drained() == 1


def test_an_email_whose_answer_was_lost_is_sent_again_under_the_same_id(db, email, mail_server, drained, clock):
    mail_server.answers["END"] = ["hang up"]
    email()
    assert drained() == 0
    clock.move(minutes=1)
    assert drained() == 1
    first, second = mail_server.arrived
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


@pytest.mark.parametrize(
    "broken",
    [{"subject": "two\nlines"}, {"to": "@"}, {"to": "a@example.org\nBcc: all@example.org"}],
)
def test_what_cannot_be_an_email_fails_and_the_others_go_on(db, email, mail_server, drained, broken):
    bad = email("bad", **broken)
    email("good")
    assert drained() == 1
    bad.refresh_from_db()
    assert bad.state == State.FAILED
    assert len(mail_server.arrived) == 1


def test_a_demo_writes_emails_to_files(db, email, drained, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    email(body="سلام")
    assert drained() == 1
    (file,) = settings.EMAIL_FILE_PATH.iterdir()
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == "citizen@example.org"
    assert f"{MARK}سلام" in file.read_text()


def test_a_folder_that_cannot_be_written_costs_no_message(db, email, drained, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "file"
    settings.EMAIL_FILE_PATH.write_text("in the way")
    told = email()
    assert drained() == 0
    told.refresh_from_db()
    assert (told.state, told.attempts) == (State.WAITING, 0)
