"""The outlines of jurisdictions as maps ask for them, and what TileJSON says of tiles (case G7)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from mapbox_vector_tile import decode

from geo.world import world_x, world_y
from jurisdictions.boundaries import NewBoundary, put_in_force
from tests.api.submitted_ground import START
from tests.factories import LevelFactory
from tests.shapes import lonlat, square


def test_tilejson_describes_the_tiles_and_keeps_the_filters(small_city, client):
    described = client.get("/api/v1/tiles/districts,reports.json?category=pothole&district=1,2").json()
    template = "http://testserver/api/v1/tiles/districts,reports/{z}/{x}/{y}.mvt?category=pothole&district=1,2"
    assert (described["tilejson"], described["tiles"]) == ("3.0.0", [template])
    assert "OpenStreetMap" in described["attribution"]
    west, south, east, north = described["bounds"]
    assert west < lonlat(-20_000, 0)[0] < lonlat(22_000, 0)[0] < east
    assert south < lonlat(0, -20_000)[1] < lonlat(0, 21_000)[1] < north
    assert {each["id"] for each in described["vector_layers"]} == {"districts", "reports"}
    assert all("reference" in each["fields"] for each in described["vector_layers"] if each["id"] == "reports")
    assert client.get("/api/v1/tiles/districts.json").json()["bounds"] == pytest.approx(
        [*lonlat(0, 0), *lonlat(2000, 1000)], abs=1e-3
    )


def put_new_district(city) -> None:
    """From 22 March on the whole city is one district."""
    shapes = [NewBoundary(level="district", code="1", name_fa="منطقه", name_en="", geometry=square(0, 0, side=900))]
    values = {"level": LevelFactory(code="district"), "first_day": date(2026, 3, 22), "source": "act", "at": START}
    put_in_force(root=city, shapes=shapes, **values)


def test_outlines_are_kept_for_long_under_an_address_that_changes_at_the_citys_midnight(small_city, client):
    put_new_district(small_city.city)
    with time_machine.travel(datetime(2026, 3, 21, 20, 29, tzinfo=UTC), tick=False):  # a minute to midnight in Tehran
        listed = client.get("/api/v1/jurisdictions?level=district&zoom=12")
        (link,) = listed.json()["links"]
        kept = client.get(link["href"])
        assert kept.json() == {name: value for name, value in listed.json().items() if name != "links"}
        assert [each["id"] for each in kept.json()["features"]] == ["1", "2"]
        assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
        known = {"If-None-Match": listed["ETag"]}
        assert client.get("/api/v1/jurisdictions?level=district&zoom=12", headers=known).status_code == 304
        (template,) = client.get("/api/v1/tiles/district.json").json()["tiles"]
        tile = template.format(z=12, x=world_x(lonlat(500, 500)[0]) >> 18, y=world_y(lonlat(500, 500)[1]) >> 18)
        assert client.get(tile)["Cache-Control"] == "public, max-age=31536000, immutable"
        assert client.get(tile.partition("?")[0])["Cache-Control"] == "public, no-cache"
    with time_machine.travel(datetime(2026, 3, 21, 20, 30, tzinfo=UTC), tick=False):
        new = client.get("/api/v1/jurisdictions?level=district&zoom=12", headers=known)
        assert [each["id"] for each in new.json()["features"]] == ["1"]
        moved = client.get(link["href"])
        assert (moved.status_code, moved["Location"]) == (302, new.json()["links"][0]["href"])
        assert moved["Cache-Control"] == "public, no-cache"
        moved = client.get(tile)
        assert moved.status_code == 302
        assert len(decode(client.get(moved["Location"]).content)["district"]["features"]) == 1


def test_a_new_name_is_another_version(small_city, client):
    before = client.get("/api/v1/jurisdictions?level=district").json()["links"]
    small_city.west.name_en = "West"
    small_city.west.save()
    after = client.get("/api/v1/jurisdictions?level=district").json()
    assert after["links"] != before
    assert after["features"][0]["properties"]["name_en"] == "West"


def test_outlines_that_are_asked_for_wrongly(small_city, client):
    refused = {
        "jurisdictions?level=district&zoom=25": "invalid_zoom",
        "jurisdictions?level=district&zoom=-1": "invalid_zoom",
        "jurisdictions?level=district&zoom=10.5": "invalid_zoom",
        "jurisdictions?level=district&zoom=": "invalid_zoom",
        "jurisdictions/1/moon.geojson": "unknown_level",
        "jurisdictions/1/%00.geojson": "unknown_level",
        "jurisdictions/1/district.geojson?city=moon": "unknown_city",
        "jurisdictions/1/district.geojson?level=zone": "unknown_parameter",
    }
    for address, code in refused.items():
        response = client.get(f"/api/v1/{address}")
        assert (response.status_code, response.json()["code"]) == (400 if "?" in address else 404, code), address
