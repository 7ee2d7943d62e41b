"""Whoever comes without an account: their address, and what it has had within the hour."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from people.models import Window

_HOUR: Final = timedelta(hours=1)


class NoRoom(Exception):
    """The address has had its share; `wait_s` says after how many seconds there is room again."""

    def __init__(self, *, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s

    @property
    def minutes(self) -> int:
        """The same in minutes, at least one."""
        return self.wait_s // 60 + 1


def address_of(request: HttpRequest) -> str:
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


def take(*, window: type[Window], request: HttpRequest, more: int, most: int, at: datetime) -> None:
    """Count so many more against the address's hour, for all processes; raises NoRoom beyond `most`, counting none."""
    table = window._meta.db_table
    hour = at.replace(minute=0, second=0, microsecond=0)
    address = salted_hmac("people.address", address_of(request), algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        # One statement, committed at once: two processes cannot both take the last free place.
        cursor.execute(
            f"""INSERT INTO {table} AS taken (address, hour, count) SELECT %s, %s, %s WHERE %s
                ON CONFLICT ON CONSTRAINT {table}_address_hour_unique
                DO UPDATE SET count = taken.count + excluded.count WHERE taken.count + excluded.count <= %s
                RETURNING count""",
            (address, hour, more, more <= most, most),
        )
        if cursor.fetchone() is None:
            raise NoRoom(wait_s=int((hour + _HOUR - at).total_seconds()))
