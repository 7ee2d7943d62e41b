"""How many reports repeat others: what tells reports from problems in public counts."""

from django.core.exceptions import EmptyResultSet
from django.db import connection

from people.access import PUBLIC, Viewer
from reports.filters import ReportFilter
from reports.models import Report


def repeats_in(
    *, level: str, viewer: Viewer = PUBLIC, narrowing: ReportFilter
) -> tuple[dict[tuple[int, str], int], int]:
    """How many of the reports that the viewer may see and the filter lets through tell what another of them tells.

    By city (key) and jurisdiction (code) of a level, and in all: a problem across an edge is one on either side, and
    one in all. Where the public sees no exact place, it sees no repeats.
    """
    rows = narrowing.narrow(Report.objects.visible_to(viewer)).filter(duplicate_cluster__isnull=False)
    known = rows.publicly_clustered()
    if viewer != PUBLIC:
        known = rows.filter(pk__in=Report.objects.in_charge_of(viewer).values("pk")) | known
    columns = ("root_id", "public_jurisdictions", "duplicate_cluster_id")
    try:
        text, params = known.order_by().values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return {}, 0
    sql = f"""
        SELECT root_id, code, count(*) - count(DISTINCT problem)
        FROM (SELECT root_id, grounds ->> %s, problem FROM ({text}) AS report(root_id, grounds, problem))
             AS told(root_id, code, problem)
        WHERE code IS NOT NULL GROUP BY GROUPING SETS ((root_id, code), ())
    """  # noqa: S608 - of the ORM; the values are bound
    with connection.cursor() as cursor:
        cursor.execute(sql, [level, *params])
        found = {(root_id, code): count for root_id, code, count in cursor.fetchall()}
    total = found.pop((None, None), 0)
    return found, total
