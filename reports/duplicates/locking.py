"""One at a time changes the clusters of a city."""

from collections.abc import Collection
from typing import Final

from django.db import connection

from reports.models import Report

_CLUSTERS: Final = 0x6475_706C  # the first half of the lock's number: what it is about; the second half is the city


def lock_cities(city_ids: Collection[int]) -> None:
    """Until the transaction ends, nobody else links, clusters or parts reports of these cities (by key).

    Taken before any row is locked, and always in the same order, so that nobody waits in a circle. Filing without a
    claim, routing and reading do not take it.
    """
    with connection.cursor() as cursor:
        for city_id in sorted(city_ids):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CLUSTERS, city_id])


def lock_problem_of(report_id: int) -> None:
    """The same for the city of the cluster that a report is part of; of a root all its reports besides.

    Nothing where it is part of none.
    """
    found = Report.objects.filter(pk=report_id, duplicate_cluster__isnull=False)
    cities = set(found.values_list("duplicate_cluster__city", flat=True))
    if cities:
        lock_cities(cities)
        rows = Report.objects.filter(duplicate_cluster__root_report=report_id).order_by("pk")
        list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
