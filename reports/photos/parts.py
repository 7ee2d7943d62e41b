"""Forms with photos read to their end (multipart/form-data, RFC 7578): all of their parts, or none of them."""

from collections.abc import Mapping
from typing import IO, Any, Final, TypeAlias, cast

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

from reports.photos.arriving import PhotoHandler

Parts: TypeAlias = tuple[QueryDict, "MultiValueDict[str, UploadedFile]"]

NAME: Final = "photo"  # of every file: nobody reads its sender's, and none is a reason to leave the file out


class Malformed(Exception):
    """The body is no form, or has a part that has no name that could be read."""


class CutShort(Exception):
    """The body ended, or its connection broke, before its length."""


def read_parts(*, meta: Mapping[str, Any], stream: IO[bytes], length: int) -> Parts:
    """The fields of a form, and its files as `PhotoHandler` takes them, in `length` bytes.

    Raises Malformed, CutShort, and what the handler raises; nothing is held open then.
    """
    handler = PhotoHandler()
    try:
        watched = _Watched(stream)
        parser = _Parser(cast(dict[str, Any], meta), cast(IO[bytes], watched), [handler], "utf-8")
        watched.look_for(parser.boundary)
        parts = parser.parse()
        watched.check(parts, length=length)
    except (MultiPartParserError, SuspiciousOperation) as error:
        handler.close_all()
        raise Malformed from error
    except BaseException:
        handler.close_all()
        raise
    return cast(Parts, parts)


class _Parser(MultiPartParser):
    """Django leaves out a file whose name it does not like; here it has another name."""

    _boundary: bytes

    @property
    def boundary(self) -> bytes:
        """What parts the form."""
        return self._boundary

    def sanitize_file_name(self, file_name: str) -> str:
        """The same for all."""
        return NAME


class _Watched:
    """A stream that counts what is read of it, and the boundaries: Django passes over parts that it cannot read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._count = 0

    def look_for(self, boundary: bytes) -> None:
        self._all, self._last = _Occurrences(b"--" + boundary), _Occurrences(b"--" + boundary + b"--")

    def read(self, size: int = -1) -> bytes:
        """The next bytes; raises CutShort where the connection breaks."""
        try:
            content = self._stream.read(size)
        except OSError as error:
            raise CutShort from error
        self._count += len(content)
        self._all.add(content)
        self._last.add(content)
        return content

    def check(self, parts: Parts, *, length: int) -> None:
        """Raise CutShort or Malformed unless these are all the parts that there were."""
        if self._count != length:
            raise CutShort
        read = sum(len(values) for kind in parts for _name, values in kind.lists())
        if length and (not self._last.count or self._all.count - self._last.count != read):
            raise Malformed


class _Occurrences:
    """How often some bytes stand in what goes by."""

    def __init__(self, needle: bytes) -> None:
        self._needle, self._edge = needle, len(needle) - 1
        self._tail = b""
        self.count = 0

    def add(self, content: bytes) -> None:
        """The next bytes, which may end or begin within the needle."""
        self.count += content.count(self._needle) + (self._tail + content[: self._edge]).count(self._needle)
        self._tail = (self._tail + content[-self._edge :])[-self._edge :]
