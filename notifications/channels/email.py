"""E-mail, over whatever Django is set to send it by."""

import contextlib
import re
import smtplib
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.channels.base import Sender
from notifications.channels.errors import DeliveryError, Permanent, Transient, Unavailable
from notifications.models import Message

RIGHT_TO_LEFT_MARK = "\N{RIGHT-TO-LEFT MARK}"
RIGHT_TO_LEFT_LETTER = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
SERVICE_CLOSING = 421
TOO_BIG = 552


class EmailSender(Sender):
    """One connection for a batch. A mail server cannot be asked what it has taken: at least once."""

    can_look_up = False

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, message: Message) -> str:
        connection = self._open()
        try:
            connection.send_messages([compose(message)])
        except smtplib.SMTPException as error:
            raise _verdict(error) from None
        except OSError as error:
            raise Transient(f"The connection to the mail server broke: {error}", closes_channel=True) from None
        except ValueError:
            raise Permanent("The address or a header cannot be written as an e-mail's.") from None
        return ""

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):  # smtplib's errors among them
                connection.close()

    def _open(self) -> BaseEmailBackend:
        """The open connection; Unavailable where there is none to be had."""
        try:
            self._connection = self._connection or get_connection()
            self._connection.open()
        except (OSError, ImproperlyConfigured) as error:
            raise Unavailable(f"The mail server cannot be used: {error}") from None
        return self._connection


def compose(message: Message) -> EmailMessage:
    """The e-mail of a message: the same one at each attempt, so that a mailbox can tell a repetition."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        subject=message.subject,
        body=_for_reading(message.body, language=message.language),
        to=[message.to],
        headers={
            "Message-ID": f"<{message.message_id}@{domain}>",
            "Date": format_datetime(message.written_at),
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )


def _for_reading(body: str, *, language: str) -> str:
    """Plain text that a mail reader lays out rightly.

    A reader takes a line's direction from its first letter: a Persian line that begins with a Latin word
    would run from the left. A line without any right-to-left letter, such as a link, is left as it is.
    """
    if language.partition("-")[0] not in settings.LANGUAGES_BIDI:
        return body
    lines = body.split("\n")
    return "\n".join(RIGHT_TO_LEFT_MARK + line if RIGHT_TO_LEFT_LETTER.search(line) else line for line in lines)


def _verdict(error: smtplib.SMTPException) -> DeliveryError:
    """What an answer of the mail server means for this message and for the others."""
    code, said = _answer(error)
    reason = f"The mail server answered {code}." if code else f"The mail server: {said}."
    if isinstance(error, smtplib.SMTPSenderRefused) and code != TOO_BIG:
        return Unavailable(f"{reason} It refuses our own address, DEFAULT_FROM_EMAIL.")
    if isinstance(error, smtplib.SMTPServerDisconnected) or code == SERVICE_CLOSING:
        return Transient(reason, closes_channel=True)
    if code is None or code >= 500:
        return Permanent(reason)
    return Transient(reason)


def _answer(error: smtplib.SMTPException) -> tuple[int | None, str]:
    """The code in an error of smtplib, if there is one. Its text is left out: it repeats the address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None), ""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, ""
    return None, type(error).__name__
