"""Whoever reads in the dark gets dark pages and a dark map, in which all words can be read; paper stays white."""

from urllib.parse import urlsplit

import pytest

from reports.handling import change_status
from reports.publishing import publish
from reports.references import tracking_link
from tests.web.conftest import RECEIVED_AT
from tests.web.looking import click_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Each visible text with its contrast (WCAG) to what lies behind it, where that is less than 4.5.
HARD_TO_READ = """() => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    const over = (below, color) => {
        pen.fillStyle = `rgb(${below})`;
        pen.fillRect(0, 0, 1, 1);
        pen.fillStyle = color;
        pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const behind = (element) => {
        const below = element.parentElement ? behind(element.parentElement) : [255, 255, 255];
        return over(below, getComputedStyle(element).backgroundColor);
    };
    const light = (color) => color.map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const contrast = (element) => {
        const ground = behind(element);
        const [one, other] = [light(over(ground, getComputedStyle(element).color)), light(ground)];
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    };
    const spoken = [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility()
        && !element.closest("noscript, .unseen, .skip")
        && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    if (spoken.length < 10) throw new Error("There is hardly a word on this page");
    return spoken.map((element) => [element.textContent.trim().slice(0, 40), contrast(element)])
        .filter(([, found]) => found < 4.5);
}"""


@pytest.fixture
def visit_in(visit):
    """Opens a page for a reader who likes it `dark` or `light`."""

    def make(scheme: str, **size):
        seen = visit(**size)
        seen.prepared = True  # the page is not handed on to the next test
        seen.page.emulate_media(color_scheme=scheme)
        return seen

    return make


def painted(seen, layer: str, name: str) -> str:
    return seen.page.evaluate("([layer, name]) => cityEye.map.getPaintProperty(layer, name)", [layer, name])


@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestAllWordsCanBeRead:
    def test_on_the_map_page(self, visit_in, tell, scheme):
        report = tell()
        change_status(report=report, to="in_progress", at=RECEIVED_AT, note="اکیپ اعزام شد")
        publish(report=report)
        seen = visit_in(scheme, height=640).open("/").until_drawn()
        assert seen.page.evaluate(HARD_TO_READ) == []
        click_on(seen, report)
        assert seen.page.evaluate(HARD_TO_READ) == []
        assert seen.complaints == []

    @pytest.mark.parametrize("status", ["waiting", "resolved", "rejected"])
    def test_on_the_page_of_a_tracking_link(self, visit_in, tell, scheme, status):
        report = tell()
        change_status(report=report, to="in_progress", at=RECEIVED_AT, note="اکیپ اعزام شد")
        change_status(report=report, to=status, at=RECEIVED_AT, note="بسته شد")
        seen = visit_in(scheme).open(urlsplit(tracking_link(report.reference)).path)
        assert seen.page.evaluate(HARD_TO_READ) == []


def test_the_map_turns_dark_and_light_with_its_page(visit_in, tell):
    tell()
    seen = visit_in("light").open("/").until_drawn()
    light = painted(seen, "ground", "fill-color")
    seen.page.emulate_media(color_scheme="dark")
    seen.until("cityEye.map.getPaintProperty('ground', 'fill-color') === '#1b282b'")
    assert painted(seen, "ground-names", "text-color") == "#d5ece9"
    seen.page.emulate_media(color_scheme="light")
    seen.until(f"cityEye.map.getPaintProperty('ground', 'fill-color') === '{light}'")
    assert seen.complaints == []


def test_on_a_base_map_the_layers_keep_their_light_colors(visit_in, tell, settings):
    settings.BASEMAP_STYLE_URL = "https://basemap.example/style.json"
    tell()
    seen = visit_in("dark")
    seen.page.route(
        "https://basemap.example/**",
        lambda route: route.fulfill(
            json={"version": 8, "sources": {}, "layers": []}, headers={"Access-Control-Allow-Origin": "*"}
        ),
    )
    seen.open("/").until_drawn()
    assert painted(seen, "ground-names", "text-color") == "#084d50"
    assert seen.page.evaluate("getComputedStyle(document.querySelector('#panel')).backgroundColor") == "rgb(23, 35, 38)"


def test_paper_stays_white(visit_in, tell):
    report = tell()
    seen = visit_in("dark").open(urlsplit(tracking_link(report.reference)).path)
    color = "getComputedStyle(document.querySelector('.sheet')).backgroundColor"
    assert seen.page.evaluate(color) == "rgb(23, 35, 38)"
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate(color) == "rgb(255, 255, 255)"
