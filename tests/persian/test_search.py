"""The database folds Persian text as `persian.normalize` does."""

import unicodedata
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persian.normalize import fold
from tests.persian.test_normalize import JOINED, SAME

MARKS = "\u200c\u200d\u200e\u200f\u202b\u202c\u2066\ufeff\u0640\u2028\u3000\u00a0\t\n ۀةيكىېہەأإٱؤ۰٠9ßςΣ"


def written(first: int, last: int) -> list[str]:
    """All characters from one number to another that can be stored and that Unicode has assigned."""
    kinds = ((chr(number), unicodedata.category(chr(number))) for number in range(first, last + 1))
    return [letter for letter, kind in kinds if kind not in {"Cn", "Cs"}]


LETTERS = st.sampled_from(written(0x0001, 0x06FF) + written(0xFB50, 0xFEFF))


def folded(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT persian_fold(word) FROM unnest(%s) WITH ORDINALITY AS each (word, n) ORDER BY n", [texts]
        )
        return [row[0] for row in cursor.fetchall()]


def test_it_folds_the_spellings_of_the_same_words_to_one(db):
    one, other = folded([pair[0] for pair in SAME]), folded([pair[1] for pair in SAME])
    assert one == other == [fold(pair[0]) for pair in SAME]


def test_it_folds_every_letter_and_every_way_to_write_it_as_python_does(db):
    letters = written(0x0001, 0x33FF) + written(0xF900, 0xFFFF)
    cases = {form for letter in letters for form in (letter, letter.upper(), letter.title(), letter.casefold())}
    parts = {unicodedata.normalize(form, case) for case in cases for form in ("NFD", "NFKD")}
    parted = {mark.join(letter) for letter in parts if len(letter) > 1 for mark in "\u0640\u200c\u200d"}
    texts = sorted({*letters, *cases, *parts, *parted, *(f"Σ{letter}Σ" for letter in letters)})
    assert folded(texts) == [fold(text) for text in texts]


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.lists(st.text(LETTERS | st.sampled_from(MARKS), max_size=40), min_size=1, max_size=30))
def test_it_folds_whatever_is_written_in_these_letters_as_python_does(texts):
    assert folded(texts) == [fold(text) for text in texts]


@pytest.mark.parametrize("parted,whole", JOINED)
def test_it_joins_what_python_joins(db, parted, whole):
    assert folded([parted, fold(parted)]) == [whole, whole]


def test_words_that_an_earlier_function_has_folded_are_folded_again(small_city, client: Client, filing, post):
    with connection.cursor() as cursor, connection.schema_editor(atomic=False) as editor:
        migration = import_module("reports.migrations.0007_fold_once")
        migration.backwards(None, editor)
        assert post(filing(description="ǰ a\u200d\u0301")).status_code == 201
        cursor.execute("SELECT public_words FROM reports_report")
        assert cursor.fetchall() == [("ǰ a\u0301",)]
        migration.forwards(None, editor)
    assert len(client.get("/api/v1/reports?q=J\u030c Á").json()["features"]) == 1
