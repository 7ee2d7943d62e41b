"""The labeled duplicates of further authors: what docs/data.md promises of fixtures/duplicates_fa_authors.csv."""

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pytest

from reports.duplicates.nearness import meters

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
LINES = list(csv.DictReader((FOLDER / "duplicates_fa_authors.csv").read_text("utf-8").splitlines()))
CODES = {each["code"] for each in json.loads((FOLDER / "categories.json").read_text("utf-8"))["categories"]}
AUTHORS = tuple(str(number) for number in range(2, 12))
FINAL = {"5", "8"}


def of(author: str) -> list[dict[str, str]]:
    return [line for line in LINES if line["author"] == author]


def place(line: dict[str, str]) -> tuple[float, float]:
    return float(line["lon"]), float(line["lat"])


def is_open(first: dict[str, str], second: dict[str, str]) -> bool:
    closed = first["closed_at"]
    return not closed or datetime.fromisoformat(closed) > datetime.fromisoformat(second["created_at"])


def test_there_are_as_many_as_the_docs_say() -> None:
    assert len(LINES) == len({line["id"] for line in LINES}) == 4148
    assert len({line["problem"] for line in LINES}) == 1623
    assert {line["author"] for line in LINES} == set(AUTHORS)
    assert all((line["author"] in FINAL) == (line["split"] == "final") for line in LINES)


def test_lines_are_whole() -> None:
    for line in LINES:
        assert line["category"] in CODES
        assert line["description"].strip()
        assert 59.4 < float(line["lon"]) < 59.8
        assert 36.1 < float(line["lat"]) < 36.5
        assert datetime.fromisoformat(line["created_at"]).utcoffset() is not None
        assert not line["closed_at"] or datetime.fromisoformat(line["closed_at"]).utcoffset() is not None


def test_no_text_stands_twice_and_none_holds_a_telephone_number() -> None:
    assert max(Counter((line["author"], line["description"]) for line in LINES).values()) == 1
    assert not [line["id"] for line in LINES if re.search(r"[0-9۰-۹]{7}", line["description"])]


@pytest.mark.parametrize("author", AUTHORS)
def test_a_fixed_radius_does_not_do(author: str) -> None:
    lines = sorted(of(author), key=lambda line: datetime.fromisoformat(line["created_at"]))
    told = right = 0
    for first, second in combinations(lines, 2):
        if (
            first["category"] == second["category"]
            and is_open(first, second)
            and meters(place(first), place(second)) <= 50
        ):
            told += 1
            right += first["problem"] == second["problem"]
    sizes = Counter(line["problem"] for line in lines).values()
    pairs = sum(size * (size - 1) // 2 for size in sizes)
    assert 0.66 <= 2 * right / (told + pairs) <= 0.715


@pytest.mark.parametrize("author", AUTHORS)
def test_one_problem_is_told_under_several_categories_and_from_afar(author: str) -> None:
    problems = defaultdict(list)
    for line in of(author):
        problems[line["problem"]].append(line)
    pairs = [pair for lines in problems.values() for pair in combinations(lines, 2)]
    assert 0.2 < sum(one["category"] != other["category"] for one, other in pairs) / len(pairs) < 0.35
    assert 0.45 < sum(meters(place(one), place(other)) > 25 for one, other in pairs) / len(pairs) < 0.65
    assert sum(len(lines) == 1 for lines in problems.values()) >= 49
