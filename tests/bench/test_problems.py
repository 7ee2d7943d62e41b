"""What is measured of problems leaves nothing behind."""

from django_q.models import OrmQ

from bench import problems
from reports.models import DuplicateCluster, Report
from tests.staff import file_report


def test_filing_and_steps_are_measured_and_rolled_back(small_city, monkeypatch):
    filed = file_report(small_city.pothole, x=300)
    monkeypatch.setattr(problems, "ASKED", 12)
    monkeypatch.setattr(problems, "ROUNDS", 1)
    monkeypatch.setattr(problems, "MEMBERS", 8)

    filing, step = problems.sections()

    assert len(filing.rows) == 3
    few, many = step.notes[0].split(" statements")[0], step.notes[0].split(", ")[1].split(" ")[0]
    assert few == many
    assert Report.objects.get() == filed
    assert not DuplicateCluster.objects.exists()
    assert not OrmQ.objects.exists()
