"""Peers that are not to be had here are named with the reason, and nothing fails."""

import json
from contextlib import ExitStack
from subprocess import CalledProcessError

import pytest
from django.db import connection

from bench import installing, outside
from bench.contests import Ground
from bench.outside import COLLECTION, PYGEOAPI, SUPERCLUSTER, TIPG
from bench.servers import NotServing, Server
from tests.staff import file_report


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "FOLDER", tmp_path / "peers")
    monkeypatch.setattr(installing, "LOG", tmp_path / "log")


def test_a_peer_that_cannot_be_installed_is_missing_with_the_reason(nothing_installed, monkeypatch: pytest.MonkeyPatch):
    fails = [["sh", "-c", "echo 'ERROR: no network'; exit 1"]]
    monkeypatch.setattr(installing, "_steps", lambda name, sources: fails)

    missing = outside.installed([TIPG])

    assert missing == {TIPG: "not measured, as it could not be installed here (ERROR: no network)"}


def test_what_is_installed_is_not_installed_again(nothing_installed, monkeypatch: pytest.MonkeyPatch):
    asked = []
    monkeypatch.setattr(installing, "_steps", lambda name, sources: asked.append(name) or [["true"]])

    assert [outside.installed([SUPERCLUSTER, TIPG]) for _ in range(2)] == [{}, {}]
    assert asked == ["supercluster", "tipg"]


@pytest.mark.parametrize("error", [NotServing("its log says why"), CalledProcessError(1, "pygeoapi")])
def test_a_peer_that_does_not_start_is_missing_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch, error: Exception):
    server = Server(port=1, pid=1)

    def fail(stack: ExitStack) -> Server:
        raise error

    monkeypatch.setattr(outside, "_tipg", lambda stack: server)
    monkeypatch.setattr(outside, "_pygeoapi", fail)
    missing: dict[str, str] = {}

    with ExitStack() as stack:
        found = outside.serve(stack, [TIPG, PYGEOAPI], missing)
    ground = Ground(ours=server, anew=server, bare=server, connections=1, peers=found, missing=missing)

    assert found == {TIPG: server}
    assert ground.notes(TIPG, PYGEOAPI) == [f"pygeoapi: not measured, as it does not start: {error}"]
    assert ground.peer(PYGEOAPI, "", ["/"], goal=1) == []
    assert [each.name for each in ground.peer(TIPG, "TiPg, not counting", ["/"], goal=1)] == ["TiPg, not counting"]


def test_peers_read_the_rows_and_properties_of_our_list(small_city, client):
    file_report(small_city.pothole, x=300)
    outside.make_view()

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(report) - 'geom', ST_AsGeoJSON(geom, 7) FROM {COLLECTION} AS report")
        [(properties, place)] = cursor.fetchall()
    [ours] = client.get("/api/v1/reports").json()["features"]

    assert json.loads(place) == ours["geometry"]
    assert json.loads(properties).keys() == ours["properties"].keys()
