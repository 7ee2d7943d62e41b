"""The staff's maps in a real browser, held to the Content Security Policy."""

import pytest
from playwright.sync_api import expect

from jurisdictions.models import Boundary
from tests.staff import file_report, handler, superuser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAWN = "document.querySelector('[data-geo-map]')?.map?.loaded() && document.querySelector('[data-state=drawn]')"
# What the map shows by the look of its layers: names of the ground, and the middle of the subject on the screen.
SHOWN = """() => {
    const { map } = document.querySelector('[data-geo-map]');
    const features = map.queryRenderedFeatures();
    const look = (feature) => feature.layer.id.split('-')[2];
    const subject = features.find((each) => look(each) === 'subject');
    return {
        ground: [...new Set(features.filter((each) => look(each) === 'ground').map((each) => each.properties.name_fa))],
        subject: subject?.geometry.type,
        place: subject?.geometry.type === 'Point' ? map.project(subject.geometry.coordinates) : null,
        canvas: [map.getCanvas().clientWidth, map.getCanvas().clientHeight],
    };
}"""


@pytest.fixture
def look(visit, client):
    """Opens a page as a member of staff and gives the visit with what its map shows."""

    def open_page(user, path: str, **window):
        client.force_login(user)
        seen = visit(**window)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": seen.server}
        seen.page.context.add_cookies([session])
        seen.open(path).until(DRAWN)
        return seen, seen.page.evaluate(SHOWN)

    return open_page


def test_the_map_of_a_report_shows_its_place_among_the_districts_and_asks_nobody_else(look, small_city):
    report = file_report(small_city.pothole, x=980)
    address = f"/admin/reports/report/{report.pk}/change/"
    seen, shown = look(handler(small_city.west), address, width=360, height=800)
    assert_in_the_middle(shown)
    seen.page.set_viewport_size({"width": 1280, "height": 800})
    seen.until(f"(narrow) => {DRAWN} && ({SHOWN})().canvas[0] !== narrow", shown["canvas"][0])
    assert_in_the_middle(seen.page.evaluate(SHOWN))
    assert seen.foreign == []
    assert seen.complaints == []


def assert_in_the_middle(shown) -> None:
    assert set(shown["ground"]) == {"منطقه ۱", "منطقه ۲"}
    assert abs(shown["place"]["x"] - shown["canvas"][0] / 2) < 3
    assert abs(shown["place"]["y"] - shown["canvas"][1] / 2) < 3


def test_the_map_of_a_boundary_shows_its_shape_and_its_neighbors(look, small_city):
    boundary = Boundary.objects.get(jurisdiction=small_city.west)
    seen, shown = look(superuser(), f"/admin/jurisdictions/boundary/{boundary.pk}/change/", width=1280)
    assert shown["subject"] == "Polygon"
    assert set(shown["ground"]) == {"منطقه ۱", "منطقه ۲"}
    assert min(shown["canvas"]) > 200
    assert seen.foreign == []
    assert seen.complaints == []


def test_a_handler_takes_the_next_step_on_the_page_of_a_report(look, small_city):
    report = file_report(small_city.pothole, x=500)
    address = f"/admin/reports/report/{report.pk}/change/"
    seen, _ = look(handler(small_city.west), address, language="en", width=1280)
    seen.page.locator("#id_note").fill("اکیپ اعزام شد")
    seen.page.get_by_role("button", name="Change the status").click()
    expect(seen.page.locator(".report-status")).to_have_text("In progress")
    expect(seen.page.locator(".report-steps li").filter(has_text="in progress")).to_contain_text("اکیپ اعزام شد")
    assert seen.page.url.endswith(address)
    assert seen.complaints == []
