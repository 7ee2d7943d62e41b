"""The bench of reroutings: every report moves, and somebody else is at work meanwhile."""

from datetime import UTC, datetime

from bench.rerouting import _open_all, _rotate
from reports.models import Assignment, Report
from reports.rerouting import preview
from tests.staff import file_report


def test_the_districts_change_places_and_every_report_moves(small_city):
    for x in (300, 1500):
        file_report(small_city.pothole, x=x)
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    boundary_set = _rotate(small_city.city, at)
    rerouting = preview(boundary_set=boundary_set, on=boundary_set.first_day, at=at)
    assert rerouting.moves.filter(state="planned").count() == 2


def test_reports_are_opened_with_an_assignment_each(small_city):
    file_report(small_city.pothole, x=300)
    Assignment.objects.all().delete()
    Report.objects.update(status="resolved")
    _open_all(small_city.city, vacuum=False)
    assert Report.objects.open().count() == Assignment.objects.filter(ended_at=None).count() == 1
