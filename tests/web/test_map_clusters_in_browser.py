"""The map page where reports are many: numbers, shades, the way into a cluster, and a choice that the address keeps."""

import re
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image

from geo.world import BITS, lon_at, world_x
from reports.density.clusters import level_of
from reports.handling import change_status
from tests.shapes import lonlat
from tests.web.conftest import RECEIVED_AT
from tests.web.looking import look_from, text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGE = "[document.documentElement.lang, document.documentElement.dir]"


@pytest.fixture
def crowds(tell):
    """Seven reports in the west, four in the east."""
    return [tell(x=200 + 20 * n, y=300) for n in range(7)] + [tell(x=1800 + 15 * n, y=700) for n in range(4)]


def test_numbers_become_points_on_the_way_in_and_shades_fade(visit, crowds):
    seen = visit().open("/").until_drawn()
    for zoom in (9, 11.5, 13.9):
        look_from(seen, zoom)
        assert sum({each["at"]["x"]: each["count"] for each in seen.drawn("clusters")}.values()) == 11
        assert seen.drawn("reports") == []
        assert text(seen, "#count") == "۱۱ گزارش در این نما"
        if zoom == 11.5:
            seen.until("document.querySelector('#key dd')")
            assert text(seen, "#key").split("\n") == ["گزارش‌های هر بخش شهر", "۴ و بیشتر", "۷ و بیشتر"]
            colors = seen.page.evaluate("cityEye.map.getPaintProperty('ground-shade', 'fill-color')")
            assert {"sample/1", "sample/2"} < set(colors[2:-1])
    look_from(seen, 14.5)
    assert {each["reference"] for each in seen.drawn("reports")} == {each.reference for each in crowds}
    assert seen.drawn("clusters") == []
    assert seen.page.locator("#key").is_hidden()
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


def test_of_two_circles_that_overlap_the_one_on_top_has_its_number_in_the_middle(visit, tell):
    (west, _south), (east, _north) = lonlat(0, 500), lonlat(1000, 500)
    bits = BITS - level_of(12)
    edge = (lon_at(world_x(east) >> bits << bits) - west) / (east - west) * 1000  # of two cells, in meters
    for n in range(5):
        tell(x=edge - 60 - n, y=500)
        tell(x=edge + 60 + n, y=500)
    seen = visit().open("/").until_drawn()
    look_from(seen, 12)
    one, other = {each["at"]["x"]: each["at"] for each in seen.drawn("clusters")}.values()
    assert abs(one["x"] - other["x"]) < 12, "they overlap"
    on_top = seen.page.evaluate(
        """([x, y]) => {
            const [first] = cityEye.map.queryRenderedFeatures([x, y], {layers: ["clusters"]});
            return cityEye.map.project(first.geometry.coordinates);
        }""",
        [(one["x"] + other["x"]) / 2, one["y"]],
    )
    assert is_written_at(seen, on_top)


def is_written_at(seen, at, *, scale: int = 2) -> bool:
    """Whether the map shows something white within three pixels of a point of the screen."""
    url = seen.page.evaluate(
        """(scale) => new Promise((go) => {
            const { map } = cityEye;
            map.setPixelRatio(scale);
            map.once("idle", () => map.once("render", () => go(map.getCanvas().toDataURL())).triggerRepaint());
        })""",
        scale,
    )
    x, y, around = round(at["x"] * scale), round(at["y"] * scale), 3 * scale
    with Image.open(BytesIO(b64decode(url.partition(",")[2]))) as drawn:
        spot = drawn.convert("L").crop((x - around, y - around, x + around, y + around))
    return spot.getextrema()[1] > 240


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


def test_the_address_keeps_choice_and_view_also_when_the_switch_turns_the_page_into_another_language(visit, crowds):
    change_status(report=crowds[0], to="resolved", note="done", at=RECEIVED_AT)
    seen = visit(language="en").open("/").until_drawn()
    assert seen.page.evaluate(LANGUAGE) == ["en", "ltr"]
    assert "23 November 2026" in text(seen, "#reports")
    seen.page.get_by_label("Where", exact=True).select_option("1")
    seen.until("document.querySelector('#count').textContent.startsWith('7 ')")
    seen.page.get_by_label("Resolved").uncheck()
    seen.until("document.querySelector('#count').textContent.startsWith('6 ')")
    address = seen.page.evaluate("location.search")
    assert address == "?ground=1&status=received,in_progress,waiting,rejected"
    look_from(seen, 13)
    view = seen.until("location.hash")
    seen.page.reload()
    seen.until("document.querySelector('#count')?.textContent.startsWith('6 ')")
    assert not seen.page.get_by_label("Resolved").is_checked()
    with seen.page.expect_navigation():
        seen.page.locator(".language").click()
    seen.until("document.querySelector('#count')?.textContent.startsWith('۶ گزارش در این نما')")
    assert seen.page.evaluate(LANGUAGE) == ["fa", "rtl"]
    assert "۲ آذر ۱۴۰۵" in text(seen, "#reports")
    assert re.search(r"\?ground=1&status=received(,|%2C)in_progress", seen.page.evaluate("location.search"))
    assert seen.page.evaluate("location.hash") == view
    seen.until("(zoom) => cityEye?.map?.getZoom() === zoom", 13)


@pytest.mark.parametrize("address", ["/?status=nonsense&topic=nothing&ground=999&since=x", "/?status=none"])
def test_an_address_that_means_nothing_is_no_error(visit, tell, address):
    tell()
    seen = visit(language="en").open(address).until_drawn()
    expected = "No reports in this view" if "status" in address else "1 report in this view"
    assert text(seen, "#count") == expected
    assert seen.complaints == []
