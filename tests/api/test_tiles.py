"""Vector tiles, as maps ask for them (cases G5, G7, G8)."""

import subprocess
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from mapbox_vector_tile import decode

from api import memory
from geo.world import world_x, world_y
from jurisdictions.models import Moderation
from people.tokens import make_token
from reports.duplicates import merge
from reports.models import Report
from reports.publishing import hide, publish
from reports.workflow import Status
from tests.api.submitted_ground import START
from tests.api.tiles import QUERIES, REFUSED
from tests.factories import CategoryFactory, MembershipFactory, RoutingRuleFactory
from tests.processes import running_server
from tests.shapes import lonlat
from tests.staff import multiply

MVT = "application/vnd.mapbox-vector-tile"


@pytest.fixture
def scattered(submitted, small_city):
    """40 reports all over the city and beyond its edge: of two categories, one with coarse places; one is hidden."""
    lamp = CategoryFactory(code="street-light", place_precision_m=300)
    RoutingRuleFactory(root=small_city.city, category=lamp, level=small_city.west.level)
    spots = [(53 * n % 2000, 97 * n % 1000) for n in range(36)] + [(-3000, 500), (1000, 500), (1000, 500), (2000, 1000)]
    made = [
        submitted(x=x, y=y, category=(lamp if n % 3 == 0 else small_city.pothole)) for n, (x, y) in enumerate(spots)
    ]
    hide(report=made[1])
    return made


def tiles(zoom: int) -> list[str]:
    """The addresses of all tiles of a zoom that reports may lie in."""
    (west, south), (east, north) = lonlat(-3100, -100), lonlat(2100, 1100)
    columns = range(world_x(west) >> 30 - zoom, (world_x(east) >> 30 - zoom) + 1)
    rows = range(world_y(north) >> 30 - zoom, (world_y(south) >> 30 - zoom) + 1)
    return [f"{zoom}/{x}/{y}.mvt" for x in columns for y in rows]


def features(client: Client, address: str, layer: str = "reports"):
    response = client.get(f"/api/v1/tiles/{address}")
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == MVT
    return decode(response.content, default_options={"y_coord_down": True}).get(layer, {"features": []})["features"]


def all_features(client: Client, zoom: int, query: str = ""):
    return [each for tile in tiles(zoom) for each in features(client, f"reports/{tile}{query}")]


def test_G8_each_public_report_is_in_exactly_one_tile_where_the_table_says(scattered, client):
    public = {each.reference: each for each in Report.objects.filter(is_public=True).select_related("category")}
    assert len(public) == 39
    for zoom in (14, 15, 16):
        found = all_features(client, zoom)
        assert Counter(each["properties"]["reference"] for each in found) == Counter(public.keys())
    for each in found:
        report = public[each["properties"]["reference"]]
        assert each["properties"] == {
            "reference": report.reference,
            "category": report.category.code,
            "status": report.status,
        }
    tile, place = place_of(public[scattered[2].reference], zoom=20)
    drawn = {each["properties"]["reference"]: each["geometry"] for each in features(client, f"reports/{tile}")}
    assert drawn[scattered[2].reference]["coordinates"] == place


def place_of(report: Report, *, zoom: int):
    """The tile that a report lies in, and where in it."""
    x, y, bits = report.public_x, report.public_y, 30 - zoom
    return f"{zoom}/{x >> bits}/{y >> bits}.mvt", [each % (1 << bits) * 4096 >> bits for each in (x, y)]


def test_G5_the_counts_of_tiles_add_up_to_the_list(scattered, client):
    counts = {
        query: len(client.get(f"/api/v1/reports{query or '?'}&limit=1000").json()["features"]) for query in QUERIES
    }
    assert [counts[query] for query in ("", "?status=received", "?to=2020-01-01")] == [39, 39, 0]
    for query, listed in counts.items():
        for zoom in (0, 8, 11, 13):
            found = [each["properties"] for each in all_features(client, zoom, query)]
            assert sum(each["count"] for each in found) == listed, (query, zoom)
            assert all(_is_sound(each) for each in found)
        assert len(all_features(client, 14, query)) == listed, query


def _is_sound(cluster) -> bool:
    if not cluster.get("cluster"):
        return cluster["count"] == 1 and cluster["status"] == "received"
    parts = sum(number for name, number in cluster.items() if name in Status.values)
    known = cluster["top_category"] in {"street-light", "pothole"}
    return known and parts == cluster["count"] > 1 and cluster["point_count_abbreviated"] == str(cluster["count"])


def test_a_cluster_parts_at_its_expansion_zoom_and_not_before(scattered, client):
    clusters = [each["properties"] for each in all_features(client, 8) if each["properties"].get("cluster")]
    (zoom,) = {each["expansion_zoom"] for each in clusters}
    before, then = ([each["properties"] for each in all_features(client, at)] for at in (zoom - 1, zoom))
    assert [each["count"] for each in before if each.get("cluster")] == [each["count"] for each in clusters]
    assert len(then) > len(before)


def test_G7_a_tile_is_validated_until_something_in_it_changes(submitted, client):
    submitted()
    report, lone = submitted(x=600), "reports/14/0/0.mvt"
    for zoom in (10, 14, 17):
        tile, _ = place_of(Report.objects.get(pk=report.pk), zoom=zoom)
        address = f"/api/v1/tiles/reports/{tile}"
        first, empty = client.get(address), client.get(f"/api/v1/tiles/{lone}")
        assert first["Cache-Control"] == "public, no-cache"
        assert client.get(address).content == first.content
        known = {"If-None-Match": first["ETag"]}
        again = client.get(address, headers=known)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert client.head(address)["ETag"] == first["ETag"]
        hide(report=report)
        changed = client.get(address, headers=known)
        assert (changed.status_code, changed.content != first.content) == (200, True)
        publish(report=report)
        assert client.get(address, headers=known).status_code == 200
        assert (empty.status_code, empty.content) == (200, b"")
        assert client.get(f"/api/v1/tiles/{lone}", headers={"If-None-Match": empty["ETag"]}).status_code == 304


def test_G7_a_problem_is_validated_by_all_its_reports_wherever_they_lie(submitted, client):
    near, far = submitted(x=100), submitted(x=1900)
    merge(reports=[near, far], by=None, at=START)
    root, mate = (
        (near, far) if near.pk == Report.objects.get(pk=near.pk).duplicate_cluster.root_report_id else (far, near)
    )
    tile, _ = place_of(Report.objects.get(pk=root.pk), zoom=16)
    lon, lat = root.public_location.coords
    addresses = [f"/api/v1/tiles/duplicate-clusters/{tile}"]
    addresses += [f"/api/v1/duplicate-clusters?bbox={lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}"]
    for address in addresses:
        first = client.get(address)
        assert root.reference.encode() in first.content
        hide(report=mate)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 200
        assert root.reference.encode() not in again.content
        publish(report=mate)


def test_a_tile_costs_few_questions_and_its_points_are_found_by_their_cell(scattered, client):
    tile, _ = place_of(Report.objects.get(pk=scattered[0].pk), zoom=15)
    known = {"If-None-Match": client.get(f"/api/v1/tiles/reports/{tile}")["ETag"]}
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/api/v1/tiles/reports/{tile}", headers=known)
    assert len(asked) == 1
    memory.answers.forget()
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/api/v1/tiles/reports/{tile}")
    assert len(asked) == 2
    statement = asked.captured_queries[-1]["sql"].partition(";")[2]
    multiply(scattered[0], by=3000)  # in a table of a handful any index would do
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        assert "reports_report_public_spot" in str(cursor.fetchall())


def test_staff_see_what_is_not_public_in_their_own_tiles_and_nobody_keeps_them(submitted, small_city, client):
    small_city.pothole.moderation = Moderation.NEVER
    small_city.pothole.save()
    ours, others = submitted(), submitted(x=1500)
    user = MembershipFactory(jurisdiction=small_city.west).user
    _row, secret = make_token(user=user, name="test", at=timezone.now())
    staff = Client(headers={"Authorization": f"Bearer {secret}"})
    assert [each["properties"]["reference"] for each in all_features(staff, 14)] == [ours.reference]
    assert [each["properties"]["count"] for each in all_features(staff, 12)] == [1]
    assert all_features(client, 12) == all_features(client, 14) == []
    tile, _ = place_of(Report.objects.get(pk=others.pk), zoom=14)
    response = staff.get(f"/api/v1/tiles/reports/{tile}")
    assert (response["Cache-Control"], response.get("ETag")) == ("private, no-store", None)
    assert "Authorization" in response["Vary"]


def test_several_layers_come_in_one_tile_in_the_order_in_which_they_are_drawn(scattered, client):
    tile = place_of(Report.objects.get(pk=scattered[0].pk), zoom=12)[0]
    response = client.get(f"/api/v1/tiles/reports,zone,districts/{tile}")
    layers = decode(response.content)
    assert list(layers) == ["districts", "zone", "reports"]
    assert [each["properties"] for each in layers["districts"]["features"]] == [
        {"level": "district", "code": code, "name_fa": f"منطقه {digit}", "name_en": f"District {code}"}
        | {"parent_level": "city", "parent_code": "sample", "city_code": "sample"}
        for code, digit in (("1", "۱"), ("2", "۲"))
    ]
    alone = [client.get(f"/api/v1/tiles/{each}/{tile}").content for each in ("districts", "zone", "reports")]
    assert response.content == b"".join(alone)


def test_what_no_tile_answers_is_refused_as_a_problem(small_city, client):
    for address, code in REFUSED.items():
        response = client.get(f"/api/v1/tiles/{address}")
        assert response.status_code == (400 if "?" in address else 404), address
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == code, address


@pytest.mark.django_db(transaction=True)
def test_gdal_reads_the_tiles_and_the_outlines(scattered, client):
    def ogrinfo(source: str) -> str:
        command = ["ogrinfo", "-q", "-al", "-oo", "CLIP=NO", source]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    tile, _ = place_of(Report.objects.get(pk=scattered[0].pk), zoom=14)
    with running_server(workers=1) as server:
        told = ogrinfo(f"MVT:{server}/api/v1/tiles/reports,districts/{tile}")
        outlines = ogrinfo(f"{server}/api/v1/jurisdictions?level=district&zoom=11")
    references = {each["properties"]["reference"] for each in features(client, f"reports/{tile}")}
    assert {line.split()[-1] for line in told.splitlines() if "reference (String)" in line} == references
    assert told.count("POLYGON ((") == outlines.count("POLYGON ((") == 2


def test_a_service_without_a_city_has_tiles_all_the_same(db, client):
    assert "bounds" not in client.get("/api/v1/tiles/reports.json").json()
    for zoom in (0, 14, 24):
        for query in ("", "?from=2026-03-21"):  # no city, no midnight
            assert client.get(f"/api/v1/tiles/reports/{zoom}/0/0.mvt{query}").content == b""
    assert client.get("/api/v1/reports?from=2026-03-21").json() == {"type": "FeatureCollection", "features": []}
