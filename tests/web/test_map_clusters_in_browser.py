"""The map page where reports are many: numbers, shades, the way into a cluster, and a choice that the address keeps."""

import re

import pytest

from reports.handling import change_status
from tests.shapes import lonlat
from tests.web.conftest import RECEIVED_AT
from tests.web.looking import look_from, text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowds(tell):
    """Seven reports in the west, four in the east."""
    return [tell(x=200 + 20 * n, y=300) for n in range(7)] + [tell(x=1800 + 15 * n, y=700) for n in range(4)]


def test_numbers_become_points_on_the_way_in(visit, crowds):
    seen = visit().open("/").until_drawn()
    for zoom in (9, 11.5, 13.9):
        look_from(seen, zoom)
        assert sum({each["at"]["x"]: each["count"] for each in seen.drawn("clusters")}.values()) == 11
        assert seen.drawn("reports") == []
        assert text(seen, "#count") == "۱۱ گزارش در این نما"
    look_from(seen, 14.5)
    assert {each["reference"] for each in seen.drawn("reports")} == {each.reference for each in crowds}
    assert seen.drawn("clusters") == []
    assert seen.complaints == []
    assert seen.foreign == []


def test_a_click_on_a_number_leads_to_where_it_parts(visit, crowds):
    seen = visit().open("/").until_drawn()
    look_from(seen, 9)
    [whole] = seen.drawn("clusters")
    seen.page.mouse.click(whole["at"]["x"], whole["at"]["y"])
    seen.until("(zoom) => cityEye.map.getZoom() === zoom && !cityEye.map.isMoving()", whole["expansion_zoom"])
    seen.until_drawn()
    parts = sorted((each["count"], each["at"]["x"], each["at"]["y"]) for each in seen.drawn("clusters"))
    assert sum(count for count, _x, _y in parts) == 11
    assert len(parts) > 1
    _count, x, y = parts[-1]
    seen.page.mouse.click(x, y)
    seen.until("cityEye.map.getZoom() >= 14 && !cityEye.map.isMoving()")
    seen.until_drawn()
    assert len(seen.drawn("reports")) >= parts[-1][0]


def test_a_name_makes_way_for_reports_at_its_place(visit, tell):
    (west, south), (far, top) = lonlat(0, 0), lonlat(1000, 1000)
    seen = visit().open("/").until_drawn()
    [[x, y]] = {tuple(each["at"][axis] for axis in "xy") for each in named(seen) if each["name_fa"] == "منطقه ۱"}
    assert names_at(seen, x, y) == {"منطقه ۱"}
    lon, lat = seen.page.evaluate("([x, y]) => cityEye.map.unproject([x, y]).toArray()", [x, y])
    east, north = (
        there / here * 1000 for there, here in zip((lon - west, lat - south), (far - west, top - south), strict=True)
    )
    for _ in range(40):
        tell(x=east, y=north)
    seen.page.reload()
    seen.until_drawn()
    [[x, y]] = {tuple(each["at"][axis] for axis in "xy") for each in named(seen) if each["name_fa"] == "منطقه ۱"}
    assert [each["count"] for each in seen.drawn("clusters")] == [40]
    assert names_at(seen, x, y) == set()
    assert seen.complaints == []


def named(seen) -> list:
    """The names that the map shows, wherever they stand; `at` is the place that they are about."""
    seen.until("cityEye.map.queryRenderedFeatures({layers: ['ground-names']}).length === 2")
    return seen.drawn("ground-names")


def names_at(seen, x: float, y: float) -> set[str]:
    """The names that stand at a point of the screen."""
    found = seen.page.evaluate(
        """(at) => cityEye.map.queryRenderedFeatures(at, {layers: ["ground-names"]}).map((each) => each.properties)""",
        [x, y],
    )
    return {each["name_fa"] for each in found}


def test_parts_of_the_city_are_shaded_by_their_reports(visit, crowds):
    seen = visit(language="en").open("/").until_drawn()
    look_from(seen, 11)
    seen.until("document.querySelector('#key dd')")
    assert text(seen, "#key").split("\n") == ["Reports in each part of the city", "4 and more", "7 and more"]
    colors = seen.page.evaluate("cityEye.map.getPaintProperty('ground-shade', 'fill-color')")
    assert {"sample/1", "sample/2"} < set(colors[2:-1])
    look_from(seen, 14.5)
    assert seen.page.locator("#key").is_hidden()


def test_the_address_keeps_the_choice(visit, crowds):
    change_status(report=crowds[0], to="resolved", note="done", at=RECEIVED_AT)
    seen = visit(language="en").open("/").until_drawn()
    seen.page.get_by_label("Where", exact=True).select_option("1")
    seen.until("document.querySelector('#count').textContent.startsWith('7 ')")
    seen.page.get_by_label("Resolved").uncheck()
    seen.until("document.querySelector('#count').textContent.startsWith('6 ')")
    address = seen.page.evaluate("location.search")
    assert address == "?ground=1&status=received,in_progress,waiting,rejected"
    seen.page.reload()
    seen.until("document.querySelector('#count')?.textContent.startsWith('6 ')")
    assert not seen.page.get_by_label("Resolved").is_checked()
    with seen.page.expect_navigation():
        seen.page.locator(".language").click()
    seen.until("document.querySelector('#count')?.textContent.startsWith('۶ ')")
    assert re.search(r"\?ground=1&status=received(,|%2C)in_progress", seen.page.evaluate("location.search"))


@pytest.mark.parametrize("address", ["/?status=nonsense&topic=nothing&ground=999&since=x", "/?status=none"])
def test_an_address_that_means_nothing_is_no_error(visit, tell, address):
    tell()
    seen = visit(language="en").open(address).until_drawn()
    expected = "No reports in this view" if "status" in address else "1 report in this view"
    assert text(seen, "#count") == expected
    assert seen.complaints == []
