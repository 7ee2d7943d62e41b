"""Reports of one problem and of others, filed as people file them; in clusters, and the links between them."""

from datetime import timedelta

import pytest

from reports.duplicates import seek_duplicates
from reports.intake import submit_report
from reports.models import DuplicateCluster, DuplicateLink, LinkState, Report
from tests.shapes import at
from tests.staff import FILED_AT

HOLE = "چالهٔ عمیقی جلوی نانوایی سر کوچهٔ لاله دهان باز کرده"


@pytest.fixture
def told(small_city):
    """File a report at so many meters east of (500, 500), so many minutes after the first, by a device."""

    def file(x: float = 0, *, minutes: float = 0, words: str = HOLE, y: float = 500, **values) -> Report:
        return submit_report(
            location=at(500 + x, y),
            category=values.pop("category", small_city.pothole),
            description=words,
            received_at=FILED_AT + timedelta(minutes=minutes),
            source="web",
            **values,
        )

    return file


@pytest.fixture
def found():
    """Look for the duplicates of reports, in this order."""

    def look(*reports: Report) -> None:
        for report in reports:
            assert seek_duplicates(report_id=report.pk, at=FILED_AT + timedelta(hours=1))
            report.refresh_from_db()

    return look


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
