"""Answers that are no stream, as the rest of the API gives them."""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from api.errors import Problem

METHODS: Final = "GET, HEAD, OPTIONS"
_FULL_S: Final = 30
_TOO_MANY_S: Final = 60
_AWAY_S: Final = 5


def full() -> Problem:
    """No place is left in this process."""
    detail = _("All places for live events are taken at present; try again in %(seconds)d seconds.")
    return _later(503, "live_full", detail % {"seconds": _FULL_S}, seconds=_FULL_S)


def too_many() -> Problem:
    """The address has as many streams as one may have."""
    detail = _("Your address has too many live streams open; close some, or try again in %(seconds)d seconds.")
    return _later(429, "too_many_streams", detail % {"seconds": _TOO_MANY_S}, seconds=_TOO_MANY_S)


def away() -> Problem:
    """The database does not answer."""
    detail = _("Live events are not available at present; try again in %(seconds)d seconds.")
    return _later(503, "live_away", detail % {"seconds": _AWAY_S}, seconds=_AWAY_S)


def wrong_method() -> Problem:
    """Another method."""
    detail = _("Use one of the methods that the Allow header names.")
    return Problem(status=405, code="method_not_allowed", detail=detail, headers={"Allow": METHODS})


def preflight() -> HttpResponse:
    """The answer to OPTIONS: what may be sent, from wherever."""
    allowed = {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": "Cache-Control, Last-Event-ID"}
    response = HttpResponse(status=204, headers={"Allow": METHODS, "Access-Control-Max-Age": "86400", **allowed})
    del response.headers["Content-Type"]
    return response


def shared_with(origin: str) -> dict[str, str]:
    """The headers that let a page from that origin read the answer: our own pages, and those that settings name."""
    if settings.CORS_ALLOW_ALL_ORIGINS:
        return {"Access-Control-Allow-Origin": "*"}
    varies = {"Vary": "Accept-Language, Origin"}
    if origin and origin in {_origin(settings.PUBLIC_URL), *settings.CORS_ALLOWED_ORIGINS}:
        return {"Access-Control-Allow-Origin": origin, **varies}
    return varies


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _later(status: int, code: str, detail: str, *, seconds: int) -> Problem:
    return Problem(status=status, code=code, detail=detail, headers={"Retry-After": str(seconds)})
