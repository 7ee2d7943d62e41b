"""All reports of a city linked and clustered in one go: what the worker does one by one, group by group.

The result is that of the reports coming one after the other, in any order. What is done is marked on each report, so an
interrupted run goes on where it stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection, transaction

from jurisdictions.models import Jurisdiction
from reports.duplicates.components import TooLarge
from reports.duplicates.current import current_settings
from reports.duplicates.linking import link_one
from reports.duplicates.locking import lock_cities
from reports.duplicates.reclustering import place, recluster
from reports.duplicates.settings import Settings
from reports.models import Report

AT_ONCE: Final = 200  # reports in one transaction: nobody waits longer than that for the city
FORGOTTEN_AT_ONCE: Final = 10_000

# Reports beside which nothing lies within the widest radius need no comparison; the others come group by group, so
# that those which hang together are done together.
_GROUPS: Final = """
SELECT report.id, grouped.grp FROM (
    SELECT id, ST_ClusterDBSCAN(ST_Transform(location, %(srid)s), eps => %(radius)s, minpoints => 2) OVER () AS grp
    FROM reports_report WHERE root_id = %(city)s
) AS grouped JOIN reports_report AS report USING (id)
WHERE report.duplicates_sought_at IS NULL ORDER BY grouped.grp NULLS FIRST, report.received_at, report.id
"""

Progress = Callable[[int, int], None]


def forget(*, city: Jurisdiction, progress: Progress | None = None) -> int:
    """Have every report of a city looked at again; how many. What people decided stays."""
    total = done = 0
    last = 0
    rows = Report.objects.filter(root=city, duplicates_sought_at__isnull=False).order_by("pk")
    total = rows.count()
    while keys := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        done += Report.objects.filter(pk__in=keys).update(duplicates_sought_at=None)
        last = keys[-1]
        if progress:
            progress(done, total)
    return done


def cluster_all(*, city: Jurisdiction, clock: Callable[[], datetime], progress: Progress | None = None) -> int:
    """Link and cluster whatever of a city waits for it; how many reports. Others may file and handle meanwhile."""
    settings = current_settings()
    widest = max(each.radius_m for each in (settings.default, *settings.profiles.values()))
    # A degree of projection and of ground differ: rather too wide than too narrow.
    values = {"srid": city.metric_srid, "radius": widest * 1.05, "city": city.pk}
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, values)
        rows: list[tuple[int, int | None]] = cursor.fetchall()
    done = 0
    for batch in _batches(rows):
        _do(batch, city, settings, at=clock())
        done += len(batch)
        if progress:
            progress(done, len(rows))
    return done


def _batches(rows: Sequence[tuple[int, int | None]]) -> Iterator[list[tuple[int, int | None]]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, AT_ONCE)):
        yield batch


@transaction.atomic
def _do(batch: Sequence[tuple[int, int | None]], city: Jurisdiction, settings: Settings, *, at: datetime) -> None:
    lock_cities([city.pk])
    keys = [key for key, _group in batch]
    here = Report.objects.filter(pk__in=keys, root=city)
    linked = set(here.exclude(duplicate_cluster=None).values_list("pk", flat=True))  # may have to leave
    there = set(here.values_list("pk", flat=True))
    touched: dict[int, set[int]] = {}
    for key, group in batch:
        if key in there and (group is not None or key in linked):
            others = link_one(key, city_id=city.pk, settings=settings, at=at)
            if others or key in linked:
                touched[key] = others
    _place(touched, settings, at=at)
    Report.objects.filter(pk__in=keys).update(duplicates_sought_at=at)


def _place(touched: dict[int, set[int]], settings: Settings, *, at: datetime) -> None:
    if not touched:
        return
    try:
        recluster(touched={*touched, *set().union(*touched.values())}, at=at)
    except TooLarge:
        for key, others in touched.items():
            place(key, touched=others, at=at, settings=settings)
