"""What a report is called outside, and the link that is its reporter's key."""

import base64
import hmac
import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

# Digits and capitals without those that are misread for one another or spell words: 0 O, 1 I L, U V, vowels.
ALPHABET = "23456789BCDFGHJKMNPQRSTWXYZ"
LENGTH = 10  # 27^10, about 2·10^14: random, so that it tells nothing of how many there are

SOLVED = "outcome"  # the part of the tracking page that asks whether it was solved
ANSWER = "answer"  # the part that takes the answer to a question of the staff
PHOTOS = "photos"  # the part that shows the photos


def new_reference() -> str:
    """A random reference; the database refuses one that was ever used."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def as_reference(text: str) -> str | None:
    """A reference as somebody may have written it, in small letters or with spaces; None for what cannot be one."""
    candidate = text.strip().upper()
    return candidate if len(candidate) == LENGTH and set(candidate) <= set(ALPHABET) else None


def tracking_token(reference: str) -> str:
    """The unguessable half of a tracking link: an HMAC over the reference, 128 bits in URL-safe letters."""
    digest = salted_hmac("reports.tracking", reference, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def opens(*, reference: str, token: str) -> bool:
    """Whether `token` is the key to the report; takes the same time for every wrong one."""
    return hmac.compare_digest(tracking_token(reference).encode(), token.encode("utf-8", "surrogatepass"))


def tracking_link(reference: str, *, language: str = settings.LANGUAGE_CODE, part: str = "") -> str:
    """The address of the page on which a reporter without an account follows the report, in the reporter's language.

    `part` is the part of the page that it leads to: one of `SOLVED`, `ANSWER` and `PHOTOS`.
    """
    anchor = f"#{part}" if part else ""
    return f"{settings.PUBLIC_URL}/track/{reference}/{tracking_token(reference)}{_in(language)}{anchor}"


def photo_link(reference: str, number: int, *, language: str = settings.LANGUAGE_CODE) -> str:
    """The address under which anybody sees a public photo, for as long as it is public.

    It stays while public copies come and go: those of a photo that is still being decoded, or covered later.
    """
    return f"{settings.PUBLIC_URL}/photos/{reference}/{number}{_in(language)}"


def _in(language: str) -> str:
    return "" if language == settings.LANGUAGE_CODE else f"?lang={language}"
