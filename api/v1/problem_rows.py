"""Which reports stand for a problem that the public may know of."""

from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from reports.models import Report
from reports.models.report import ReportQuerySet


def shown_mates() -> ReportQuerySet:
    """The reports of the same problem that the public may know of, the report itself among them; for a subquery."""
    return Report.objects.publicly_clustered().filter(duplicate_cluster=OuterRef("duplicate_cluster"))


COUNTED: Final = Coalesce(
    Subquery(shown_mates().order_by().values("duplicate_cluster").annotate(told=Count("pk")).values("told")), 0
)


def problems_of(rows: ReportQuerySet) -> ReportQuerySet:
    """Those of the reports that stand for a problem of which the public may know of two reports and more."""
    roots = rows.publicly_clustered().filter(duplicate_cluster__root_report=F("pk"))
    return roots.filter(Exists(shown_mates().exclude(pk=OuterRef("pk"))))
