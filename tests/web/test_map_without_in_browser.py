"""The map page where something is missing: the city, WebGL, scripts, an answer, room, or the base map."""

import pytest

from tests.web.looking import look_from, read, text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_empty_city_says_what_to_do(visit):
    seen = visit(language="en").open("/")
    seen.until("document.querySelector('#panel').ariaBusy === 'false'")
    assert text(seen, "#count") == "No city is loaded yet."
    assert "manage.py load_city" in text(seen, "#reports")
    assert seen.complaints == []


def test_a_browser_that_cannot_draw_gets_a_list(visit, tell):
    report = tell()
    seen = visit(language="en")
    seen.prepare("HTMLCanvasElement.prototype.getContext = () => null")
    seen.open("/")
    seen.until("document.querySelector('.item')")
    assert "cannot draw the map" in text(seen, "#notice")
    assert text(seen, "#count") == "All reports: 1"
    seen.page.locator(".item").click()
    read(seen)
    assert report.reference in text(seen, "#card")


def test_the_list_does_not_wait_for_the_map_is_asked_for_again_and_stands_for_a_map_that_does_not_come(visit, tell):
    tell()
    seen, held = visit(language="en"), []
    seen.page.route("**/maplibre-gl.mjs", lambda route: held.append(route))
    seen.page.route("**/api/v1/reports?*", lambda route: route.abort())
    seen.open("/")
    seen.until("!document.querySelector('#notice').hidden")
    assert "reports could not be loaded" in text(seen, "#notice")
    seen.page.unroute("**/api/v1/reports?*")
    seen.page.get_by_role("button", name="Try again").click()
    seen.until("document.querySelector('.item')")
    assert seen.page.locator("#notice").is_hidden()
    assert text(seen, "#count") == "All reports: 1"
    held[0].abort()
    seen.until("!document.querySelector('#notice').hidden")
    assert "map could not be loaded" in text(seen, "#notice")
    seen.until("document.querySelector('#panel').ariaBusy === 'false'")
    assert text(seen, "#count") == "All reports: 1"
    assert seen.page.locator("#map").is_hidden()


def test_a_browser_without_scripts_gets_a_sentence(chromium, live_server):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(live_server.url)
    assert "جاوااسکریپت" in page.locator("noscript .notice").inner_text()
    assert page.locator("#panel").is_hidden()
    page.context.close()


def test_a_base_map_is_drawn_below_our_layers(visit, tell, settings):
    settings.BASEMAP_STYLE_URL = "https://basemap.example/style.json"
    report = tell()
    sea = {"id": "sea", "type": "background", "paint": {"background-color": "#003355"}}
    seen = visit()
    seen.page.route(
        "https://basemap.example/**",
        lambda route: route.fulfill(
            json={"version": 8, "sources": {}, "layers": [sea]}, headers={"Access-Control-Allow-Origin": "*"}
        ),
    )
    seen.open("/").until_drawn()
    layers = seen.page.evaluate("cityEye.map.getStyle().layers.map((layer) => layer.id)")
    assert layers[0] == "sea"
    assert "streets" not in layers
    look_from(seen, 14)
    assert [each["reference"] for each in seen.drawn("reports")] == [report.reference]
    assert seen.foreign == ["https://basemap.example/style.json"]


def test_a_base_map_that_does_not_come_is_done_without(visit, tell, settings):
    settings.BASEMAP_STYLE_URL = "https://basemap.example/style.json"
    report = tell()
    seen = visit(language="en").open("/").until_drawn()
    assert seen.foreign == ["https://basemap.example/style.json"]
    look_from(seen, 14)
    assert [each["reference"] for each in seen.drawn("reports")] == [report.reference]
    assert "base map could not be loaded" in text(seen, "#notice")
