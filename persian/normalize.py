"""One spelling for Persian text, to compare and search by; what the citizen wrote is kept as written."""

import re
import unicodedata

from persiantools import characters, digits

# Tabulators and line breaks are text; other control characters and halves of surrogate pairs are not.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Tatweel, vowel marks and marks of direction.
_MARKS = re.compile("[\u0640\u064b-\u065f\u0670\u200b\u200d-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DECIMAL_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_SPACES = re.compile(r"[\s\u200c]+")  # the half-space among them
_TO_ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
# Letters that keyboards of neighboring languages write for the same Persian letter, beyond ي and ك.
_LETTERS = str.maketrans(
    {"ى": "ی", "ې": "ی", "ہ": "ه", "ە": "ه", "ۀ": "ه", "ة": "ه", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و"}
)


def fold(text: str) -> str:
    """`text` as it is compared and searched: one form of each letter, ASCII digits, single spaces, lower case.

    To fold what is folded changes nothing more. The database's `persian_fold` is the same, step by step: so the case is
    folded as both can, by lower case and two letters more, and not by `casefold`, which the database does not have.
    """
    text = unicodedata.normalize("NFKC", text).translate(_LETTERS)
    text = _MARKS.sub("", to_ascii_digits(characters.ar_to_fa(text)).lower())
    text = text.replace("ß", "ss").replace("ς", "σ")
    # Parts of a letter that a mark stood between, or that are one letter in lower case only, have come together.
    text = unicodedata.normalize("NFKC", text)
    return _SPACES.sub(" ", text).strip()


def to_ascii_digits(text: str) -> str:
    """Persian and Arabic digits as 0-9."""
    return str(digits.ar_to_fa(text)).translate(_TO_ASCII)


def to_persian_digits(text: str) -> str:
    """0-9 as Persian digits, with the Persian decimal separator between them; everything else unchanged."""
    return str(digits.en_to_fa(_DECIMAL_POINT.sub("٫", text)))
