"""The shipped list of synonyms: written as folded text is, and no word in two groups."""

import json
from collections import Counter
from pathlib import Path

from persian.normalize import fold

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "synonyms_fa.json"
GROUPS: list[list[str]] = json.loads(FILE.read_text(encoding="utf-8"))["groups"]


def test_words_are_written_as_folded_text_is() -> None:
    assert [word for group in GROUPS for word in group if word != fold(word)] == []


def test_a_word_belongs_to_one_group() -> None:
    assert [word for word, times in Counter(word for group in GROUPS for word in group).items() if times > 1] == []


def test_a_group_says_the_same_in_at_least_two_ways() -> None:
    assert 60 <= len(GROUPS) <= 120
    assert min(map(len, GROUPS)) >= 2
