"""Photos on their way in, in a form: digested, measured and written while they arrive, to where they stay if taken."""

import hashlib
from typing import IO, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from reports.photos import files
from reports.photos.sniffing import LOOK, NotTaken

PIECE: Final = 262_144  # larger ones take more of the processor: they outgrow its caches


class Look:
    """What is learned of a file while it goes by: its bytes counted and digested, and its two ends."""

    def __init__(self) -> None:
        self.size = 0
        self.head = self._tail = b""
        self._digest = hashlib.sha256()

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        self.size += len(piece)
        self._digest.update(piece)
        if len(self.head) < LOOK:
            self.head += piece[: LOOK - len(self.head)]
        self._tail = piece if len(piece) >= LOOK else self._tail[-LOOK:] + piece

    @property
    def tail(self) -> bytes:
        """The last bytes, as many as are looked at."""
        return self._tail[-LOOK:]

    @property
    def sha256(self) -> str:
        """The digest of what has gone by."""
        return self._digest.hexdigest()


class Arrived(UploadedFile):
    """A file of a form, under no name of its sender's, with what was learned of it on its way."""

    def __init__(self, file: IO[bytes], look: Look, *, content_type: str) -> None:
        super().__init__(file=file, name="photo", content_type=content_type, size=look.size)
        self.look = look


class Arriving:
    """A file on its way in, of a limited size: written to where it stays if it is taken."""

    def __init__(self, *, content_type: str) -> None:
        self._file, self._look, self._content_type = files.landing(), Look(), content_type

    def take(self, piece: bytes) -> None:
        """The next bytes; raises NotTaken, files.StorageAway."""
        if self._look.size + len(piece) > settings.PHOTO_MAX_BYTES:
            raise NotTaken("photo_too_large")
        self._look.take(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise files.StorageAway from error

    def arrived(self) -> Arrived:
        """The whole file."""
        self._file.seek(0)
        return Arrived(self._file, self._look, content_type=self._content_type)

    def close(self) -> None:
        """Give back what it holds: it is gone without a trace unless it was saved."""
        self._file.close()
