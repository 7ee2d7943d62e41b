"""The reference data of Mashhad and Chicago pass the default tolerance, and what was found in them is known."""

import json
from pathlib import Path

import pytest

from jurisdictions.models import BoundarySet, Jurisdiction
from tests.boundary_files import run_import

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]

NAMES = ["--name-fa", "name_fa", "--name-en", "name_en"]


def found(path: Path, *words: str, **values: str) -> dict:
    """The report of an import as JSON."""
    return json.loads(run_import(path, *words, "--json", **values))


def test_chicago_has_three_enclaves_and_nothing_else_to_report(shared_data):
    words = ["--code-property", "area_numbe", "--name-fa", "community", "--name-en", "community"]
    city = ["--time-zone", "America/Chicago", "--city-name-en", "Chicago", "--with-city"]
    file = shared_data / "chicago" / "community_areas.geojson"
    report = found(file, *words, *city, city="chicago", level="community-area")
    assert (report["outcome"], report["jurisdictions"]) == ("stored", 77)
    widths = [round(fault["width_m"]) for fault in report["faults"] if fault["verdict"] == "noted"]
    assert sorted(widths) == [381, 398, 2023]
    assert len(report["faults"]) == 3
    assert Jurisdiction.objects.get(code="chicago").metric_srid == 32616


def test_mashhad_is_clean_at_every_level_and_the_parents_are_those_of_the_files(shared_data):
    folder = shared_data / "mashhad"
    city = ["--time-zone", "Asia/Tehran", "--city-name-fa", "مشهد", "--with-city"]
    found(folder / "districts.geojson", *NAMES, *city, city="mashhad")
    zones = [*NAMES, "--code-property", "zone_code", "--parent-level", "district"]
    report = found(folder / "zones.geojson", *zones, city="mashhad", level="zone")
    assert (report["faults"], report["jurisdictions"]) == ([], 33)
    assert all(row.parent.code == row.code.split("-")[0] for row in Jurisdiction.objects.filter(level__code="zone"))
    quarters = [*NAMES, "--code-property", "osm_id", "--parent-level", "zone", "--parent-level", "district"]
    report = found(folder / "neighbourhoods.geojson", *quarters, city="mashhad", level="neighborhood")
    assert (report["faults"], report["jurisdictions"]) == ([], 180)
    assert BoundarySet.objects.count() == 4
    _assert_parents(folder / "neighbourhoods.geojson")


def _assert_parents(path: Path) -> None:
    """Ground in common finds the parents that the file names."""
    rows = Jurisdiction.objects.filter(level__code="neighborhood").select_related("parent")
    by_code = {row.code: row.parent.code for row in rows}
    named = [row["properties"] for row in json.loads(path.read_text())["features"]]
    assert by_code == {str(row["osm_id"]): row["zone_code"] or row["district_code"] for row in named}
