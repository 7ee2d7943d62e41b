"""SMS, through any gateway that speaks a small HTTP protocol; docs/operations.md tells it."""

import ssl
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from notifications.channels.base import Sender
from notifications.channels.errors import DeliveryError, Permanent, Transient, Unavailable
from notifications.models import Message

TIMEOUT = httpx.Timeout(10, connect=5)
# Answers that speak of us and not of the message: a wrong token or address must not cost anybody a message.
SET_UP_WRONGLY = {301, 302, 307, 308, 401, 404, 405}
TRY_LATER = {408, 425}
TOO_MANY = 429
LONGEST_WAIT = timedelta(days=1)


class SmsSender(Sender):
    """One connection for a batch. The gateway knows our message id and can be asked: exactly once."""

    can_look_up = True

    def __init__(self) -> None:
        self._client: httpx.Client | None = None

    def send(self, message: Message) -> str:
        text = {
            "id": str(message.message_id),
            "to": message.to,
            "from": settings.SMS_SENDER,
            "text": message.body,
        }
        response = self._ask("POST", "/messages", json=text)
        if not response.is_success:
            raise _verdict(response)
        return _reference(response)

    def look_up(self, message: Message) -> str | None:
        response = self._ask("GET", f"/messages/{message.message_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if not response.is_success:
            raise _unknown(_verdict(response))
        return _reference(response)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            self._client = self._client or _connect()
            return self._client.request(method, path, **content)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise Unavailable("SMS_GATEWAY_URL is not an address of the web.") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unavailable(f"The SMS gateway cannot be reached: {error}") from None
        except httpx.TransportError as error:
            reason = f"The SMS gateway gave no answer: {type(error).__name__}."
            raise Transient(reason, closes_channel=True) from None


def _connect() -> httpx.Client:
    if not settings.SMS_GATEWAY_URL:
        raise Unavailable("SMS_GATEWAY_URL is not set.")
    token = settings.SMS_GATEWAY_TOKEN
    return httpx.Client(
        base_url=settings.SMS_GATEWAY_URL,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=TIMEOUT,
        verify=_certificates(),
        # A proxy set for this machine is for the world outside, not for a demo's gateway on this machine.
        mounts={"all://127.0.0.1": None, "all://localhost": None},
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Read once for each process: it takes 50 ms, ten times as long as a message."""
    return httpx.create_ssl_context()


def _reference(response: httpx.Response) -> str:
    """The gateway's own number of the message, where it tells one; without what a column cannot hold."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return ""
    told = str(answer.get("reference", "")) if isinstance(answer, dict) else ""
    return "".join(filter(str.isprintable, told))[:100]


def _verdict(response: httpx.Response) -> DeliveryError:
    """What an answer other than success means for this message and for the others."""
    status = response.status_code
    reason = f"The SMS gateway answered {status}."
    if status in SET_UP_WRONGLY:
        return Unavailable(f"{reason} Look at SMS_GATEWAY_URL and SMS_GATEWAY_TOKEN.")
    if status == TOO_MANY:
        return Unavailable(reason, retry_after=_retry_after(response))
    if status in TRY_LATER or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Transient(reason, retry_after=_retry_after(response))
    return Permanent(reason)


def _unknown(verdict: DeliveryError) -> DeliveryError:
    """The verdict on a look-up: a message that may have gone out has not failed for ever."""
    return Transient(str(verdict)) if isinstance(verdict, Permanent) else verdict


def _retry_after(response: httpx.Response) -> timedelta | None:
    """How long the gateway asks us to wait: in seconds, or until a moment on the gateway's own clock."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(timedelta(seconds=int(asked[:9])), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(response.headers["Date"])
    except (ValueError, TypeError, KeyError):
        return None
    return timedelta(seconds=max(0, min(wait, LONGEST_WAIT).total_seconds()))
