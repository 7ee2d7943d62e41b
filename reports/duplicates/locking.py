"""One at a time changes the clusters of a city."""

from collections.abc import Callable, Collection, Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q

from reports.locking import lock_cities
from reports.models import Report

__all__ = ["lock_cities", "lock_cities_of", "lock_problem_of"]


def lock_problem_of(report_id: int) -> None:
    """Lock a report, and of a root all its reports; where it is part of a cluster, the cluster's city before these.

    From then on the report is in this cluster, or in none, until the transaction ends.
    """
    found = Report.objects.filter(pk=report_id, duplicate_cluster__isnull=False)
    its_own = Q(pk=report_id) | Q(duplicate_cluster__root_report=report_id)
    _lock(found.values_list("duplicate_cluster__city", flat=True).all, partial(_lock_rows, its_own))


def lock_cities_of(report_ids: Collection[int], *, besides: Collection[int] = ()) -> None:
    """Lock the cities of these reports, and others `besides`; then the reports, so that they stay there."""
    named = Q(pk__in=report_ids)
    roots = Report.objects.filter(named).values_list("root", flat=True)
    _lock(lambda: [*roots.all(), *besides], partial(_lock_rows, named))


def _lock(find: Callable[[], Iterable[int | None]], hold: Callable[[], None]) -> None:
    """Lock the cities that `find` finds, then what `hold` holds, so that `find` would find no others any more.

    Which cities these are can be known only by looking before anything is locked. Where that has changed meanwhile, the
    rows are given back, and taken anew after the right city: whoever holds that may be waiting for them.
    """
    cities = set(filter(None, find()))
    while True:
        start = transaction.savepoint()
        lock_cities(cities)
        hold()
        now = set(filter(None, find()))
        if now <= cities:
            transaction.savepoint_commit(start)
            return
        transaction.savepoint_rollback(start)
        cities = now


def _lock_rows(which: Q) -> None:
    rows = Report.objects.filter(which).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
