"""Where a file comes from and where it goes: paths, standard input and output, gzip; never half a file at its name."""

import gzip
import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

STREAM = "-"
_GZIP = ".gz"


class InPlace(AbstractContextManager["InPlace"]):
    """A file to read, or standard input as "-"; what ends in .gz is unpacked on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._raw = sys.stdin.buffer if name == STREAM else Path(name).open("rb")  # noqa: SIM115 - closed on exit
        is_file = name != STREAM and Path(name).is_file()
        self.size = os.fstat(self._raw.fileno()).st_size if is_file else None
        packed = name.endswith(_GZIP)
        self.stream = cast(BinaryIO, gzip.GzipFile(fileobj=self._raw, mode="rb") if packed else self._raw)

    def share_read(self) -> float | None:
        """How much of the file has been read, from 0 to 1; None where nobody knows how long it is."""
        return min(self._raw.tell() / self.size, 1.0) if self.size else None

    def is_same_as(self, other: str) -> bool:
        """Whether the other name leads to this very file."""
        return STREAM not in (self.name, other) and Path(other).exists() and Path(self.name).samefile(other)

    def __exit__(self, *_args: object) -> None:
        if self.name != STREAM:
            self._raw.close()


class OutPlace(AbstractContextManager["OutPlace"]):
    """A file to write, or standard output as "-"; what ends in .gz is packed.

    It is written beside and gets its name at the end, if all went well. What is there and is no plain file (a pipe, a
    device) is written as it is.
    """

    def __init__(self, name: str) -> None:
        self._target = None if name == STREAM else Path(name).resolve()
        self._beside: Path | None = None
        if self._target is None:
            raw: BinaryIO = sys.stdout.buffer
        elif self._target.exists() and not self._target.is_file():
            raw = self._target.open("wb")
        else:
            self._beside = self._target.with_name(f".{self._target.name}.{os.getpid()}.part")
            raw = self._beside.open("xb")
        self._raw = raw
        packed = name.endswith(_GZIP)
        self.stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6)) if packed else raw

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._target is not None:
                self._raw.close()
            if self._beside is not None:
                self._beside.unlink(missing_ok=True)

    def _finish(self) -> None:
        if self.stream is not self._raw:
            self.stream.close()
        self._raw.flush()
        if self._beside is not None and self._target is not None:
            self._beside.replace(self._target)
