"""The shipped lists of places, topics and faults: what is needed to compare texts by them."""

import json
from pathlib import Path

import pytest

from persian.normalize import fold
from reports.duplicates.phrases import phrases_of
from reports.duplicates.shipped import shipped_settings
from reports.duplicates.text import Telling

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
PLACES: list[list[str]] = json.loads((FOLDER / "places_fa.json").read_text("utf-8"))["groups"]
VALUES = json.loads((FOLDER / "topics_fa.json").read_text("utf-8"))
TOPICS: dict[str, list[str]] = VALUES["topics"]
FAULTS: dict[str, list[list[str]]] = VALUES["faults"]
CODES = {each["code"] for each in json.loads((FOLDER / "categories.json").read_text("utf-8"))["categories"]} - {"other"}


def _read(text: str) -> Telling:
    return shipped_settings().lexicon.read(text)


def test_each_category_has_its_words_and_the_ways_in_which_its_things_are_at_fault() -> None:
    assert TOPICS.keys() == FAULTS.keys() == CODES
    assert min(map(len, TOPICS.values())) >= 50
    assert all(3 <= len(faults) <= 8 for faults in FAULTS.values())


def test_no_list_says_the_same_twice() -> None:
    for words in [*PLACES, *TOPICS.values(), *(words for faults in FAULTS.values() for words in faults)]:
        keys = [phrases_of(word)[0] for word in words]
        assert len(keys) == len(set(keys)), words[0]


def test_a_word_names_one_kind_of_place() -> None:
    keys = [phrases_of(word)[0] for group in PLACES for word in group]
    assert len(PLACES) > 200
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "text, code",
    [
        ("لاستیکم ترکید، رینگم کج شد", "pothole"),
        ("شبا چشم چشمو نمیبینه", "street-light"),
        ("فاضلاب زده بالا، چاه پس زده", "sewage"),
        ("تا نصفه شب بزن و برقصه، خواب نداریم", "residential-noise"),
        ("یه گله دنبال بچه‌ها میکنن و پارس میکنن", "stray-dogs"),
    ],
)
def test_a_consequence_makes_one_think_of_its_cause(text: str, code: str) -> None:
    topics = _read(fold(text)).evoked.topics
    assert topics[code] == max(topics.values())


@pytest.mark.parametrize(
    "one, other", [("نونوایی", "سنگکی"), ("سوپری", "بقالی"), ("پایانه", "ترمینال"), ("قبرستون", "آرامگاه")]
)
def test_a_place_has_many_names(one: str, other: str) -> None:
    assert _read(fold(one)).landmarks == _read(fold(other)).landmarks != frozenset()


def test_what_others_call_a_category_means_one_and_none_by_its_own_name() -> None:
    named = json.loads((FOLDER / "category_names.json").read_text("utf-8"))["names"]
    settings = shipped_settings()
    keys = [fold(name).replace("-", " ") for names in named.values() for name in names]
    assert named.keys() <= CODES | {"other"}
    assert len(keys) == len(set(keys))
    own = {name for each in settings.names.values() for name in each} | {code.replace("-", " ") for code in CODES}
    assert not {fold(name).replace("-", " ") for name in own} & set(keys)
    assert {settings.code_of(name) for name in named["street-light"]} == {"street-light"}
    assert settings.code_of("Traffic_Signal") == "traffic-light"
    assert settings.code_of("somebody elses") == "somebody elses"
