"""R15 and R19: a set takes effect at the city's own midnight in every running process, and whole or not at all."""

import csv
import threading
from collections import Counter
from io import StringIO

import pytest
import shapely
import time_machine
from django.core.management import call_command
from django.test import Client

from jurisdictions.models import BoundarySet
from reports.models import Assignment
from tests.boundary_files import east, feature, run_import, west, write
from tests.factories import CityFactory
from tests.shapes import lonlat, rectangle
from tests.threads import InTheBackground

LATER = "2026-03-21"
FAR = (-147.2, 5.6)  # from the ground of the tests to another city's, in degrees


def moved(shape: shapely.Polygon) -> shapely.Polygon:
    return shapely.transform(shape, lambda points: points + FAR)


def reform() -> list[dict]:
    """Districts in which 2 takes all but 100 m of 1."""
    return [
        feature(rectangle(0, 0, width=100, height=1000), "1"),
        feature(rectangle(100, 0, width=1900, height=1000), "2"),
    ]


def district_at(client: Client, lon: float, lat: float, moment: str) -> str:
    with time_machine.travel(moment, tick=False):
        answer = client.get("/api/v1/route", {"lon": lon, "lat": lat})
    return answer.json()["properties"]["district"]["code"]


@pytest.fixture
def two_cities(db, tmp_path):
    """The same town in Tehran's time zone and in Chicago's, both with a reform to come on one date."""
    for code, zone, srid, move in (("town", "Asia/Tehran", 32640, False), ("chi", "America/Chicago", 32616, True)):
        CityFactory(code=code, time_zone=zone, metric_srid=srid)
        for day, shapes in (("2025-03-21", [west(), east()]), (LATER, reform())):
            rows = [each | {"geometry": _moved(each["geometry"])} if move else each for each in shapes]
            run_import(write(tmp_path / f"{code}-{day}.geojson", *rows), city=code, first_day=day)


def _moved(geometry: dict) -> dict:
    return shapely.geometry.mapping(moved(shapely.geometry.shape(geometry)))


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        pytest.param((0, 0), "2026-03-20T20:29:59Z", "2026-03-20T20:30:00Z", id="Tehran"),
        pytest.param(FAR, "2026-03-21T04:59:59Z", "2026-03-21T05:00:00Z", id="Chicago"),
    ],
)
@pytest.mark.usefixtures("two_cities")
def test_r15_a_set_flips_at_its_citys_own_midnight_and_without_a_restart(client, place, before, after):
    lon, lat = lonlat(500, 500)
    here = (lon + place[0], lat + place[1])
    assert district_at(client, *here, before) == "1"
    assert district_at(client, *here, after) == "2"


def districts_at(client: Client, moment: str) -> list[str]:
    """What one body with a place in each city is answered: Tehran's district, then Chicago's."""
    lon, lat = lonlat(500, 500)
    places = [(lon, lat), (lon + FAR[0], lat + FAR[1])]
    body = {"type": "FeatureCollection", "features": [feature(shapely.Point(each), "1") for each in places]}
    with time_machine.travel(moment, tick=False):
        answer = client.post("/api/v1/route", body, content_type="application/geo+json")
    return [each["properties"]["district"]["code"] for each in answer.json()["features"]]


@pytest.mark.usefixtures("two_cities")
def test_r15_of_many_points_each_flips_at_the_midnight_of_its_own_city(client):
    assert districts_at(client, "2026-03-20T20:29:59Z") == ["1", "1"]
    assert districts_at(client, "2026-03-20T20:30:00Z") == ["2", "1"]
    assert districts_at(client, "2026-03-21T05:00:00Z") == ["2", "2"]


@pytest.mark.parametrize(
    ("city", "before", "after"),
    [("town", "2026-03-20T20:29:59Z", "2026-03-20T20:30:00Z"), ("chi", "2026-03-21T04:59:59Z", "2026-03-21T05:00:00Z")],
)
@pytest.mark.usefixtures("two_cities")
def test_r15_a_file_of_points_flips_at_the_same_second(tmp_path, city, before, after):
    lon, lat = lonlat(500, 500)
    move = FAR if city == "chi" else (0, 0)
    (tmp_path / "in.csv").write_text(f"lon,lat\n{lon + move[0]},{lat + move[1]}\n")
    found = []
    for moment in (before, after):
        with time_machine.travel(moment, tick=False):
            names = [str(tmp_path / name) for name in ("in.csv", "out.csv")]
            call_command("route_points", *names, "--city", city, stderr=StringIO())
        [row] = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
        found.append(row["district"])
    assert found == ["1", "2"]


@pytest.mark.usefixtures("two_cities")
def test_r15_a_past_day_has_its_old_answer_and_a_day_to_come_its_new_one(client):
    lon, lat = lonlat(500, 500)
    for day, code in (("2026-03-20", "1"), (LATER, "2")):
        answer = client.get("/api/v1/route", {"lon": lon, "lat": lat, "on": day})
        assert answer.json()["properties"]["district"]["code"] == code


@pytest.mark.usefixtures("two_cities")
def test_r5_a_gap_beyond_the_tolerance_of_the_import_still_answers_with_the_nearest(client, tmp_path):
    apart = [feature(rectangle(0, 0, width=980, height=1000), "1"), east()]
    run_import(write(tmp_path / "apart.geojson", *apart), first_day="2027-01-01")
    lon, lat = lonlat(985, 500)
    answer = client.get("/api/v1/route", {"lon": lon, "lat": lat, "on": "2027-01-01"}).json()["properties"]
    assert (answer["method"], answer["district"]["code"]) == ("nearest", "1")


@pytest.mark.django_db(transaction=True)
def test_r19_reports_filed_during_a_swap_follow_exactly_one_set_each(small_city, client, filing, tmp_path):
    file = write(tmp_path / "reform.geojson", *reform())
    together, statuses = threading.Barrier(3), []

    def file_some(clerk: Client, count: int) -> None:
        for _ in range(count):
            answer = clerk.post("/api/v1/reports", filing(), content_type="application/json")
            statuses.append(answer.status_code)

    def be_a_clerk() -> None:
        together.wait(timeout=20)
        file_some(Client(), 12)

    file_some(client, 1)
    clerks = [InTheBackground(be_a_clerk) for _ in range(2)]
    for clerk in clerks:
        clerk.start()
    together.wait(timeout=20)
    run_import(file, city="sample", first_day="2025-03-21")
    for clerk in clerks:
        clerk.join(timeout=60)
    file_some(client, 1)
    assert Counter(statuses) == {201: 26}
    followed = [_set_followed(row) for row in Assignment.objects.order_by("pk")]
    assert {followed[0], followed[-1]} == set(BoundarySet.objects.filter(level=small_city.west.level))
    assert len(followed) == 26


def _set_followed(row: Assignment) -> BoundarySet:
    """The one set that everything in an assignment is of."""
    boundary = row.boundary
    assert boundary.shape.covers(row.report.location)
    assert row.department.jurisdiction == boundary.jurisdiction
    assert row.report.jurisdictions["district"] == boundary.jurisdiction.code
    return boundary.boundary_set
