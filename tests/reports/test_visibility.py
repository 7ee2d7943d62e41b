"""What of a citizen's text the public sees."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persian.normalize import to_persian_digits
from reports.visibility import MASK, without_personal_data

PERSONAL = [
    "09151234567",
    "۰۹۱۵۱۲۳۴۵۶۷",
    "٠٩١٥١٢٣٤٥٦٧",
    "0915 123 4567",
    "0915-123-45-67",
    "+98 915 123 4567",
    "0939391234",
    "۰۹۱۵\u200c۱۲۳\u200c۴۵۶۷",  # parted by half-spaces
    "0\u200d9\u200d1\u200d5\u200d1\u200d2\u200d3\u200d4\u200d5\u200d6\u200d7",
    "0915\u2013123\u20134567",
    "0915 - 123 - 45 - 67",
    "0915/1234567",
    "051_3855_1234",
    "۰۹۱۵،۱۲۳،۴۵۶۷",
    "someone@example.com",
    "someone.else+x@mail.example.ir",
]


@pytest.mark.parametrize("secret", PERSONAL)
def test_what_could_reach_a_person_is_masked(secret):
    assert without_personal_data(f"چاله هست، تماس: {secret} ممنون") == f"چاله هست، تماس: {MASK} ممنون"


@pytest.mark.parametrize(
    "text",
    [
        "پلاک ۱۲۳",
        "کوچه ۴۵، پلاک 1200",
        "از ساعت ۸:۳۰ تا ۱۰",
        "سال ۱۴۰۵",
        "چاله 👷",
        "",
        "پلاک‌های ۱۲، ۱۴، ۱۶، ۱۸",
        "پلاک ۱۲ - ۱۴ - ۱۶ - ۱۸",
        "از ۱۴۰۵/۰۹/۰۷",
        "36.2880, 59.6157",
    ],
)
def test_what_tells_of_the_place_stays(text):
    assert without_personal_data(text) == text


@given(st.text(), st.from_regex(r"09[0-9]{9}", fullmatch=True), st.text())
def test_no_telephone_number_survives_whatever_stands_around_it(before, number, after):
    for secret in (number, to_persian_digits(number)):
        assert secret not in without_personal_data(f"{before} {secret} {after}")


def test_a_long_text_without_spaces_takes_time_by_its_length_alone():
    began = time.process_time()
    assert without_personal_data("ا" * 200_000) == "ا" * 200_000
    assert time.process_time() - began < 5  # a hundredth of a second; from each letter anew it was two minutes
