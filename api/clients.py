"""Who is on the other end of a request: the viewer, the address, and how often it has filed."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.errors import Problem
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
    """Count an anonymous report against its address, for all processes; raises Problem (429) beyond the limit."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        # One statement, committed at once: two processes cannot both read the last free place.
        cursor.execute(
            """INSERT INTO api_filingwindow (address, hour, count) VALUES (%s, %s, 1)
               ON CONFLICT ON CONSTRAINT api_filingwindow_address_hour_unique
               DO UPDATE SET count = api_filingwindow.count + 1 RETURNING count""",
            [keyed_hash("address", address_of(request)), hour],
        )
        (count,) = cursor.fetchone()
    if count > settings.ANONYMOUS_REPORTS_PER_HOUR:
        wait = 3600 - int((at - hour).total_seconds())
        detail = _("Too many reports from your address within this hour; try again in %(minutes)d minutes.")
        raise Problem(
            status=429,
            code="rate_limited",
            detail=detail % {"minutes": wait // 60 + 1},
            headers={"Retry-After": str(wait)},
        )
