"""`match_duplicates --fit`: weights from labeled reports, proven on scenes that they had not seen."""

from io import StringIO
from itertools import product

import pytest
from django.core.management import call_command

from reports.duplicates.shipped import read_settings, shipped_settings
from reports.models.duplicate_settings import WEIGHT_SIGNS
from tests.reports.duplicates.matching import line


def scenes(count: int, *, apart: int = 12) -> tuple[list[str], list[str]]:
    """Places far from each other, at each two problems of two reports, told apart by a number; `apart` in metres."""
    lines, labels = [], ["id,problem"]
    for number in range(count):
        for side in (0, 1):
            for again in (0, 1):
                key = f"{number}-{side}-{again}"
                text = f"چاله جلوی پلاک {10 + 20 * side}"
                at = f"2026-11-01T{8 + again:02}:{number % 60:02}:00Z"
                lines.append(line(key, at=at, x=number * 2000 + side * apart + again * apart * 0.75, text=text))
                labels.append(f"{key},{number}-{side}")
    return lines, labels


def test_fitting_writes_settings_that_the_service_loads(match, tmp_path):
    lines, labels = scenes(30)
    (tmp_path / "labels.csv").write_text("\n".join([*labels, "nobody,1"]))
    found = match(*lines, options=["--fit", str(tmp_path / "labels.csv")])
    assert found.failure is None
    assert "Fitted to" in found.told.getvalue()
    assert "not in the file: 1 (nobody)" in found.said.getvalue()
    assert {found[f"{number}-1-1"]["cluster"] for number in range(30)} == {f"{number}-1-0" for number in range(30)}
    file = tmp_path / "out.settings.json"
    out = StringIO()
    call_command("load_duplicates", str(file), stdout=out)
    assert "profiles 1" in out.getvalue()
    again = match(*lines, options=["--by", str(file)])
    assert again.rows == found.rows


def test_what_no_example_shows_and_what_a_profile_sets_for_itself_stays(match, tmp_path):
    lines, labels = scenes(30, apart=70)
    (tmp_path / "labels.csv").write_text("\n".join(labels))
    assert match(*lines, options=["--fit", str(tmp_path / "labels.csv")]).failure is None
    fitted, shipped = read_settings(tmp_path / "out.settings.json"), shipped_settings()
    for settings in (fitted, shipped):
        alone = settings.default.weights["base"] + settings.default.weights["silent"]
        assert alone == pytest.approx(shipped.default.weights["base"] + shipped.default.weights["silent"], abs=0.02)
    assert fitted.default.weights["base"] != shipped.default.weights["base"]
    assert fitted.profile("water-leak").weights["other_number"] == shipped.profile("water-leak").weights["other_number"]
    assert fitted.profile("water-leak").weights["distance"] == fitted.default.weights["distance"]
    assert all(WEIGHT_SIGNS[name] * weight >= 0 for name, weight in fitted.default.weights.items())


def test_what_place_and_time_say_alone_keeps_its_sign_where_few_pairs_are_of_one_problem(match, tmp_path):
    lines, labels = [], ["id,problem"]
    for number, again in product(range(100), range(4)):
        key = f"{number}-{again}"
        at = f"2026-11-01T{8 + again:02}:{number % 60:02}:00Z"
        lines.append(line(key, at=at, x=number * 2000 + again * 25, text="چاله"))
        labels.append(f"{key},{number if number < 20 and again < 2 else key}")
    (tmp_path / "labels.csv").write_text("\n".join(labels))
    assert match(*lines, options=["--fit", str(tmp_path / "labels.csv")]).failure is None
    call_command("load_duplicates", str(tmp_path / "out.settings.json"), stdout=StringIO())


@pytest.mark.parametrize(
    "labels, sentence",
    [
        ("id,problem\nnobody,1\n", "None of the ids"),
        ("id,parent_id\n1-0-0,0-0-0\n1-0-0,2-0-0\n", "was given “0-0-0” before"),
        ("id\n1\n", "no columns id and problem"),
        ("id,problem\n0-0-0,1\n0-0-1,1\n", "it takes 20"),
        ("", "no columns id and problem"),
    ],
)
def test_labels_that_cannot_be_used_are_refused_in_a_sentence(match, tmp_path, labels, sentence):
    lines, _labels = scenes(4)
    (tmp_path / "labels.csv").write_text(labels)
    found = match(*lines, options=["--fit", str(tmp_path / "labels.csv")])
    assert sentence in str(found.failure)
    assert not (tmp_path / "out.settings.json").exists()


def test_parents_of_parents_lead_to_one_problem_and_a_ring_does_not_hang(match, tmp_path):
    lines, labels = scenes(30)
    parents = ["id,parent_id"]
    for label in labels[1:]:
        key = label.partition(",")[0]
        number, side, again = key.split("-")
        parents.append(
            f"{key},{number}-{side}-{1 - int(again)}"
            if number == "0"
            else f"{key},{key[:-1]}0"
            if again == "1"
            else f"{key},"
        )
    (tmp_path / "labels.csv").write_text("\n".join(parents))
    assert match(*lines, options=["--fit", str(tmp_path / "labels.csv")]).failure is None
