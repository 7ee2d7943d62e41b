"""Leaflet, in a page that is not ours, reading our GeoJSON as it comes."""

from pathlib import Path

import pytest

from tests.shapes import lonlat
from tests.staff import file_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEAFLET = Path(__file__).parents[2] / "node_modules" / "leaflet" / "dist"
PAGE = """<!doctype html><link rel="stylesheet" href="leaflet.css"><script src="leaflet.js"></script>
<div id="map" style="height: 300px"></div>"""
READ = """async (path) => {
    const map = window.theirs ??= L.map("map", { zoomAnimation: false, fadeAnimation: false });
    const layer = L.geoJSON(await (await fetch(path)).json());
    map.fitBounds(layer.getBounds());
    layer.addTo(map);
    const drawn = document.querySelectorAll(".leaflet-marker-icon, path.leaflet-interactive").length;
    layer.remove();
    return {
        drawn,
        box: layer.getBounds().toBBoxString().split(",").map(Number),
        codes: layer.getLayers().map((each) => each.feature.properties.category ?? each.feature.properties.code),
    };
}"""


def test_leaflet_draws_reports_and_districts(visit, small_city):
    for x, y in [(200, 100), (1800, 900)]:
        file_report(small_city.pothole, x=x, y=y)
    seen = visit()
    base = f"{seen.server}/elsewhere"

    def answer(route) -> None:
        name = route.request.url.removeprefix(f"{base}/")
        if name:
            route.fulfill(path=LEAFLET / name)
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    seen.page.route(f"{base}/**", answer)
    seen.page.goto(f"{base}/")
    reports = seen.page.evaluate(READ, "/api/v1/reports?category=pothole")
    assert reports["drawn"] == 2
    assert reports["codes"] == ["pothole", "pothole"]
    assert reports["box"] == pytest.approx([*lonlat(200, 100), *lonlat(1800, 900)], abs=1e-6)
    districts = seen.page.evaluate(READ, "/api/v1/jurisdictions?level=district")
    assert districts["drawn"] == 2
    assert sorted(districts["codes"]) == ["1", "2"]
    assert districts["box"] == pytest.approx([*lonlat(0, 0), *lonlat(2000, 1000)], abs=1e-3)
    assert seen.complaints == []
