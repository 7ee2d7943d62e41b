"""Answers of the API, made smaller for those who can read that.

Only below /api and only data: pages of the staff hold secrets beside what a stranger may put into them, which
compression would give away. Static files are compressed long before they are asked for.
"""

import gzip
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from api.memory import Form

SMALL: Final = 500  # bytes that fit into one packet anyway
DATA: Final = re.compile(r"application/(json|[a-z0-9.-]+\+json|[a-z-]*ndjson|geo\+json-seq|vnd\.mapbox-vector-tile)\b")
WEIGHT: Final = re.compile(r"q=0(\.0{0,3})?\Z")
# A page of 1,000 reports: 570 kB to 65 kB (brotli) or 91 kB (gzip) in 6 ms; a level more takes half as long again for a
# tenth less.
ENCODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "br": lambda content: brotli.compress(content, quality=4),
    "gzip": lambda content: gzip.compress(content, compresslevel=4, mtime=0),
}


class CompressionMiddleware:
    """Encodes an answer of the API as its client accepts, if it is not yet; its validator becomes a weak one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and request.path_info.startswith("/api/") and _is_data(response):
            patch_vary_headers(response, ["Accept-Encoding"])
            if "Content-Encoding" not in response.headers:
                encode(response, form_for(request, response.content))
            if "Content-Encoding" in response.headers:
                _weaken(response)
        return response


def form_for(request: HttpRequest, content: bytes) -> Form:
    """The content as the request's client takes it: encoded, or as it is where it is small or the client has no way."""
    encoding = accepted(request.headers.get("Accept-Encoding", "")) if len(content) >= SMALL else None
    return Form(ENCODINGS[encoding](content), encoding) if encoding else Form(content, "")


def encode(response: HttpResponse, form: Form) -> None:
    """Let the response have this form."""
    if form.encoding:
        response.content = form.content
        response["Content-Length"] = str(len(form.content))
        response["Content-Encoding"] = form.encoding


@lru_cache(maxsize=256)
def accepted(header: str) -> str | None:
    """The encoding to use, by an Accept-Encoding header: the smallest of those that it does not rule out."""
    parts = [part.partition(";") for part in header[:1000].lower().split(",")]
    weights = {name.strip(): weight.replace(" ", "") for name, _semicolon, weight in parts}
    for encoding in ENCODINGS:
        weight = weights.get(encoding, weights.get("*", "q=0"))
        if not WEIGHT.match(weight):
            return encoding
    return None


def _is_data(response: HttpResponse) -> bool:
    return bool(DATA.match(response.headers.get("Content-Type", "")))


def _weaken(response: HttpResponse) -> None:
    etag = response.get("ETag")
    if etag and not etag.startswith("W/"):
        response["ETag"] = f"W/{etag}"
