"""One at a time changes the clusters of a city."""

from django.db import transaction
from django.db.models import Q

from reports.locking import lock_cities
from reports.models import Report

__all__ = ["lock_cities", "lock_problem_of"]


def lock_problem_of(report_id: int) -> None:
    """Lock a report, and of a root all its reports; where it is part of a cluster, the cluster's city before these.

    From then on the report is in this cluster, or in none, until the transaction ends. Which city that is can be known
    only by looking before; where the report has come into another cluster meanwhile, the rows are given back, and taken
    anew after its city: whoever holds that may be waiting for them.
    """
    cities = _cities_of(report_id)
    while True:
        start = transaction.savepoint()
        lock_cities(cities)
        _lock_rows(report_id)
        now = _cities_of(report_id)
        if now <= cities:
            transaction.savepoint_commit(start)
            return
        transaction.savepoint_rollback(start)
        cities = now


def _cities_of(report_id: int) -> set[int]:
    """The city of the cluster that a report is part of; none, or one."""
    found = Report.objects.filter(pk=report_id, duplicate_cluster__isnull=False)
    return set(found.values_list("duplicate_cluster__city", flat=True))


def _lock_rows(report_id: int) -> None:
    rows = Report.objects.filter(Q(pk=report_id) | Q(duplicate_cluster__root_report=report_id)).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
