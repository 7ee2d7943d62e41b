"""POST /api/v1/reports, from outside."""

from tests.shapes import lonlat


def test_a_report_is_stored_routed_and_explained(small_city, post, filing):
    response = post(filing())
    assert response.status_code == 201, response.content
    feature = response.json()
    properties = feature["properties"]
    assert feature["geometry"] == {"type": "Point", "coordinates": list(lonlat(500, 200))}
    assert properties["district_code"] == "1"
    assert properties["zone_code"] == "1-1"
    assert properties["department"]["code"] == "1-civil-works"
    assert properties["method"] == "covers"
    assert "منطقه ۱" in properties["explanation"]["fa"]
    assert "District 1" in properties["explanation"]["en"]
    assert properties["tracking_link"].startswith(f"http://testserver/track/{feature['id']}/")
    assert response.headers["Location"].endswith(f"/api/v1/reports/{feature['id']}")
