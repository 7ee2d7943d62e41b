"""One spelling for Persian text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persian.normalize import fold, to_ascii_digits, to_persian_digits

SAME = [
    ("كوچه‌ي ۵", "کوچه ی 5"),
    ("خيابان", "خیابان"),
    ("مـــی‌رود", "می رود"),
    ("مِی‌رَوَد", "می رود"),
    ("٤٥٦", "۴۵۶"),
    ("  دو\n\tفاصله ", "دو فاصله"),
    ("ﻻﻟﻪ", "لاله"),
    ("Pothole", "pothole"),
    ("\u200f\u202bچاله\u202c", "چاله"),
    ("خانۀ", "خانه"),
]


@pytest.mark.parametrize("one,other", SAME)
def test_spellings_of_the_same_words_fold_to_one(one, other):
    assert fold(one) == fold(other)


def test_different_words_stay_different():
    assert fold("چاله") != fold("چاه")
    assert fold("آب") != fold("اب")


# Letters whose parts come together only when a mark between them is gone, or in lower case.
JOINED = [
    ("ǰ", "ǰ"),
    ("J\u030c", "ǰ"),
    ("a\u200d\u0301", "á"),
    ("ΐ", "ΐ"),
    ("\u0399\u0308\u0301", "ΐ"),
    ("a\ufe77\u0301", "á"),
]


@pytest.mark.parametrize("parted,whole", JOINED)
def test_parts_of_a_letter_are_joined_at_once(parted, whole):
    assert fold(parted) == fold(whole) == whole


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_digits_map_one_to_one_so_that_places_in_the_text_stay(text):
    assert len(to_ascii_digits(text)) == len(text)


def test_numbers_read_as_persian_writes_them():
    assert to_persian_digits("16.7 km, 2026. End") == "۱۶٫۷ km, ۲۰۲۶. End"
