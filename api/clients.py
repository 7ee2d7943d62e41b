"""Who is on the other end of a request: the viewer, and what their address has had within the hour."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from rest_framework.request import Request

from api.errors import Problem
from people.access import Viewer, viewer_for
from people.models import FilingWindow, PhotoWindow, QuestionWindow, RoutingWindow, SupportWindow, User, Window
from people.visitors import NoRoom, address_of, take
from reports.contacts import keyed_hash
from reports.photos import sentences
from reports.references import opens


def viewer_of(request: Request) -> Viewer:
    """The viewer behind a request: the public, unless a token says otherwise."""
    return viewer_for(request.user, at=timezone.now())


def reader_of(request: Request, *, reference: str | None, token: str | None) -> Viewer:
    """The viewer behind a request for one report, who also holds its tracking link if the token is that link's."""
    viewer = viewer_of(request)
    if reference and token and opens(reference=reference, token=token):
        return replace(viewer, tracked=frozenset({reference}))
    return viewer


def language_asked_for() -> str:
    """`fa` or `en`: the one in which this request is answered, and its sender told of what follows."""
    return "en" if (get_language() or "").startswith("en") else "fa"


def scope_of(request: Request, *, device_id: str) -> str:
    """Whose idempotency keys these are: an account's, a device's, or an address's.

    A phone that tries again may come from another address; its device id does not change.
    """
    if isinstance(request.user, User):
        return f"user:{request.user.pk}"
    if device_id:
        return f"device:{keyed_hash('device', device_id)}"
    return f"address:{keyed_hash('address', address_of(request._request))}"


def count_filing(request: Request, *, at: datetime) -> None:
    """Count an anonymous report against its address; raises Problem (429) beyond the limit."""
    detail = gettext_lazy("Too many reports from your address within this hour; try again in %(minutes)d minutes.")
    _count(request, FilingWindow, at=at, most=settings.ANONYMOUS_REPORTS_PER_HOUR, detail=detail)


def count_points(request: Request, *, at: datetime, points: int) -> None:
    """Count points to be routed for somebody without an account; raises Problem (429) where they are too many."""
    detail = gettext_lazy(
        "Without an account your address may have %(most)d points routed within an hour, and these would be more: "
        "send fewer, or try again in %(minutes)d minutes."
    )
    _count(request, RoutingWindow, at=at, more=points, most=settings.ANONYMOUS_POINTS_PER_HOUR, detail=detail)


def count_question(request: Request, *, at: datetime) -> None:
    """Count a question for similar reports without an account; raises Problem (429) beyond the limit."""
    detail = gettext_lazy(
        "Your address has asked for similar reports too often within this hour; file the report as it is, or ask again "
        "in %(minutes)d minutes."
    )
    _count(request, QuestionWindow, at=at, most=settings.ANONYMOUS_QUESTIONS_PER_HOUR, detail=detail)


def count_photos(request: Request, *, number: int, at: datetime) -> None:
    """Count photos sent by somebody without an account; raises Problem (429) where they are too many."""
    detail = sentences.TOO_MANY_WITHIN_THE_HOUR
    _count(request, PhotoWindow, at=at, more=number, most=settings.ANONYMOUS_PHOTOS_PER_HOUR, detail=detail)


def count_support(request: Request, *, at: datetime) -> None:
    """Count a report joined or left without an account; raises Problem (429) beyond the limit."""
    detail = gettext_lazy(
        "Your address has joined too many reports within this hour; try again in %(minutes)d minutes."
    )
    _count(request, SupportWindow, at=at, most=settings.ANONYMOUS_SUPPORTS_PER_HOUR, detail=detail)


def _count(
    request: Request, window: type[Window], *, at: datetime, most: int, detail: str | Promise, more: int = 1
) -> None:
    try:
        take(window=window, request=request._request, more=more, most=most, at=at)
    except NoRoom as full:
        raise Problem(
            status=429,
            code="rate_limited",
            detail=str(detail) % {"minutes": full.minutes, "most": most},
            headers={"Retry-After": str(full.wait_s)},
        ) from full
