"""The labeled duplicates of Persian reports: what docs/data.md promises of fixtures/duplicates_fa.csv."""

import csv
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from persian.normalize import fold

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
FILE = FOLDER / "duplicates_fa.csv"
COLUMNS = "id,created_at,closed_at,category,lon,lat,accuracy_m,address,description,device,problem,split"
SPLITS = ("fit", "final")


@dataclass(frozen=True)
class Telling:
    id: str
    created_at: datetime
    closed_at: datetime | None
    category: str
    lon: float
    lat: float
    accuracy_m: int
    description: str
    device: str
    problem: str
    split: str

    def metres_to(self, other: "Telling") -> float:
        east = (self.lon - other.lon) * math.cos(math.radians(self.lat))
        return 111_320 * math.hypot(east, self.lat - other.lat)


@cache
def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def tellings() -> list[Telling]:
    return [
        Telling(
            id=row["id"],
            created_at=datetime.fromisoformat(row["created_at"]),
            closed_at=datetime.fromisoformat(row["closed_at"]) if row["closed_at"] else None,
            category=row["category"],
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            accuracy_m=int(row["accuracy_m"]),
            description=row["description"],
            device=row["device"],
            problem=row["problem"],
            split=row["split"],
        )
        for row in rows()
    ]


@cache
def problems() -> dict[str, list[Telling]]:
    found: dict[str, list[Telling]] = defaultdict(list)
    for each in tellings():
        found[each.problem].append(each)
    return found


def pairs(split: str) -> Iterator[tuple[Telling, Telling]]:
    """Two reports of one split within 300 m, the earlier one first."""
    for one, other in combinations([each for each in tellings() if each.split == split], 2):
        if one.metres_to(other) <= 300:
            yield one, other


def f1_of_radius(metres: float, split: str | None = None) -> float:
    """Pairwise F1 of "same category within `metres`", open or closed, on one split or on all."""
    hits = wrong = missed = 0
    for one, other in combinations([each for each in tellings() if split in (None, each.split)], 2):
        said = one.category == other.category and one.metres_to(other) <= metres
        true = one.problem == other.problem
        hits, wrong, missed = hits + (said and true), wrong + (said and not true), missed + (true and not said)
    return 2 * hits / (2 * hits + wrong + missed)


def test_the_file_is_utf_8_with_plain_line_ends_and_the_named_columns() -> None:
    raw = FILE.read_bytes()
    assert raw.decode("utf-8").splitlines()[0] == COLUMNS
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")


def test_ids_are_single_and_in_order_of_time() -> None:
    assert [each.id for each in tellings()] == sorted({each.id for each in tellings()})
    assert [each.created_at for each in tellings()] == sorted(each.created_at for each in tellings())


def test_it_is_large_enough() -> None:
    told_again = sum(len(group) for group in problems().values() if len(group) > 1)
    sizes = Counter(len(group) for group in problems().values())
    assert len(tellings()) >= 420
    assert len(problems()) >= 170
    assert 0.40 <= told_again / len(tellings()) <= 0.50
    assert sum(number for size, number in sizes.items() if 3 <= size <= 8) >= 30


def test_categories_are_the_citys_and_many() -> None:
    known = {each["code"] for each in json.loads((FOLDER / "categories.json").read_text())["categories"]}
    used = {each.category for each in tellings()}
    assert used <= known
    assert len(used) >= 30


def test_points_lie_in_the_city_with_six_decimals() -> None:
    city = shape(json.loads((FOLDER / "mashhad_city.geojson").read_text())["features"][0]["geometry"])
    shapely.prepare(city)
    assert [each.id for each in tellings() if not city.contains(shapely.Point(each.lon, each.lat))] == []
    assert all(re.fullmatch(r"\d+\.\d{6}", row[axis]) for row in rows() for axis in ("lon", "lat"))
    assert all(5 <= each.accuracy_m <= 80 for each in tellings())


def test_times_are_of_one_autumn_in_tehrans_offset() -> None:
    first, last = datetime.fromisoformat("2026-10-01T00:00+03:30"), datetime.fromisoformat("2026-12-01T00:00+03:30")
    assert all(first <= each.created_at < last for each in tellings())
    assert all(each.created_at.utcoffset() == timedelta(hours=3.5) for each in tellings())
    assert all(each.closed_at > each.created_at for each in tellings() if each.closed_at)


def test_a_problem_has_one_split_one_end_and_one_place() -> None:
    for group in problems().values():
        assert len({each.split for each in group}) == 1
        assert len({each.closed_at for each in group}) == 1
        assert max((one.metres_to(other) for one, other in combinations(group, 2)), default=0) <= 100


def scenes() -> list[set[str]]:
    """The splits found in each scene; a scene is what hangs together by steps of at most 300 m."""
    waiting, found = set(tellings()), []
    while waiting:
        scene, edge = set(), {waiting.pop()}
        while edge:
            one = edge.pop()
            scene.add(one)
            near = {other for other in waiting if one.metres_to(other) <= 300}
            waiting, edge = waiting - near, edge | near
        found.append({each.split for each in scene})
    return found


def test_a_third_of_the_scenes_is_final_and_far_from_the_rest() -> None:
    assert Counter(split for splits in scenes() for split in splits) == {"fit": 30, "final": 16}
    assert all(len(splits) == 1 for splits in scenes())


def test_no_text_holds_a_number_like_a_telephones() -> None:
    text = " ".join(f"{row['address']} {row['description']} {row['device']}" for row in rows())
    assert re.findall(r"\d[\d\s-]{4,}\d", fold(text)) == []


def one_kind_on_one_corner(one: Telling, other: Telling) -> bool:
    several = min(len(problems()[one.problem]), len(problems()[other.problem])) > 1
    return several and one.problem != other.problem and one.category == other.category and one.metres_to(other) <= 40


def pinned_apart(one: Telling, other: Telling) -> bool:
    return (
        one.problem == other.problem
        and one.description != other.description
        and one.category == other.category
        and 20 <= one.metres_to(other) <= 60
    )


def filed_under_a_neighbor(one: Telling, other: Telling) -> bool:
    return one.problem == other.problem and one.category != other.category


def comes_back_after_repair(one: Telling, other: Telling) -> bool:
    return (
        one.problem != other.problem
        and one.category == other.category
        and one.metres_to(other) <= 40
        and one.closed_at is not None
        and one.closed_at < other.created_at
    )


def seen_from_several_houses(one: Telling, other: Telling) -> bool:
    return one.problem == other.problem and len(problems()[one.problem]) >= 4 and one.metres_to(other) > 55


def near_miss(one: Telling, other: Telling) -> bool:
    return (
        one.problem != other.problem
        and one.category == other.category
        and one.metres_to(other) >= 80
        and other.created_at - one.created_at <= timedelta(hours=4)
    )


def another_matter_at_the_place(one: Telling, other: Telling) -> bool:
    return one.problem != other.problem and one.category != other.category and one.metres_to(other) <= 20


def sent_twice(one: Telling, other: Telling) -> bool:
    return one.problem == other.problem and one.description == other.description and one.device == other.device


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (one_kind_on_one_corner, 5),
        (pinned_apart, 10),
        (filed_under_a_neighbor, 5),
        (comes_back_after_repair, 3),
        (seen_from_several_houses, 2),
        (near_miss, 10),
        (another_matter_at_the_place, 20),
        (sent_twice, 3),
    ],
)
def test_every_kind_of_case_is_there(kind: Callable[[Telling, Telling], bool], number: int, split: str) -> None:
    """Counted by problems (or pairs of problems), not by pairs of reports."""
    found = {frozenset({one.problem, other.problem}) for one, other in pairs(split) if kind(one, other)}
    assert len(found) >= number


@pytest.mark.parametrize("split", SPLITS)
def test_useless_and_very_long_texts_are_there(split: str) -> None:
    lengths = [len(each.description) for each in tellings() if each.split == split]
    assert sum(length <= 18 for length in lengths) >= 4
    assert sum(length >= 400 for length in lengths) >= 2


@pytest.mark.parametrize("split", SPLITS)
def test_texts_are_spelled_as_people_spell(split: str) -> None:
    text = "\n".join(each.description for each in tellings() if each.split == split)
    for letters in ("[يك]", "\u0640", "\u200c", "[۰-۹]", "[0-9]", "[\U0001f300-\U0001faff\u26a1\u2744]", "[a-z]{4}"):
        assert re.search(letters, text), letters


def test_no_text_but_a_second_sending_is_written_twice() -> None:
    senders = defaultdict(set)
    for each in tellings():
        if len(each.description) > 18:
            senders[each.description].add(each.device)
    assert [text for text, devices in senders.items() if len(devices) > 1] == []


@pytest.mark.parametrize("split", [None, *SPLITS])
def test_a_fixed_radius_does_not_do(split: str | None) -> None:
    assert 0.62 <= f1_of_radius(50, split) <= 0.75
    assert max(f1_of_radius(metres, split) for metres in (10, 25, 100, 250)) <= 0.75
