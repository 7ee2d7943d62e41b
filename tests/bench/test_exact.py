"""Counts beside the rows: the comparison sees a count that is wrong, and none where all are right."""

import pytest

from bench import exact, processor
from bench.guard import Different
from reports.models import DensitySummary
from tests.reports.density_ground import fold_all
from tests.shapes import lonlat
from tests.staff import file_report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reports(small_city):
    for number in range(7):
        file_report(small_city.pothole, x=100 + 100 * number)
    fold_all()


def test_a_wrong_count_is_seen(reports, monkeypatch):
    monkeypatch.setattr(exact, "_some_filter", lambda _chance: exact.ReportFilter(statuses=["received"]))
    city = (*lonlat(-50, -50), *lonlat(2050, 1050))
    seen = exact._looked(9, city)
    assert (seen.looks, seen.counted, seen.splits, seen.different) == (2, 14, 4, 0)
    DensitySummary.objects.filter(n__gt=0).update(n=3)
    assert exact._looked(9, city).different > 0


def test_what_an_answer_costs_is_measured_and_a_refusal_is_no_answer(reports):
    ours = processor._City()
    [cost] = processor._in_turns(lambda _number: ours.ask("/api/v1/clusters?zoom=3"))
    assert cost.whole > cost.web > 0
    with pytest.raises(Different, match="404"):
        ours.ask("/api/v1/nothing")
