"""What is never public stays so, whoever decides."""

from datetime import UTC, datetime

import pytest

from jurisdictions.models import Moderation
from reports.intake import submit_report
from reports.models import Report
from reports.publishing import NeverPublic, publish
from tests.shapes import at


def test_a_category_that_is_never_public_cannot_be_published(small_city, client):
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    report = submit_report(
        location=at(500, 200),
        category=small_city.pothole,
        description="چاله",
        received_at=datetime(2026, 3, 21, tzinfo=UTC),
        source="web",
    )
    with pytest.raises(NeverPublic):
        publish(report=report)
    assert not Report.objects.get().is_public
    assert client.get("/api/v1/reports").json()["features"] == []
