"""A gateway and a mail server on real sockets, a clock that stands still, and the real worker."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

from notifications.fake_gateway import Inbox, serve
from notifications.models import Message
from notifications.outbox import drain, put
from tests.notifications.helpers import NOON, Clock, Gateway, MailServer, SmtpTalk
from tests.processes import worker_beside


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def message(clock: Clock) -> Callable[..., Message]:
    """Put a message into the outbox; an SMS unless told otherwise."""

    def make(key: str = "report:1:acknowledged", **changes: Any) -> Message:
        written = {
            "channel": "sms",
            "to": "+989150000001",
            "subject": "",
            "body": "گزارش شما ثبت شد",
            "language": "fa",
            "at": clock(),
            **changes,
        }
        return put(key=key, **written)

    return make


@pytest.fixture
def drained(clock: Clock) -> Callable[..., int]:
    """Drain the outbox at the clock's moment."""
    return lambda limit=100: drain(clock=clock, limit=limit)


@pytest.fixture
def gateway(settings, _outgoing) -> Iterator[Gateway]:
    """A gateway that runs, and is the one in the settings."""
    settings.SMS_GATEWAY_TOKEN = "a token"
    inbox = Inbox(clock=lambda: NOON, token="a token")
    with serve(inbox, host="127.0.0.1", port=0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}"
        yield Gateway(inbox=inbox, url=settings.SMS_GATEWAY_URL)
        server.shutdown()
        thread.join()


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A mail server that runs, and is the one in the settings."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), SmtpTalk) as server:
        server.daemon_threads = True
        server.mail = MailServer(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.mail.port
        settings.DEFAULT_FROM_EMAIL = "چشم شهر <eye@city.example>"
        yield server.mail
        server.shutdown()
        thread.join()


@pytest.fixture
def worker(transactional_db) -> Callable[[], AbstractContextManager[BaseProcess]]:
    """The real worker, on the test database and with the gateway of the settings, as a context manager."""
    return worker_beside
