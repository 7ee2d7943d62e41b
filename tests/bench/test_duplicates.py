"""What is measured of duplicates: reports that might come in, a crowd that leaves nothing behind, both commands."""

import pytest

from bench import batches, duplicates
from reports.models import Report
from tests.staff import file_report


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(duplicates, "CROWD", 60)
    monkeypatch.setattr(duplicates, "ASKED", 9)
    monkeypatch.setattr(duplicates, "ROUNDS", 1)
    monkeypatch.setattr(duplicates.problems, "sections", list)
    monkeypatch.setattr(duplicates.batches, "part", list)


def test_new_reports_are_asked_about_and_a_crowd_among_them(small_city, quick):
    filed = [file_report(small_city.pothole, x=300 + 5 * number) for number in range(12)]

    [sheet] = duplicates.sheets()

    assert [row[0] for row in sheet.rows][:2] == [
        "the candidates of a new report, in SQL",
        "all told: settings, candidates, facts, scores",
    ]
    assert {len(row) for row in sheet.rows} == {len(sheet.head)}
    assert all(row[-1].endswith(("reached", "missed")) for row in sheet.rows)
    assert float(sheet.rows[0][5]) == 12
    assert float(sheet.rows[2][5]) == 50  # no more than are compared at most, however crowded
    assert set(Report.objects.all()) == set(filed)


def test_a_command_is_watched_and_its_failure_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "STORE", tmp_path)
    cost = batches.costs(["match_duplicates", "--help"])
    assert cost.process_s > 0.1
    assert cost.most_mb > 20
    with pytest.raises(RuntimeError, match="cannot be read"):
        batches.costs(["match_duplicates", str(tmp_path / "none.csv"), str(tmp_path / "out.csv")])


def test_a_row_reckons_a_million_and_says_whether_that_is_reached():
    cost = batches.Cost(seconds=40, process_s=30, database_s=20, most_mb=150, said="")
    row = batches._row("one", 50_000, cost, batches._goal(50_000, cost))
    assert (row[3], row[7]) == ("1,250", "1,000")
    assert row[-1] == "≤ 1,200 of CPU reached"
    slow = batches._goal(1_000_000, batches.Cost(900, 500, 400, 150, ""))
    assert slow == "≤ 600 s, ≤ 1,200 of CPU missed"
    assert len(row) == len(batches.HEAD)
