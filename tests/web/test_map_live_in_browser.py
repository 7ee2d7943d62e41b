"""The map page of a reader who only looks: what others file, change and hide shows by itself."""

import pytest

from reports.handling import change_status
from reports.publishing import hide
from tests.api.streams import EVENTS, running_live
from tests.web.conftest import RECEIVED_AT
from tests.web.looking import look_from, text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOWN = """([reference, status]) => cityEye.map.queryRenderedFeatures({layers: ["reports"]})
    .some(({properties}) => properties.reference === reference && properties.status === status)"""


def test_what_others_do_shows_by_itself(visit, tell, live_server, settings):
    with running_live(PUBLIC_URL=live_server.url, ALLOWED_HOSTS="localhost,127.0.0.1") as live:
        settings.LIVE_URL = f"http://127.0.0.1:{live.port}{EVENTS}"
        seen = visit(language="en").open("/").until_drawn()
        look_from(seen, 14)
        assert text(seen, "#count") == "No reports in this view"
        report = tell()
        seen.until(SHOWN, [report.reference, "received"])
        seen.until("document.querySelector('#count').textContent === '1 report in this view'")
        change_status(report=report, to="in_progress", note="done", at=RECEIVED_AT)
        seen.until(SHOWN, [report.reference, "in_progress"])
        seen.until("document.querySelector('#reports .item')?.dataset.status === 'in_progress'")
        hide(report=report)
        seen.until("document.querySelector('#count').textContent === 'No reports in this view'")
        seen.until(f"!({SHOWN})(['{report.reference}', 'in_progress'])")
        assert seen.complaints == []
