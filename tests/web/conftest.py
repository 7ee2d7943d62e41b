"""People's pages: reports to look at, as a browser finds them."""

from datetime import UTC, datetime

import pytest

from reports.intake import submit_report
from reports.models import Report
from tests.shapes import at

RECEIVED_AT = datetime(2026, 11, 23, 10, 35, tzinfo=UTC)  # 2 Azar 1405, 14:05 in Tehran


@pytest.fixture
def tell(small_city):
    """A citizen's report of a pothole, 500 m east and 200 m north of the small city's corner unless told otherwise."""

    def file(*, x: float = 500, y: float = 200, description: str = "چالهٔ بزرگی وسط خیابان است", **more) -> Report:
        values = {"category": small_city.pothole, "received_at": RECEIVED_AT, "source": "web"} | more
        return submit_report(location=at(x, y), description=description, **values)

    return file
