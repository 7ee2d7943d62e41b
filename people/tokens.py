"""Make, recognize and revoke API tokens."""

import hashlib
import secrets
from datetime import datetime

from people.models import ApiToken, User

PREFIX = "ce_"


def make_token(*, user: User, name: str, at: datetime, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A new token of `user`: its row, and the secret itself, which is kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user, name=name, digest=_digest(secret), hint=secret[:8], made_at=at, expires_at=expires_at
    )
    return row, secret


def owner_of(*, secret: str, at: datetime) -> User | None:
    """The active user whose usable token this is, or None."""
    row = ApiToken.objects.usable(at=at).select_related("user").filter(digest=_digest(secret)).first()
    return row.user if row else None


def revoke_token(*, token: ApiToken, at: datetime) -> None:
    """From `at` on the token opens nothing; its row stays for the record."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at)


def _digest(secret: str) -> str:
    # The secret is 256 random bits: a plain hash cannot be guessed back, and look-up stays one index read.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
