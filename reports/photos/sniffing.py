"""What a file is, by its own bytes: looked at before anything is stored, and never by its name."""

import re
from typing import Final

from reports.models import Mime

LOOK: Final = 65_536  # bytes at each end of a file that are looked at before it is stored
_ALIASES: Final = {
    "image/jpg": Mime.JPEG,
    "image/pjpeg": Mime.JPEG,
    "image/x-png": Mime.PNG,
    "image/heif": Mime.HEIC,
    "image/heic-sequence": Mime.HEIC,
    "image/heif-sequence": Mime.HEIC,
}
_UNSAID: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_ACTIVE: Final = re.compile(
    rb"<(?:!doctype\s+html|html|script|svg|iframe|body|object|embed|foreignobject)[\s/>]|<\?php", re.IGNORECASE
)
_ZIP_END: Final = b"PK\x05\x06"


class NotTaken(Exception):
    """The file is none that we take; `code` says why (a code of the API)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def mime_of(*, head: bytes, tail: bytes, declared: str) -> Mime:
    """The kind of a file, from its first and last LOOK bytes; raises NotTaken.

    `declared` is what its sender calls it: another kind than it is, is refused; saying nothing is allowed.
    """
    if not head:
        raise NotTaken("empty_file")
    found = _by_magic(head)
    if found is None:
        raise NotTaken("unknown_photo_format")
    said = declared.partition(";")[0].strip().lower()
    if said not in _UNSAID and _ALIASES.get(said, said) != found:
        raise NotTaken("photo_type_mismatch")
    if found != Mime.PDF and (holds_more(head) or holds_more(tail) or _ends_as_zip(tail)):
        raise NotTaken("not_only_a_photo")
    return found


def holds_more(content: bytes) -> bool:
    """Whether a picture holds what a browser, a server or a reader of documents would take for its own."""
    return _ACTIVE.search(content) is not None or b"%PDF-" in content


def _by_magic(head: bytes) -> Mime | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Mime.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Mime.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Mime.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return Mime.HEIC
    return Mime.PDF if head.startswith(b"%PDF-") else None


def _ends_as_zip(tail: bytes) -> bool:
    """Whether the last bytes are the end of a ZIP archive: its comment reaches exactly to the end of the file."""
    start = tail.rfind(_ZIP_END)
    if start < 0 or len(tail) < start + 22:
        return False
    return int.from_bytes(tail[start + 20 : start + 22], "little") == len(tail) - start - 22
