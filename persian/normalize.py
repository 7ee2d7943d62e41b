"""One spelling for Persian text, to compare and search by; what the citizen wrote is kept as written."""

import re
import unicodedata

from persiantools import characters, digits

ZERO_WIDTH_NON_JOINER = "\u200c"
_TATWEEL = "\u0640"
_MARKS = re.compile("[\u064b-\u065f\u0670\u200b\u200d-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DECIMAL_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_SPACES = re.compile(r"\s+")
_TO_ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
# Letters that keyboards of neighboring languages write for the same Persian letter, beyond ي and ك.
_LETTERS = str.maketrans(
    {"ى": "ی", "ې": "ی", "ہ": "ه", "ە": "ه", "ۀ": "ه", "ة": "ه", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و"}
)


def fold(text: str) -> str:
    """`text` as it is compared and searched: one form of each letter, ASCII digits, single spaces, lower case."""
    text = unicodedata.normalize("NFKC", text).translate(_LETTERS)
    text = characters.ar_to_fa(text).replace(_TATWEEL, "").replace(ZERO_WIDTH_NON_JOINER, " ")
    text = to_ascii_digits(_MARKS.sub("", text))
    return _SPACES.sub(" ", text).strip().casefold()


def to_ascii_digits(text: str) -> str:
    """Persian and Arabic digits as 0-9."""
    return str(digits.ar_to_fa(text)).translate(_TO_ASCII)


def to_persian_digits(text: str) -> str:
    """0-9 as Persian digits, with the Persian decimal separator between them; everything else unchanged."""
    return str(digits.en_to_fa(_DECIMAL_POINT.sub("٫", text)))
