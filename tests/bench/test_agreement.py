"""The bench asks the index and the routing query about the same points, and counts what they answer differently."""

from dataclasses import replace
from datetime import date

import pytest

from bench import agreement, parts
from bench.guard import Different
from jurisdictions.index import BoundaryIndex

DAY = date(2026, 3, 21)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(agreement, "POINTS", 60)
    monkeypatch.setattr(agreement, "EDGES", 40)
    monkeypatch.setattr(agreement, "AROUND", 10)


@pytest.mark.usefixtures("small_city", "few")
def test_the_table_counts_the_points_of_each_kind_and_no_difference():
    [sheet] = agreement.sheets()
    inside, around, edges = sheet.rows
    assert (inside[1], edges[1]) == ("60", "40")
    assert inside[2] == "60 covers"
    assert int(around[1]) > 10  # exchanged as well
    assert [row[3] for row in sheet.rows] == ["0", "0", "0"]


@pytest.mark.usefixtures("small_city", "few")
def test_a_difference_stops_the_bench(monkeypatch, capsys):
    honest = BoundaryIndex.route_many

    def wrong(self, lon, lat, category):
        batch = honest(self, lon, lat, category)
        return replace(batch, decisions=[replace(each, codes=("x",) * len(each.codes)) for each in batch.decisions])

    monkeypatch.setattr(BoundaryIndex, "route_many", wrong)
    with pytest.raises(Different, match="points are answered differently"):
        agreement.sheets()
    assert len(capsys.readouterr().err.splitlines()) >= 100


def test_whole_shapes_and_parts_stand_side_by_side(small_city, monkeypatch):
    for name in ("SINGLE", "BULK", "EDGES"):
        monkeypatch.setattr(parts, name, 20)
    [sheet] = parts.sheets()
    assert {row[0] for row in sheet.rows} == {"sample"}
    assert [row[1] for row in sheet.rows][:2] == ["whole", "parts decide (64)"]
    assert all(row[5].isdigit() for row in sheet.rows)
    assert len(sheet.head) == len(sheet.rows[0])
