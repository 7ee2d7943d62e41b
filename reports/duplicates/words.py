"""Words as they are compared: what a word means, not how it was spelled, bent or said."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_TWICE: Final = re.compile(r"(.)\1+")
# Letters that sound alike and are taken for each other in writing.
_SOUNDS: Final = str.maketrans(
    {"ص": "س", "ث": "س", "ط": "ت", "ظ": "ز", "ذ": "ز", "ض": "ز", "ح": "ه", "غ": "ق", "آ": "ا", "ع": "ا", "ئ": "ی"}
    | {"ء": None, "'": None, "’": None}
)
# Endings that bend a word without making another of it: plurals, «-e», possessives; the longer first.
_ENDINGS: Final = tuple(
    ending
    for several in ("هایشان هاشون هایی هاشو هارو هارا هاش های ها", "ترین تر شان شون", "یی ای اش ی ه ش و م")
    for ending in several.split()
)
_LATIN_ENDINGS: Final = ("ings", "ing", "ies", "es", "ed", "s")
_LEAST: Final = 3  # letters that must be left of a word

_UNITS: Final = ("یک", "دو", "سه", "چهار چار", "پنج", "شش شیش", "هفت", "هشت", "نه")
_ORDINALS: Final = ("اول یکم", "دوم", "سوم", "چهارم", "پنجم", "ششم", "هفتم", "هشتم", "نهم", "دهم")
_TEENS: Final = (
    "ده",
    "یازده",
    "دوازده",
    "سیزده",
    "چهارده چارده",
    "پانزده پونزده",
    "شانزده شونزده",
    "هفده هیفده",
    "هجده هیجده هیژده",
    "نوزده",
)
_TENS: Final = ("بیست", "سی", "چهل چل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود", "صد")


def _values(words: Sequence[str], first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * place for place, several in enumerate(words) for word in several.split()}


UNITS: Final = _values(_UNITS, 1)
SMALL: Final = UNITS | _values(_ORDINALS, 1)  # words that are numbers only where a number is waited for
_LARGE: Final = _values(_TEENS, 10) | _values(_TENS, 20, 10)


def tokens_of(folded: str) -> list[str]:
    """The words and the numbers of a folded text, in their order; numbers from ten on in digits, however written."""
    tokens = _TOKEN.findall(folded)
    return list(_counted(tokens)) if any(token in _LARGE for token in tokens) else tokens


def _counted(tokens: Sequence[str]) -> Iterator[str]:
    place = 0
    while place < len(tokens):
        value = _LARGE.get(tokens[place])
        place += 1
        if value is None:
            yield tokens[place - 1]
            continue
        while value % 10 == 0 and tokens[place : place + 1] == ["و"] and place + 1 < len(tokens):
            more = (UNITS | _LARGE).get(tokens[place + 1], 0)
            if not 0 < more < (100 if value >= 100 else 10):
                break
            value, place = value + more, place + 2
        yield str(value)


@lru_cache(maxsize=200_000)
def stem(token: str) -> str:
    """One key for all spellings, endings and ways to say a word; a number keeps its value."""
    if token.isdigit():
        return token.lstrip("0") or "0"
    if token.isascii():
        return _bare(token, _LATIN_ENDINGS)
    spoken = token.replace("ون", "ان") if len(token) > _LEAST else token  # خیابون, میدون
    bare = _bare(_bare(spoken, _ENDINGS), _ENDINGS).translate(_SOUNDS).replace("خوا", "خا")
    return _TWICE.sub(r"\1", bare) or token


def _bare(token: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if token.endswith(ending) and len(token) - len(ending) >= _LEAST:
            return token[: -len(ending)]
    return token


# Persian in Latin letters: what is left of a word without its vowels, which are written in many ways.
_LATIN: Final = (
    {"ب": "b", "پ": "p", "ت": "t", "ط": "t", "ج": "j", "چ": "ch", "خ": "kh", "د": "d", "ر": "r", "ژ": "zh", "ش": "sh"}
    | {"س": "s", "ص": "s", "ث": "s", "ز": "z", "ذ": "z", "ض": "z", "ظ": "z", "ف": "f", "ق": "gh", "غ": "gh", "ک": "k"}
    | {"گ": "g", "ل": "l", "م": "m", "ن": "n"}
)
_VOWELS: Final = re.compile(r"[aeiouywh]+")
_DIGRAPHS: Final = (("ch", "C"), ("kh", "K"), ("zh", "Z"), ("sh", "S"), ("gh", "G"), ("q", "G"), ("x", "K"), ("v", ""))


@lru_cache(maxsize=200_000)
def skeleton(token: str) -> str:
    """The consonants of a Persian word, in either script, in Latin letters."""
    latin = token if token.isascii() else "".join(_LATIN.get(letter, "a") for letter in token)
    for written, sign in _DIGRAPHS:
        latin = latin.replace(written, sign)
    return _TWICE.sub(r"\1", _VOWELS.sub("", latin))


@lru_cache(maxsize=200_000)
def grams(key: str) -> frozenset[str]:
    """The trigrams of a word, with its ends marked."""
    padded = f" {key} "
    return frozenset(padded[start : start + 3] for start in range(max(1, len(padded) - 2)))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """How many of the trigrams two texts have in common: 0 to 1 (Dice)."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0
