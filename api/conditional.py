"""Answers that a client need not fetch again: validators, and how long who may keep what."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import get_conditional_response
from rest_framework.request import Request

from api import memory
from api.compression import accepted, encode, form_for

REVALIDATED = "public, no-cache"  # may be kept by anybody who asks each time whether it still holds
FOR_ONE = "private, no-store"
FOR_LONG = "public, max-age=31536000, immutable"  # under an address that changes with its content


def etag_of(request: HttpRequest | Request, *touched: Any) -> str:
    """The validator of an answer: of its address, its format, and what it touches."""
    asked = (request.get_full_path(), request.headers.get("Accept", ""))
    return f'"{hashlib.blake2b(repr((asked, touched)).encode(), digest_size=12).hexdigest()}"'


def answer(
    request: HttpRequest | Request,
    make: Callable[[], HttpResponse],
    *,
    etag: str,
    keep: str = REVALIDATED,
) -> HttpResponse:
    """304 where the client has this very answer, otherwise what `make` makes, with validator and `Cache-Control`."""
    plain: HttpRequest = request._request if isinstance(request, Request) else request
    response = get_conditional_response(plain, etag=etag) or make()
    response["ETag"], response["Cache-Control"] = etag, keep
    return response


def answer_kept(
    request: HttpRequest, make: Callable[[], bytes], *, etag: str, pending: int, content_type: str
) -> HttpResponse:
    """The same of an answer that follows from its address and from what its validator is made of, and nothing else.

    `make` is asked only if this process does not remember what it made under the same validator, with as many changes
    `pending`: folding them may narrow extents, which is no news for a client but for the next one.
    """
    encoding = accepted(request.headers.get("Accept-Encoding", ""))

    def response() -> HttpResponse:
        form = memory.answers.form(
            (etag_of(request), encoding),
            validator=(etag, pending),
            make=lambda: form_for(request, make()),
        )
        made = HttpResponse(form.content, content_type=content_type)
        encode(made, form)
        return made

    return answer(request, response, etag=etag)


def redirect_to(address: str) -> HttpResponse:
    """302: the content has another address now, and may have yet another tomorrow."""
    return HttpResponseRedirect(address, headers={"Cache-Control": REVALIDATED})
