"""The database folds Persian text as `persian.normalize` does."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from persian.normalize import fold
from tests.persian.test_normalize import SAME

LETTERS = st.characters(codec="utf-8", max_codepoint=0x6FF, exclude_characters="\0") | st.characters(
    min_codepoint=0xFB50, max_codepoint=0xFEFF, exclude_categories=["Cn", "Cs"]
)
MARKS = st.sampled_from(
    "\u200c\u200d\u200e\u200f\u202b\u202c\u2066\ufeff\u0640\u2028\u3000\u00a0\t\n ۀةيكىېہەأإٱؤ۰٠9ßςΣ"
)


def folded(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT persian_fold(word) FROM unnest(%s) WITH ORDINALITY AS each (word, n) ORDER BY n", [texts]
        )
        return [row[0] for row in cursor.fetchall()]


def test_it_folds_the_spellings_of_the_same_words_to_one(db):
    one, other = folded([pair[0] for pair in SAME]), folded([pair[1] for pair in SAME])
    assert one == other == [fold(pair[0]) for pair in SAME]


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.lists(st.text(LETTERS | MARKS, max_size=40), min_size=1, max_size=30))
def test_it_folds_whatever_is_written_in_these_letters_as_python_does(texts):
    assert folded(texts) == [fold(text) for text in texts]
