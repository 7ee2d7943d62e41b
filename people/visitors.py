"""Whoever comes without an account: their address, and what it has had within the hour."""

import re
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from people.models import Window

_WITH_PORT: Final = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


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

    X-Forwarded-For counts only as far as our own proxies (TRUSTED_PROXIES) wrote it, some of them with the port.
    """
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    ours = settings.TRUSTED_PROXIES
    address = forwarded[-ours] if 0 < ours <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
    with_port = _WITH_PORT.fullmatch(address)
    try:
        parsed = ip_address(with_port[1] or with_port[2] if with_port else address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)


def take(*, window: type[Window], request: HttpRequest, more: int, most: int, at: datetime, also: str = "") -> None:
    """Count so many more against the address's hour, for all processes; raises NoRoom beyond `most`, counting none.

    With `also`, against that of the address together with this.
    """
    table, hour = window._meta.db_table, _begin(window, at)
    with connection.cursor() as cursor:
        # One statement, committed at once: two processes cannot both take the last free place.
        cursor.execute(
            f"""INSERT INTO {table} AS taken (address, hour, count) SELECT %s, %s, %s WHERE %s
                ON CONFLICT ON CONSTRAINT {table}_address_hour_unique
                DO UPDATE SET count = taken.count + excluded.count WHERE taken.count + excluded.count <= %s
                RETURNING count""",
            (_key(request, also), hour, more, more <= most, most),
        )
        if cursor.fetchone() is None:
            raise NoRoom(wait_s=int((hour + window.lasts - at).total_seconds()))


def give_back(*, window: type[Window], request: HttpRequest, at: datetime, also: str = "") -> None:
    """Count one less of what was taken at that moment."""
    rows = window._default_manager.filter(address=_key(request, also), hour=_begin(window, at), count__gt=0)
    rows.update(count=F("count") - 1)


def forget(*, window: type[Window], request: HttpRequest, at: datetime, also: str = "") -> None:
    """Count anew from here."""
    window._default_manager.filter(address=_key(request, also), hour=_begin(window, at)).delete()


def _key(request: HttpRequest, also: str) -> str:
    whose = f"{address_of(request)} {also}" if also else address_of(request)
    return salted_hmac("people.address", whose, algorithm="sha256").hexdigest()


def _begin(window: type[Window], at: datetime) -> datetime:
    lasts = int(window.lasts.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // lasts * lasts, UTC)
