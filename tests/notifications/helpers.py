"""What the tests of telling people stand on: patience, a clock, a gateway, a mail server, the real worker."""

import socketserver
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from notifications.fake_gateway import Inbox

# Long past, so that what is due then is due for the real worker too.
NOON = datetime(2024, 11, 23, 12, 0, tzinfo=UTC)


def until(condition: Callable[[], Any], *, seconds: float = 60) -> Any:
    """The first true value of `condition`; the test fails if none comes within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    pytest.fail("What was waited for has not happened")


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Gateway:
    """The fake gateway behind its socket."""

    inbox: Inbox
    url: str

    def told_to(self, **fault: Any) -> None:
        """Mistreat the next messages."""
        httpx.post(f"{self.url}/control", json=fault).raise_for_status()

    @property
    def texts(self) -> list[str]:
        return [sms.text for sms in self.inbox.newest()]


@dataclass
class MailServer:
    """What has arrived by SMTP. `answers` replaces the next answers to a command: {"RCPT": ["550 No such person"]}."""

    port: int
    arrived: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    connections: int = 0


class SmtpTalk(socketserver.StreamRequestHandler):
    """Enough of SMTP for one client of the standard library. The answer "hang up" ends the connection."""

    server: Any

    def handle(self) -> None:
        mail = self.server.mail
        mail.connections += 1
        self._say("220 here")
        for line in self.rfile:
            command = line[:4].decode().strip().upper()
            told = mail.answers.get(command) or []
            answer = told.pop(0) if told else None
            if answer == "hang up" or command == "QUIT":
                return
            if command == "DATA" and not answer:
                answer = self._take(mail)
            if answer == "hang up":
                return
            self._say(answer or "250 fine")

    def _take(self, mail: MailServer) -> str:
        self._say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        body = b"".join(line[1:] if line.startswith(b".") else line for line in lines)
        mail.arrived.append(message_from_bytes(body, policy=policy.default))
        told = mail.answers.get("END") or []
        return told.pop(0) if told else "250 taken"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
