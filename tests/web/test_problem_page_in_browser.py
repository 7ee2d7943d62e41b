"""The page of a problem with several reports in a real browser."""

import pytest

from reports.duplicates import merge
from reports.handling import change_status
from reports.models import DuplicateCluster
from tests.reports.duplicate_ground import found, told
from tests.staff import FILED_AT, handler
from tests.web.test_staff_in_browser import look

__all__ = ["found", "look", "told"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width, language", [(360, "fa"), (1280, "en")])
def test_the_page_of_a_problem_fits_and_draws_its_reports(look, told, found, small_city, width, language) -> None:
    reports = [told(number * 8, minutes=number * 50) for number in range(4)]
    found(*reports)
    merge(reports=[reports[0], told(80, minutes=300)], by=None, at=FILED_AT, note="یک چاله است")
    change_status(report=reports[0], to="in_progress", at=FILED_AT)
    cluster = DuplicateCluster.objects.get()

    address = f"/admin/reports/duplicatecluster/{cluster.pk}/change/"
    seen, shown = look(handler(small_city.west), address, language=language, width=width, height=800)

    assert "منطقه ۱" in shown["ground"]
    assert seen.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert all(seen.page.get_by_text(each.reference).count() for each in reports)
    assert seen.foreign == []
    assert seen.complaints == []
