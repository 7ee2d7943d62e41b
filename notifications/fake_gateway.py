"""An SMS gateway that sends nothing: it speaks the protocol, keeps what it got, and fails when told to."""

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from django.template.loader import render_to_string
from django.utils.timesince import timesince
from django.utils.translation import override

from persian.normalize import to_persian_digits

MEMBERS = {"id", "to", "from", "text"}
LONGEST_BODY = 65_536
SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Sms:
    """A message as the gateway got it."""

    id: str
    to: str
    sender: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How the next `fail_next` messages are mistreated.

    With a `status` of 400 or more they are refused; else they are kept. `delay` comes after the keeping,
    before the answer; `swallow` ends the connection in place of an answer, whose body `words` are.
    Times are in seconds.
    """

    fail_next: int = 1
    status: int = 201
    swallow: bool = False
    delay: float = 0
    retry_after: int | str | None = None
    words: str | None = None

    @classmethod
    def from_json(cls, content: Any) -> Self:
        """The fault of an order; raises TypeError for what is none."""
        fault = cls(**content)
        numbers: list[Any] = [fault.status, fault.delay]
        if not all(isinstance(number, int | float) for number in numbers):
            raise TypeError("status and delay are numbers")
        return fault


@dataclass
class Inbox:
    """What has arrived, and what is to go wrong. `posts` counts every message sent here, repetitions too.

    `lookup_status` is answered to whoever asks for a message, in place of the truth.
    """

    clock: Callable[[], datetime]
    token: str = ""
    fail_rate: float = 0
    messages: dict[str, Sms] = field(default_factory=dict)
    posts: int = 0
    lookups: int = 0
    lookup_status: int | None = None
    faults: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> Fault:
        """What happens to the message that is coming in now."""
        if self.faults:
            return self.faults.pop(0)
        unlucky = secrets.SystemRandom().random() < self.fail_rate
        return Fault(status=HTTPStatus.SERVICE_UNAVAILABLE) if unlucky else Fault()

    def take(self, content: dict[str, str]) -> tuple[Fault, int]:
        """Take a message in; return what happens to it and the status to answer. An id is kept once."""
        with self.lock:
            self.posts += 1
            fault = self.next_fault()
            if fault.status >= HTTPStatus.BAD_REQUEST:
                return fault, fault.status
            if content["id"] in self.messages:
                return fault, HTTPStatus.OK
            sms = Sms(
                id=content["id"],
                to=content["to"],
                sender=content["from"],
                text=content["text"],
                at=self.clock(),
            )
            self.messages[sms.id] = sms
            return fault, HTTPStatus.CREATED

    def newest(self) -> list[Sms]:
        """What has arrived, the newest first."""
        with self.lock:
            return list(reversed(self.messages.values()))


def serve(inbox: Inbox, *, host: str, port: int) -> ThreadingHTTPServer:
    """A server for `inbox`, listening already; the caller runs and closes it. Raises OSError."""
    handler = type("BoundHandler", (Handler,), {"inbox": inbox})
    return ThreadingHTTPServer((host, port), handler)


class Handler(BaseHTTPRequestHandler):
    """The protocol: POST /messages, GET /messages/{id}; for people: GET /, GET /messages, POST /control."""

    inbox: Inbox
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets: without this each answer takes 40 ms
    timeout = 60

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer_page()
        elif self.path == "/messages":
            self._answer(HTTPStatus.OK, [_public(sms) for sms in self.inbox.newest()])
        elif self.path.startswith("/messages/"):
            self._answer_lookup(self.path.removeprefix("/messages/"))
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "There is nothing here."})

    def do_POST(self) -> None:
        content = self._content()
        if self.path == "/control":
            self._answer_control(content)
        elif self.path != "/messages":
            self._answer(HTTPStatus.NOT_FOUND, {"error": "There is nothing here."})
        elif not self._may_send():
            self._answer(HTTPStatus.UNAUTHORIZED, {"error": "The token is missing or wrong."})
        elif not _is_message(content):
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "Send a JSON object with the texts id, to, from and text."})
        else:
            self._answer_message(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The moment for the Date header, on the gateway's own clock."""
        return format_datetime(self.inbox.clock(), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep silent: the inbox tells."""

    def _answer_message(self, content: dict[str, str]) -> None:
        fault, status = self.inbox.take(content)
        time.sleep(fault.delay)
        if fault.swallow:
            self.close_connection = True
            return
        body = {"error": "Told to fail."} if status >= HTTPStatus.BAD_REQUEST else _accepted(content["id"])
        words = json.dumps(body) if fault.words is None else fault.words
        self._write(status, words.encode(), retry_after=fault.retry_after)

    def _answer_lookup(self, message_id: str) -> None:
        with self.inbox.lock:
            self.inbox.lookups += 1
            known = message_id in self.inbox.messages
        if not self._may_send():
            self._answer(HTTPStatus.UNAUTHORIZED, {"error": "The token is missing or wrong."})
        elif self.inbox.lookup_status:
            self._answer(self.inbox.lookup_status, {"error": "Told to fail."})
        elif known:
            self._answer(HTTPStatus.OK, _accepted(message_id))
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "No message has this id."})

    def _answer_control(self, content: Any) -> None:
        try:
            fault = Fault.from_json(content)
            faults = [fault] * fault.fail_next
        except TypeError as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
            return
        with self.inbox.lock:
            self.inbox.faults = faults
        self._answer(HTTPStatus.OK, asdict(fault))

    def _answer_page(self) -> None:
        with override("fa"):
            page = render_to_string("notifications/sms_inbox.html", {"messages": self._shown()})
        self._write(HTTPStatus.OK, page.encode(), kind="text/html; charset=utf-8")

    def _shown(self) -> list[tuple[Sms, str]]:
        """The newest messages, each with its age in words, "" for less than a minute."""
        now = self.inbox.clock()
        return [(sms, _age(sms, now=now)) for sms in self.inbox.newest()[:SHOWN]]

    def _may_send(self) -> bool:
        token = self.inbox.token
        given = self.headers.get("Authorization", "")
        return not token or secrets.compare_digest(given.encode(), f"Bearer {token}".encode())

    def _content(self) -> Any:
        """The JSON of the body, None where there is none that could be read."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LONGEST_BODY:
            self.close_connection = True
            return None
        try:
            return json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            return None

    def _answer(self, status: int, body: Any) -> None:
        self._write(status, json.dumps(body, ensure_ascii=False).encode())

    def _write(
        self, status: int, body: bytes, *, kind: str = "application/json", retry_after: int | str | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        with suppress(ConnectionError):  # who has waited too long is gone
            self.end_headers()
            self.wfile.write(body)


def _age(sms: Sms, *, now: datetime) -> str:
    return to_persian_digits(timesince(sms.at, now)) if now - sms.at >= timedelta(minutes=1) else ""


def _is_message(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and content.keys() == MEMBERS
        and all(isinstance(value, str) and value and _can_be_written(value) for value in content.values())
    )


def _can_be_written(text: str) -> bool:
    """Whether it is whole Unicode: JSON can escape half a surrogate pair, which no encoding can write."""
    return text.encode(errors="ignore").decode() == text


def _accepted(message_id: str) -> dict[str, str]:
    return {"id": message_id, "reference": f"fake-{message_id[:8]}"}


def _public(sms: Sms) -> dict[str, str]:
    return {"id": sms.id, "to": sms.to, "from": sms.sender, "text": sms.text, "at": sms.at.isoformat()}
