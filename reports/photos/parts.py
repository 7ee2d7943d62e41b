"""Forms with photos (multipart/form-data, RFC 7578), taken apart while they arrive: all of their parts, or none."""

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from reports.photos.arriving import PIECE, Arriving

Parts: TypeAlias = tuple[QueryDict, "MultiValueDict[str, UploadedFile]"]

MOST_PARTS: Final = 1_000


class Malformed(Exception):
    """The body is no form, or a part has no name that could be read, or fields hold more than is read or no UTF-8."""


class CutShort(Exception):
    """The body ended, or its connection broke, before its length."""


class TooManyAtOnce(Exception):
    """The form holds more files than are taken at once."""


def read_parts(*, meta: Mapping[str, Any], stream: IO[bytes], length: int) -> Parts:
    """The fields of a form of `length` bytes, and its files, each a few at most of a limited size.

    Raises Malformed, CutShort, TooManyAtOnce, sniffing.NotTaken, files.StorageAway; nothing is held open then. What is
    sent in base64 stays so: RFC 7578 knows of no such parts any more.
    """
    form = _Form()
    if not length:
        return form.parts()
    _kind, options = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
    try:
        with PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_PARTS) as parser:
            for piece in _pieces(stream, length):
                for event in parser.parse(piece):
                    form.take(event)
        return form.parts()
    except (MultipartError, UnicodeDecodeError) as error:
        form.close()
        raise Malformed from error
    except BaseException:
        form.close()
        raise


def _pieces(stream: IO[bytes], length: int) -> Iterator[bytes]:
    """All of the stream; raises CutShort."""
    left = length
    try:
        while piece := stream.read(PIECE):
            left -= len(piece)
            yield piece
    except OSError as error:
        raise CutShort from error
    if left:
        raise CutShort


class _Form:
    """The parts as far as they have come: text of a limited size, and files."""

    def __init__(self) -> None:
        self._fields, self._files = QueryDict(mutable=True), MultiValueDict[str, UploadedFile]()
        self._arriving: list[Arriving] = []
        self._file: Arriving | None = None
        self._name, self._text = "", b""
        self._room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def take(self, event: MultipartSegment | bytes | None) -> None:
        """What comes next: the head of a part, a piece of it, or its end."""
        if event is None:
            self._end()
        elif isinstance(event, MultipartSegment):
            self._begin(event)
        elif self._file is not None:
            self._file.take(event)
        else:
            self._make_room(len(event))
            self._text += event

    def _begin(self, segment: MultipartSegment) -> None:
        if not segment.name:
            raise Malformed
        self._make_room(len(segment.name))
        self._name, self._text, self._file = segment.name, b"", None
        if segment.filename or "filename*=" in segment["Content-Disposition"]:
            if len(self._arriving) > settings.PHOTOS_PER_REQUEST:  # one more than photos: the report may be a file
                raise TooManyAtOnce
            self._file = Arriving(content_type=segment.content_type or "")
            self._arriving.append(self._file)

    def _end(self) -> None:
        if self._file is None:
            self._fields.appendlist(self._name, self._text.decode())
        else:
            self._files.appendlist(self._name, self._file.arrived())

    def _make_room(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise Malformed

    def parts(self) -> Parts:
        """All of them."""
        self._fields._mutable = False
        return self._fields, self._files

    def close(self) -> None:
        """Give back what the files hold."""
        for file in self._arriving:
            file.close()
