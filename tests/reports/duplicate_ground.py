"""Reports in clusters, and the links between them."""

from reports.models import DuplicateCluster, DuplicateLink, LinkState, Report
from tests.staff import FILED_AT


def together(*reports: Report) -> bool:
    """Whether they are in one cluster, all of it."""
    clusters = {Report.objects.get(pk=report.pk).duplicate_cluster for report in reports}
    only = clusters.pop()
    return not clusters and only is not None and set(only.reports.all()) == set(reports)


def root_of(report: Report) -> Report:
    return Report.objects.get(pk=report.pk).duplicate_cluster.root_report


def gathered(*reports: Report) -> DuplicateCluster:
    """One cluster of these reports, the first its root, as the links between them would make it."""
    for other in reports[1:]:
        link(reports[0], other)
    cluster = DuplicateCluster.objects.create(city=reports[0].root, root_report=reports[0], made_at=FILED_AT)
    Report.objects.filter(pk__in=[each.pk for each in reports]).update(duplicate_cluster=cluster)
    return cluster


def link(one: Report, other: Report, *, state: str = LinkState.AUTOMATIC, score: float = 0.9) -> DuplicateLink:
    """A link as it is between these two, or a new one."""
    first, second = sorted((one, other), key=lambda each: each.pk)
    values = {"score": score, "state": state, "made_at": FILED_AT}
    if state not in (LinkState.SUGGESTED, LinkState.AUTOMATIC):
        values["decided_at"] = FILED_AT
    return DuplicateLink.objects.update_or_create(first=first, second=second, defaults=values)[0]
