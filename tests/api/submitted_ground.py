"""Reports of the small city, submitted one after the other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from reports.intake import submit_report
from reports.models import Report
from tests.shapes import at

START = datetime(2026, 3, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def submitted(small_city) -> Callable[..., Report]:
    """Submit a report `minutes` after the start, at a place in metres."""

    def submit(x: float = 500, y: float = 200, *, minutes: float = 0, **changes) -> Report:
        values = {
            "location": at(x, y),
            "category": small_city.pothole,
            "description": "چاله",
            "received_at": START + timedelta(minutes=minutes),
            "source": "web",
        }
        return submit_report(**{**values, **changes})

    return submit
