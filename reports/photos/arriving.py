"""Photos on their way in, in a form: digested, measured and written while they arrive, to where they stay if taken."""

import hashlib
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from reports.photos import files
from reports.photos.sniffing import LOOK, NotTaken

PIECE: Final = 262_144  # larger ones take more of the processor: they outgrow its caches


class TooManyAtOnce(Exception):
    """The form holds more files than are taken at once."""


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


class PhotoHandler(FileUploadHandler):
    """Takes a few files of limited size; raises NotTaken, TooManyAtOnce, files.StorageAway while they arrive.

    Whoever parses with it closes all files where it comes to nothing.
    """

    chunk_size = PIECE
    file: IO[bytes]

    def __init__(self) -> None:
        super().__init__()
        self._files: list[IO[bytes]] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        if len(self._files) > settings.PHOTOS_PER_REQUEST:  # one more than photos: the report may come as a file
            raise TooManyAtOnce
        self.file, self.look = files.landing(), Look()
        self._files.append(self.file)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of the file."""
        if self.look.size + len(raw_data) > settings.PHOTO_MAX_BYTES:
            raise NotTaken("photo_too_large")
        self.look.take(raw_data)
        try:
            self.file.write(raw_data)
        except OSError as error:
            raise files.StorageAway from error

    def file_complete(self, file_size: int) -> UploadedFile:
        """The whole file."""
        self.file.seek(0)
        return Arrived(self.file, self.look, content_type=self.content_type or "")

    def upload_interrupted(self) -> None:
        """The form ended within a file, which is given to nobody."""
        self.file.close()

    def close_all(self) -> None:
        """Give back what the files hold."""
        for file in self._files:
            file.close()
