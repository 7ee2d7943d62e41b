"""The same request twice gives the same answer once: a unique row in the transaction of what the request does."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.errors import Problem
from api.models import IdempotencyKey

Answer = dict[str, Any]

_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")


def key_of(request: Request) -> str | None:
    """The Idempotency-Key header, or None; raises Problem where it is not 1 to 255 visible ASCII characters."""
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.match(key):
        detail = _("Idempotency-Key has 1 to 255 visible ASCII characters, for instance a UUID.")
        raise Problem(status=400, code="invalid_idempotency_key", detail=detail)
    return key


def answer_once(
    *, key: str | None, client: str, body: Mapping[str, Any], at: datetime, act: Callable[[], Answer]
) -> Answer:
    """What `act` answers, or what it answered when the client sent this key first; all in one transaction.

    Two requests with one key at the same instant: the second waits at the unique index until the first commits.
    Raises Problem (422) where the key was first sent with another body.
    """
    with transaction.atomic():
        if key is None:
            return act()
        digest = _digest(body)
        if not _claim(client, key, digest, at):
            return _the_same(client, key, digest)
        answer = act()
        IdempotencyKey.objects.filter(client=client, key=key).update(answer=json.dumps(answer))
        return answer


def was_answered(*, key: str | None, client: str) -> bool:
    """Whether the client has sent this key before, and has its answer."""
    return key is not None and IdempotencyKey.objects.filter(client=client, key=key).exists()


def answered_before(*, key: str | None, client: str, body: Mapping[str, Any]) -> Answer | None:
    """What the client was answered when it sent this body with this key, or None."""
    if key is None:
        return None
    row = IdempotencyKey.objects.filter(client=client, key=key, body_digest=_digest(body)).first()
    return json.loads(row.answer) if row else None


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _claim(client: str, key: str, digest: str, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO api_idempotencykey (client, key, body_digest, answer, made_at)
               VALUES (%s, %s, %s, '', %s)
               ON CONFLICT ON CONSTRAINT api_idempotencykey_client_key_unique DO NOTHING""",
            [client, key, digest, at],
        )
        return bool(cursor.rowcount)


def _the_same(client: str, key: str, digest: str) -> Answer:
    row = IdempotencyKey.objects.get(client=client, key=key)
    if row.body_digest != digest:
        detail = _("This Idempotency-Key was sent before with another body: take a new key for a new report.")
        raise Problem(status=422, code="idempotency_key_reused", detail=detail)
    answer: Answer = json.loads(row.answer)
    return answer
