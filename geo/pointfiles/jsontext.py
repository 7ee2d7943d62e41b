"""JSON read as far as it is needed: values one after the other, with the text that they were written as."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeVar

from geo.pointfiles.base import UnusableFile

BYTES = "latin-1"  # one letter a byte: what JSON itself is made of is ASCII, the rest passes through
SPACE = re.compile(r"[ \t\r\n]*")
BLOCK = 1 << 20

_BOM = b"\xef\xbb\xbf".decode(BYTES)
_LONGEST = 1 << 26  # letters of one value

_OPENING = re.compile(r"\{[ \t\r\n]*(\}?)")
_NAME = re.compile(r'[ \t\r\n]*("[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")[ \t\r\n]*:[ \t\r\n]*')
_FOLLOWING = re.compile(r"[ \t\r\n]*([,}])")

read_value = json.JSONDecoder().raw_decode
T = TypeVar("T")


class JsonText:
    """The text of a file, read as far as it is needed."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._text = ""
        self._at = 0
        self._more()
        self._text = self._text.removeprefix(_BOM)

    def take(self, parse: Callable[[str, int], tuple[T, int]], what: str) -> tuple[T, str]:
        """What `parse` finds here, and the text of it. Raises UnusableFile where it finds nothing to the end."""
        while True:
            try:
                found, end = parse(self._text, self._at)
            except (ValueError, IndexError, RecursionError) as error:
                if self._more():
                    continue
                raise UnusableFile(f"{what} cannot be read: {error}.") from error
            if end == len(self._text) and self._more():  # it may go on
                continue
            text, self._at = self._text[self._at : end], end
            return found, text

    def next(self, space: re.Pattern[str] = SPACE) -> str:
        """The next letter that is no space, which stays; "" at the end."""
        while True:
            self._at = _end_of(space, self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def rest(self) -> Iterator[str]:
        """All that is left."""
        yield self._text[self._at :]
        while block := self._source.read(BLOCK):
            yield block.decode(BYTES)

    def _more(self) -> bool:
        if len(self._text) - self._at > _LONGEST:
            return False
        block = self._source.read(BLOCK)
        self._text, self._at = self._text[self._at :] + block.decode(BYTES), 0
        return bool(block)


def members_of(text: str, at: int) -> tuple[dict[str, tuple[int, int, Any]], int]:
    """The members of the object that begins here: start, end and value of each; and where the object ends."""
    members: dict[str, tuple[int, int, Any]] = {}
    opening = _OPENING.match(text, at)
    if opening is None:
        raise _unexpected(text, at, "{")
    at, last = opening.end(), opening[1]
    while last != "}":
        name, start = member_name(text, at)
        value, end = read_value(text, start)
        members[name] = (start, end, value)
        following = _FOLLOWING.match(text, end)
        if following is None:
            raise _unexpected(text, end, ",")
        at, last = following.end(), following[1]
    return members, at


def member_name(text: str, at: int) -> tuple[str, int]:
    """The name of a member, and where its value begins."""
    found = _NAME.match(text, at)
    if found is None:
        raise _unexpected(text, at, '"')
    name = found[1]
    return (json.loads(name) if "\\" in name else name[1:-1]), found.end()


def expect(letter: str) -> Callable[[str, int], tuple[None, int]]:
    """A parser that finds this letter."""

    def parse(text: str, at: int) -> tuple[None, int]:
        if text[at] != letter:
            raise _unexpected(text, at, letter)
        return None, at + 1

    return parse


def _unexpected(text: str, at: int, expected: str) -> ValueError:
    return ValueError(f"“{text[at : at + 20]}” stands where “{expected}” is due")


def _end_of(space: re.Pattern[str], text: str, at: int) -> int:
    found = space.match(text, at)
    return found.end() if found else at
