"""Open data by `manage.py export_reports`: what the public may know, reports and problems apart."""

import csv

import pytest
from django.core.management import CommandError, call_command

from reports.models import LinkState, Report
from reports.publishing import hide
from tests.factories import CategoryFactory
from tests.reports.duplicate_ground import link


@pytest.fixture
def export(tmp_path):
    def run(*options: str) -> list[dict[str, str]]:
        out = tmp_path / "out.csv"
        call_command("export_reports", str(out), *options)
        assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
        return list(csv.DictReader(out.read_text("utf-8").splitlines()))

    return run


@pytest.fixture
def ground(told, found):
    """A hole told of by three, one of them hidden; and one thing told of once, in words that a sheet would reckon."""
    holes = [told(number, minutes=number) for number in range(3)]
    once = told(-400, minutes=30, words='=HYPERLINK("http://example.org"), "جدول" شکسته')
    found(*holes, once)
    hide(report=Report.objects.get(pk=holes[2].pk))
    return holes, once


def test_D14_reports_are_exported_with_duplicate_and_parent(ground, export) -> None:
    holes, once = ground
    rows = {row["REFERENCE"]: row for row in export()}
    assert list(rows) == [holes[0].reference, holes[1].reference, once.reference]
    assert {key: (row["DUPLICATE"], row["PARENT"]) for key, row in rows.items()} == {
        holes[0].reference: ("false", ""),
        holes[1].reference: ("true", holes[0].reference),
        once.reference: ("false", ""),
    }
    hole = rows[holes[0].reference]
    assert (hole["CATEGORY"], hole["STATUS"], hole["DISTRICT"]) == ("pothole", "received", "1")
    assert float(hole["LON"]) == pytest.approx(holes[0].public_location.x, abs=1e-6)
    assert rows[once.reference]["TEXT"] == '\'=HYPERLINK("http://example.org"), "جدول" شکسته'


def test_D14_problems_are_exported_once_each_with_how_many_tell_of_them(ground, export) -> None:
    holes, once = ground
    rows = {row["REFERENCE"]: row for row in export("--problems")}
    assert {key: row["REPORTS"] for key, row in rows.items()} == {holes[0].reference: "2", once.reference: "1"}
    assert rows[holes[0].reference]["FIRST_AT"] < rows[holes[0].reference]["LAST_AT"]


def test_nothing_coarse_is_sharpened_by_what_it_is_a_duplicate_of(told, export) -> None:
    coarse = CategoryFactory(
        code="rough-sleepers", name_fa="کارتن‌خواب", name_en="Rough sleepers", place_precision_m=300
    )
    hole, sleeper = told(), told(3, minutes=5, category=coarse)
    link(hole, sleeper, state=LinkState.CONFIRMED)
    rows = {row["REFERENCE"]: row for row in export()}
    assert (rows[sleeper.reference]["DUPLICATE"], rows[sleeper.reference]["DEPARTMENT"]) == ("false", "")
    assert float(rows[sleeper.reference]["LON"]) == pytest.approx(sleeper.public_location.x, abs=1e-6)
    assert sorted(row["REPORTS"] for row in export("--problems")) == ["1", "1"]


def test_no_contact_and_no_address_leaves_the_house(told, export, tmp_path) -> None:
    told(words="چاله", address="پلاک ۱۲ زنگ سوم")
    export()
    assert "زنگ سوم" not in (tmp_path / "out.csv").read_text("utf-8")


def test_a_city_alone_and_one_that_there_is_not(told, export) -> None:
    told()
    assert len(export("--city", "sample")) == 1
    with pytest.raises(CommandError, match=r"There is no city “nowhere”; known are: sample\."):
        export("--city", "nowhere")


def test_what_cannot_be_written_is_said_and_leaves_nothing(told, tmp_path) -> None:
    told()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_reports", str(tmp_path / "no" / "folder.csv"))
    assert not list(tmp_path.iterdir())
