"""The table says what was measured: medians, their range, ratios round by round, goals."""

import pytest

from bench.clients import Speed
from bench.table import Row, Section, Sheet, markdown, plain, ratios


def row(name: str, *speeds: float, goal: float | None = None, cpu_ms: float | None = None) -> Row:
    rounds = [Speed(per_second=speed, median_ms=1000 / speed, cpu_ms=cpu_ms) for speed in speeds]
    return Row(name=name, rounds=rounds, goal=goal)


@pytest.fixture
def section() -> Section:
    return Section(
        title="Point to route",
        rows=[
            row("bare SQL", 4000, 2000, 3000),
            row("bare view", 2000, 1000, 1500, goal=0.7, cpu_ms=0.25),
            row("City Eye", 1500, 740, 1000, cpu_ms=1.5),
        ],
    )


def test_a_ratio_compares_within_a_round(section):
    ours, bare_view = section.rows[2], section.rows[1]

    assert ratios(ours, bare_view) == pytest.approx([0.75, 0.74, 0.667], abs=0.001)


def test_the_table_has_columns_of_fixed_width(section):
    assert plain([section]) == (
        "                answers a second  median ms  CPU ms     City Eye ÷ it  goal\n"
        "\n"
        "Point to route\n"
        "  bare SQL   3,000 (2,000–4,000)        0.3          0.37 (0.33–0.38)\n"
        "  bare view  1,500 (1,000–2,000)        0.7    0.25  0.74 (0.67–0.75)  ≥ 0.7 reached\n"
        "  City Eye     1,000 (740–1,500)        1.0    1.50"
    )


def test_a_goal_that_the_median_ratio_misses_is_said_to_be_missed(section):
    harder = Section(title="", rows=[row("bare view", 2000, 1000, 1500, goal=0.75), section.rows[2]])

    assert "≥ 0.75 missed" in plain([harder])


def test_the_table_in_markdown_has_the_same_cells(section):
    assert markdown([section]).splitlines() == [
        "**Point to route**",
        "",
        "|  | answers a second | median ms | CPU ms | City Eye ÷ it | goal |",
        "|---|--:|--:|--:|--:|---|",
        "| bare SQL | 3,000 (2,000–4,000) | 0.3 |  | 0.37 (0.33–0.38) |  |",
        "| bare view | 1,500 (1,000–2,000) | 0.7 | 0.25 | 0.74 (0.67–0.75) | ≥ 0.7 reached |",
        "| City Eye | 1,000 (740–1,500) | 1.0 | 1.50 |  |  |",
    ]


def test_slow_speeds_keep_a_decimal():
    assert "6.4 (6.4–6.4)" in plain([Section(title="", rows=[row("peer", 6.4), row("City Eye", 45)])])


@pytest.mark.parametrize(
    ("most_ms", "words"), [(1.0, "≤ 1 ms above it: 0.5 reached"), (0.4, "≤ 0.4 ms above it: 0.5 missed")]
)
def test_a_goal_may_be_milliseconds_above_another_row(most_ms: float, words: str):
    null = Row(name="null view", rounds=[Speed(per_second=2000, median_ms=0.5)], most_ms=most_ms)

    assert words in plain([Section(title="", rows=[null, row("City Eye", 1000)])])


def test_notes_stand_below_the_rows_they_belong_to():
    noted = Section(title="Page", rows=[row("City Eye", 45)], notes=["TiPg: not measured"])

    assert plain([noted]).splitlines()[-1] == "  TiPg: not measured"
    assert markdown([noted]).splitlines()[-2:] == ["", "TiPg: not measured"]


@pytest.fixture
def sheet() -> Sheet:
    return Sheet(title="Moves", head=("", "seconds"), rows=[("preview", "10.5"), ("undo", "9.0")], notes=["Busy."])


def test_what_is_no_speed_has_columns_of_its_own(section, sheet):
    assert plain([sheet]) == "Moves\n           seconds\n  preview     10.5\n  undo         9.0\n  Busy."
    assert plain([section, sheet]) == plain([section]) + "\n\n" + plain([sheet])
    assert markdown([sheet]).splitlines() == [
        "**Moves**",
        "",
        "|  | seconds |",
        "|---|--:|",
        "| preview | 10.5 |",
        "| undo | 9.0 |",
        "",
        "Busy.",
    ]
