"""Reports of one problem and of others, filed as people file them."""

from datetime import timedelta

import pytest

from reports.duplicates import seek_duplicates
from reports.intake import submit_report
from reports.models import Report
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
