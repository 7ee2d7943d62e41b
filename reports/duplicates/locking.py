"""One at a time changes the clusters of a city."""

from reports.locking import lock_cities
from reports.models import Report

__all__ = ["lock_cities", "lock_problem_of"]


def lock_problem_of(report_id: int) -> None:
    """Lock the city of the cluster that a report is part of, as lock_cities does; of a root all its reports besides.

    Nothing where it is part of none.
    """
    found = Report.objects.filter(pk=report_id, duplicate_cluster__isnull=False)
    cities = set(found.values_list("duplicate_cluster__city", flat=True))
    if cities:
        lock_cities(cities)
        rows = Report.objects.filter(duplicate_cluster__root_report=report_id).order_by("pk")
        list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
