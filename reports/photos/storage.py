"""Where the files of photos lie: in folders of this machine, unless the settings name another storage."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, Self

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


class Nameless(FileIO):
    """A file that has no name yet: it is gone when it is closed, however its process ends, unless it is given one."""

    def write(self, piece: Any) -> int:
        """All of the piece; FileIO may write a part of it."""
        left = memoryview(piece)
        while left:
            left = left[_write_some(self, left) :]
        return len(piece)

    def again(self) -> Self:
        """The same file, to be closed by itself."""
        return type(self)(os.dup(self.fileno()), "r+b")


def _write_some(file: FileIO, piece: memoryview) -> int:
    return FileIO.write(file, piece)


class DurableFiles(FileSystemStorage):
    """Files that are on the disk when they count as saved: a photo that was acknowledged outlives a power cut."""

    def nameless(self) -> Nameless:
        """A file in this storage to be written to, and then given to `save`, which writes nothing a second time.

        Raises OSError, also where the file system knows no files without a name.
        """
        place = Path(self.location)
        if not place.is_dir():
            place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        return Nameless(os.open(place, os.O_TMPFILE | os.O_RDWR, PRIVATE_FILE), "r+b")

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """As every storage does; a nameless file gets the name at once, or FileExistsError says that there is one."""
        inner = content.file if isinstance(content, File) else content
        if name and isinstance(inner, Nameless) and self._named(inner, name):
            _flush(inner.fileno())
            return name
        return super().save(name, content, max_length)

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # its stubs leave it out
        with _opened(self.path(saved)) as handle:
            _flush(handle)
        return saved

    def _named(self, file: Nameless, name: str) -> bool:
        """Whether the file has the name now: where the system gives it none, it is to be copied."""
        try:
            _give_name(file, self.path(name))
        except FileExistsError:
            raise
        except OSError:  # no /proc, or a file system of several layers
            file.seek(0)
            return False
        return True


def _give_name(file: Nameless, path: str) -> None:
    try:
        _link(file.fileno(), path)
    except FileNotFoundError:
        for folder in reversed([each for each in Path(path).parents if not each.is_dir()]):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        _link(file.fileno(), path)


def _link(handle: int, path: str) -> None:
    # Only with a folder named does Python ask the system to follow the link that /proc shows of an open file.
    os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle)


def _flush(handle: int) -> None:
    # The name of a new file is on the disk with the file itself: ext4, XFS and Btrfs write both.
    os.fsync(handle)


@contextmanager
def _opened(path: str) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)
