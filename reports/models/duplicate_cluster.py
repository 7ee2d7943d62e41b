"""Reports that are held to be one problem."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Jurisdiction
from people.access import Right, Viewer
from reports.models.report import Report


class DuplicateClusterQuerySet(models.QuerySet["DuplicateCluster"]):
    """Clusters, asked for in sentences."""

    def in_charge_of(self, viewer: Viewer, right: Right = Right.SEE_REPORTS) -> Self:
        """Those with a member over which a member of staff has this right."""
        reports = Report.objects.in_charge_of(viewer, right).filter(duplicate_cluster=models.OuterRef("pk"))
        return self.filter(models.Exists(reports))


class DuplicateCluster(models.Model):
    """Two reports and more that tell of one problem, known by one of them, its root.

    Made, changed and ended only by `reports.duplicates`: who is a member follows from the links
    (`reports.duplicates.clustering`), which of them is the root from `reports.duplicates.roots`.
    """

    city = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+", verbose_name=_("city"))
    root_report = models.ForeignKey(
        Report, models.PROTECT, related_name="rooted_clusters", db_index=False, verbose_name=_("main report")
    )
    made_at = models.DateTimeField(_("made at"))

    objects = DuplicateClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem with several reports")
        verbose_name_plural = _("problems with several reports")
        constraints = [
            # At the end of the transaction: two clusters may exchange their roots within it.
            models.UniqueConstraint(
                fields=["root_report"],
                deferrable=models.Deferrable.DEFERRED,
                name="reports_duplicatecluster_root_unique",
            ),
        ]

    def __str__(self) -> str:
        return str(self.root_report)
