"""Who is on the other end of a request: the viewer, the address, and what it has had within the hour."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.errors import Problem
from api.models import FilingWindow, PhotoWindow, RoutingWindow, SupportWindow, Window
from people.access import Viewer, viewer_for
from people.models import User
from reports.contacts import keyed_hash


def viewer_of(request: Request) -> Viewer:
    """The viewer behind a request: the public, unless a token says otherwise."""
    return viewer_for(request.user, at=timezone.now())


def address_of(request: HttpRequest | Request) -> str:
    """The client's network address; of IPv6 the /64, which is one household.

    X-Forwarded-For counts only as far as our own proxies (TRUSTED_PROXIES) wrote it.
    """
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    ours = settings.TRUSTED_PROXIES
    address = forwarded[-ours] if 0 < ours <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


def scope_of(request: Request, *, device_id: str) -> str:
    """Whose idempotency keys these are: an account's, a device's, or an address's.

    A phone that tries again may come from another address; its device id does not change.
    """
    if isinstance(request.user, User):
        return f"user:{request.user.pk}"
    if device_id:
        return f"device:{keyed_hash('device', device_id)}"
    return f"address:{keyed_hash('address', address_of(request))}"


def count_filing(request: Request, *, at: datetime) -> None:
    """Count an anonymous report against its address; raises Problem (429) beyond the limit."""
    if not _has_room(request, FilingWindow, at=at, more=1, most=settings.ANONYMOUS_REPORTS_PER_HOUR):
        detail = _("Too many reports from your address within this hour; try again in %(minutes)d minutes.")
        raise _next_hour(detail, at=at)


def count_points(request: Request, *, at: datetime, points: int) -> None:
    """Count points to be routed for somebody without an account; raises Problem (429) where they are too many."""
    most = settings.ANONYMOUS_POINTS_PER_HOUR
    if not _has_room(request, RoutingWindow, at=at, more=points, most=most):
        detail = _(
            "Without an account your address may have %(most)d points routed within an hour, and these would be more: "
            "send fewer, or try again in %(minutes)d minutes."
        )
        raise _next_hour(detail, at=at, most=most)


def count_photos(request: HttpRequest | Request, *, number: int, at: datetime) -> None:
    """Count photos sent by somebody without an account; raises Problem (429) where they are too many."""
    if not _has_room(request, PhotoWindow, at=at, more=number, most=settings.ANONYMOUS_PHOTOS_PER_HOUR):
        detail = _("Too many photos from your address within this hour; try again in %(minutes)d minutes.")
        raise _next_hour(detail, at=at)


def count_support(request: Request, *, at: datetime) -> None:
    """Count a report joined or left without an account; raises Problem (429) beyond the limit."""
    if not _has_room(request, SupportWindow, at=at, more=1, most=settings.ANONYMOUS_SUPPORTS_PER_HOUR):
        detail = _("Your address has joined too many reports within this hour; try again in %(minutes)d minutes.")
        raise _next_hour(detail, at=at)


def _has_room(request: HttpRequest | Request, window: type[Window], *, at: datetime, more: int, most: int) -> bool:
    """Whether so many more fit into the address's hour, for all processes; what fits is counted, the rest is not."""
    table = window._meta.db_table
    values = (keyed_hash("address", address_of(request)), _hour(at), more, more <= most, most)
    with connection.cursor() as cursor:
        # One statement, committed at once: two processes cannot both take the last free place.
        cursor.execute(
            f"""INSERT INTO {table} AS taken (address, hour, count) SELECT %s, %s, %s WHERE %s
                ON CONFLICT ON CONSTRAINT {table}_address_hour_unique
                DO UPDATE SET count = taken.count + excluded.count WHERE taken.count + excluded.count <= %s
                RETURNING count""",
            values,
        )
        return cursor.fetchone() is not None


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _next_hour(detail: str, *, at: datetime, **values: int) -> Problem:
    wait = 3600 - int((at - _hour(at)).total_seconds())
    return Problem(
        status=429,
        code="rate_limited",
        detail=detail % {"minutes": wait // 60 + 1, **values},
        headers={"Retry-After": str(wait)},
    )
