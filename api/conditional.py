"""Answers that a client need not fetch again: validators, and how long who may keep what."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import get_conditional_response
from rest_framework.request import Request

REVALIDATED = "public, no-cache"  # may be kept by anybody who asks each time whether it still holds
FOR_ONE = "private, no-store"
FOR_LONG = "public, max-age=31536000, immutable"  # under an address that changes with its content


def etag_of(request: Request, *touched: Any) -> str:
    """The validator of an answer: of its address, its format, and what it touches."""
    asked = (request.get_full_path(), request.headers.get("Accept", ""))
    return f'"{hashlib.blake2b(repr((asked, touched)).encode(), digest_size=12).hexdigest()}"'


def answer(
    request: Request,
    make: Callable[[], HttpResponse],
    *,
    etag: str,
    keep: str = REVALIDATED,
) -> HttpResponse:
    """304 where the client has this very answer, otherwise what `make` makes, with validator and `Cache-Control`."""
    plain: HttpRequest = request._request
    response = get_conditional_response(plain, etag=etag) or make()
    response["ETag"], response["Cache-Control"] = etag, keep
    return response


def redirect_to(address: str) -> HttpResponse:
    """302: the content has another address now, and may have yet another tomorrow."""
    return HttpResponseRedirect(address, headers={"Cache-Control": REVALIDATED})
