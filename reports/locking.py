"""One at a time acts on many reports of a city."""

from collections.abc import Collection
from typing import Final

from django.db import connection

_MANY: Final = 0x6475_706C  # the first half of the lock's number: what it is about; the second half is the city


def lock_cities(city_ids: Collection[int]) -> None:
    """Until the transaction ends, nobody else locks several reports of these cities (by key) at once.

    Whoever does takes this before any of them, and always in the same order, so that nobody waits in a circle: to link,
    cluster or part reports, to take a step with a problem, to carry out a batch. Filing without a claim, routing,
    reading and what is about a single report do not take it.
    """
    with connection.cursor() as cursor:
        for city_id in sorted(city_ids):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MANY, city_id])
