"""The other pages in a real browser, held to the Content Security Policy."""

from urllib.parse import urlsplit

import pytest

from reports.references import tracking_link
from tests.factories import UserFactory
from tests.web.looking import HOSTILE, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_tracking_link_shows_the_report_and_its_place(visit, tell):
    report = tell(description=" ".join(HOSTILE))
    seen = visit(width=360, height=640).open(urlsplit(tracking_link(report.reference)).path)
    seen.until("cityEye?.map?.getLayer('ground') && cityEye.map.loaded()")
    assert seen.page.locator(".told").inner_text().startswith("<script>document.title")
    assert seen.page.evaluate("document.documentElement.dir") == "rtl"
    marker = seen.page.locator(".maplibregl-marker").bounding_box()
    place = seen.page.locator("#place").bounding_box()
    assert abs(marker["x"] + marker["width"] / 2 - place["x"] - place["width"] / 2) < 3
    assert not scrolls_sideways(seen)
    assert "owned" not in seen.page.title()
    assert seen.foreign == []
    assert seen.complaints == []


def test_the_documentation_of_the_api_works_under_the_policy(visit, small_city):
    seen = visit(width=360).open("/api/docs")
    seen.until("document.querySelectorAll('.opblock').length > 3")
    assert not scrolls_sideways(seen)
    assert seen.foreign == []
    assert seen.complaints == []


def test_the_admin_works_under_the_policy(visit, client, small_city):
    client.force_login(UserFactory(is_superuser=True))
    seen = visit()
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": seen.server}
    seen.page.context.add_cookies([session])
    seen.open("/admin/jurisdictions/category/")
    seen.until("document.querySelector('#result_list')")
    assert seen.foreign == []
    assert seen.complaints == []
