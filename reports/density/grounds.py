"""How many reports lie in each jurisdiction of a level, as the public knows it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from people.access import PUBLIC, Viewer
from reports.density.sources import Statement, chosen_kinds, union
from reports.density.sql import UNFOLDED
from reports.filters import ReportFilter
from reports.models import Report
from reports.models.report import ReportQuerySet

_SUM: Final = """
SELECT root_id, code, status, sum(n)::bigint FROM ({sources}) AS source (root_id, code, status, n)
WHERE code IS NOT NULL GROUP BY root_id, code, status HAVING sum(n) <> 0
"""


@dataclass(slots=True)
class GroundCount:
    """The reports in one jurisdiction: of a city (its key), by code; counts by status."""

    root_id: int
    code: str
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.statuses.values())


def ground_counts(*, level: str, viewer: Viewer = PUBLIC, narrowing: ReportFilter) -> list[GroundCount]:
    """Counts of the reports that the viewer may see and the filter lets through, by their public jurisdiction."""
    sources = _sources(level, viewer, narrowing)
    if not sources:
        return []
    source = union(sources)
    with connection.cursor() as cursor:
        cursor.execute(_SUM.format(sources=source.text), source.params)
        rows = cursor.fetchall()
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for root_id, code, status, n in rows:
        found[root_id, code][status] = n
    return [GroundCount(root_id, code, statuses) for (root_id, code), statuses in sorted(found.items())]


def _sources(level: str, viewer: Viewer, narrowing: ReportFilter) -> list[Statement]:
    rows = narrowing.narrow(Report.objects.visible_to(viewer))
    if not narrowing.is_counted:
        return _from_reports(rows, level)
    private = _from_reports(rows.filter(is_public=False), level) if viewer != PUBLIC else []
    return [_kept(level, narrowing), *private]


def _kept(level: str, narrowing: ReportFilter) -> Statement:
    """What the pyramid keeps, and what it has not folded yet."""
    chosen, values = chosen_kinds(narrowing)
    text = f"""
        SELECT root_id, code, status, n FROM reports_densityground WHERE level = %s AND {chosen}
        UNION ALL
        SELECT root_id, grounds ->> %s, status, 1 FROM reports_change WHERE {UNFOLDED} AND {chosen}
        UNION ALL
        SELECT root_id, grounds ->> %s, status, -1
        FROM (SELECT was_root_id AS root_id, was_grounds AS grounds, was_category_id AS category_id,
                     was_status AS status FROM reports_change WHERE {UNFOLDED}) AS was WHERE {chosen}
    """  # noqa: S608 - our own text
    params: list[Any] = [level, *values]
    return Statement(text, params * 3)


def _from_reports(rows: ReportQuerySet, level: str) -> list[Statement]:
    try:
        text, params = rows.order_by().values_list("root_id", "public_jurisdictions", "status").query.sql_with_params()
    except EmptyResultSet:
        return []
    source = f"SELECT root_id, grounds ->> %s, status, 1 FROM ({text}) AS report(root_id, grounds, status)"  # noqa: S608
    return [Statement(source, [level, *params])]
