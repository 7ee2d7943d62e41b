"""Texts come in UTF-8, whatever a request says of them."""

import codecs
from typing import Final

from django.utils.http import parse_header_parameters

READABLE: Final = frozenset({"utf-8", "ascii"})  # what is ASCII is UTF-8 as well


def is_utf8(charset: str) -> bool:
    """Whether that is a name of UTF-8, or of what is UTF-8 as well."""
    try:
        return codecs.lookup(charset).name in READABLE
    except (LookupError, ValueError):
        return False


def is_readable(content_type: str) -> bool:
    """Whether Django can read what a body is; it raises where a parameter (RFC 2231) is in no known encoding."""
    try:
        parse_header_parameters(content_type)
    except (LookupError, ValueError):
        return False
    return True


class InUtf8:
    """A request of Django's, mixed in before it, whose address is read as UTF-8.

    Django would read it in the encoding that the body claims to be in, and Python knows some that are none of a text
    (`hex`), or cannot pass over what they cannot read (`idna`): the request would end before anything could answer it.
    """

    @property
    def encoding(self) -> str | None:
        """None: Django's own, UTF-8."""
        return None

    @encoding.setter
    def encoding(self, name: str | None) -> None:
        """What the body says of itself; who reads the body refuses it."""
