"""Reports from a CSV file: numbers in columns, texts in a file beside memory, and the faults of rows by their names."""

import csv
import math
import os
import tempfile
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from persian.normalize import fold
from reports.contacts import keyed_hash
from reports.duplicates.bounds import has_of
from reports.duplicates.cells import read_hashes, read_moment, read_number
from reports.duplicates.facts import Facts
from reports.duplicates.settings import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The names of columns, and others by which they go.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("key", "reference", "sr_number"),
    "created_at": ("received_at", "created", "created_date", "date"),
    "closed_at": ("closed", "closed_date"),
    "category": ("sr_type", "service", "type"),
    "lon": ("longitude", "lng", "long", "x"),
    "lat": ("latitude", "y"),
    "accuracy_m": ("accuracy",),
    "address": ("street_address",),
    "description": ("text", "words"),
    "device": ("device_id", "person", "phone"),
    "photo_hash": ("photo_hashes",),
}
NEEDED: Final = ("created_at", "lon", "lat")
NUMBERS: Final = ("lon", "lat", "accuracy_m", "at", "closed_at")
FAULTS: Final = ("no_number", "out_of_range", "exchanged", "no_time", "repeated_id", "too_few_cells")
LONGEST: Final = 1_000_000  # letters of a cell
REMEMBERED: Final = 10_000  # rows as they are compared: what lies near each other is compared one after the other
FAR_DEG: Final = 2.0  # from where most reports are: further is another place, unless exchanged it is near
_PART: Final = "\x1f"


class UnusableRows(Exception):
    """The file as a whole cannot be read; the text says why."""


@dataclass(slots=True)
class Fault:
    """How many rows have it, and the first lines."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def note(self, line: int) -> None:
        """One more row."""
        self.count += 1
        if len(self.first) < 5:
            self.first.append(line)


class Rows:
    """The rows of a file in its order. A row with a fault has no place (NaN) and is compared with nothing.

    Times are seconds since 1970; `closed_at` is infinite for what is open. `category` counts through `categories`.
    """

    def __init__(self, *, texts: Any) -> None:
        self.lon = self.lat = self.accuracy_m = self.at = self.closed_at = np.empty(0)
        self.category: Ints = np.empty(0, np.int64)
        self.has: NDArray[np.uint8] = np.empty(0, np.uint8)
        self.categories: list[str] = []
        self.faults: dict[str, Fault] = {name: Fault() for name in FAULTS}
        self._texts = texts
        self._ends: Ints = np.empty(0, np.int64)
        self.facts = lru_cache(maxsize=REMEMBERED)(self._facts)

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Which rows have a place and a time."""
        return ~np.isnan(self.lon)

    def id(self, row: int) -> str:
        """What the file calls a row."""
        return self._cells(row)[0]

    def _cells(self, row: int) -> list[str]:
        begin = int(self._ends[row - 1]) if row else 0
        # Not by the file's own position: processes that are forked share it.
        return os.pread(self._texts.fileno(), int(self._ends[row]) - begin, begin).decode().split(_PART)

    def _facts(self, row: int) -> Facts:
        """A row as it is compared; its key is its number."""
        _id, address, words, device, photos = self._cells(row)
        accuracy = float(self.accuracy_m[row])
        closed = float(self.closed_at[row])
        return Facts(
            key=row,
            lon=float(self.lon[row]),
            lat=float(self.lat[row]),
            accuracy_m=None if math.isnan(accuracy) else accuracy,
            category=self.categories[self.category[row]],
            group="",
            at=datetime.fromtimestamp(float(self.at[row]), UTC),
            closed_at=None if math.isinf(closed) else datetime.fromtimestamp(closed, UTC),
            words=words,
            address=address,
            photos=read_hashes(photos),
            people=frozenset([keyed_hash("device", device)]) if device else frozenset(),
        )

    def close(self) -> None:
        """The texts are no longer needed."""
        self.facts.cache_clear()
        self._texts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def read_rows(path: Path, *, settings: Settings) -> Rows:
    """All rows of a CSV file in UTF-8, with or without BOM, with any line ends and digits; to be closed.

    Raises UnusableRows.
    """
    texts = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the rows
    try:
        rows = Rows(texts=texts)
        reading = _Reading(rows, settings)
        for line, cells in _lines(path):
            reading.take(line, cells, texts)
        texts.flush()
        reading.finish()
    except BaseException:
        texts.close()
        raise
    return rows


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            names = _names(header)
            reader = csv.reader(file, delimiter=_delimiter(header))
            for cells in reader:
                if cells:
                    yield reader.line_num + 1, dict(zip(names, cells, strict=False))
    except OSError as error:
        raise UnusableRows(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnusableRows(f"{path.name} is not in UTF-8: save it so.") from error
    except csv.Error as error:
        raise UnusableRows(f"{path.name}: {error}.") from error


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _names(header: str) -> list[str]:
    """What each column is, by our names; raises UnusableRows where one that is needed is missing."""
    known = {other: name for name, others in COLUMNS.items() for other in (name, *others)}
    given = [cell.strip().casefold() for cell in next(csv.reader([header], delimiter=_delimiter(header)), [])]
    names = [known.get(cell, cell) for cell in given]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise UnusableRows(f"There is no column {', '.join(missing)}; there are: {', '.join(given) or 'none'}.")
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise UnusableRows(f"Two columns are meant as {twice[0]}.")
    return names


class _Reading:
    """The rows while they are read."""

    def __init__(self, rows: Rows, settings: Settings) -> None:
        self._rows = rows
        self._settings = settings
        self._numbers = {name: array("d") for name in NUMBERS}
        self._category = array("q")
        self._has = array("B")
        self._codes: dict[str, int] = {}
        self._ends = array("q")
        self._lines = array("q")
        self._ids = array("q")
        self._end = 0

    def take(self, line: int, cells: Mapping[str, str], texts: Any) -> None:
        """One more row."""
        name = cells.get("id", "").strip() or (str(line - 1) if "id" not in cells else "")
        values, fault = _values(cells)
        self._ids.append(hash(name))
        if fault:
            self._rows.faults[fault].note(line)
            values = dict.fromkeys(NUMBERS, math.nan)
        for column, value in values.items():
            self._numbers[column].append(value)
        code = self._settings.code_of(cells.get("category", "").strip())
        self._category.append(self._codes.setdefault(code, len(self._codes)))
        self._lines.append(line)
        address, words = (fold(cells.get(each, "")) for each in ("address", "description"))
        device, photos = (cells.get(each, "").strip() for each in ("device", "photo_hash"))
        self._has.append(has_of(words=words, address=address, photos=photos, people=device))
        parts = [name, address, words, device, photos]
        text = _PART.join(part.replace(_PART, " ") for part in parts).encode("utf-8", "replace")
        texts.write(text)
        self._end += len(text)
        self._ends.append(self._end)

    def finish(self) -> None:
        """All was read."""
        rows = self._rows
        for name, values in self._numbers.items():
            setattr(rows, name, np.array(values, np.float64))
        rows.category = np.array(self._category, np.int64)
        rows.has = np.array(self._has, np.uint8)
        rows.categories = list(self._codes)
        rows._ends = np.array(self._ends, np.int64)
        self._leave_out_repeated()
        self._leave_out_exchanged()

    def _leave_out_repeated(self) -> None:
        """Rows whose id stood before, in whatever row."""
        rows, ids = self._rows, np.array(self._ids, np.int64)
        again = np.ones(len(ids), np.bool_)
        again[np.unique(ids, return_index=True)[1]] = False
        for row in np.flatnonzero(again & rows.usable):
            rows.faults["repeated_id"].note(self._lines[row])
            rows.lon[row] = rows.lat[row] = math.nan

    def _leave_out_exchanged(self) -> None:
        """Rows far from where the others are that would lie among them with longitude and latitude exchanged."""
        rows = self._rows
        if not rows.usable.any():
            return
        lon, lat = np.nanmedian(rows.lon), np.nanmedian(rows.lat)
        far = (np.abs(rows.lon - lon) > FAR_DEG) | (np.abs(rows.lat - lat) > FAR_DEG)
        near = (np.abs(rows.lat - lon) <= FAR_DEG) & (np.abs(rows.lon - lat) <= FAR_DEG)
        for row in np.flatnonzero(far & near):
            rows.faults["exchanged"].note(self._lines[row])
            rows.lon[row] = rows.lat[row] = math.nan


def _values(cells: Mapping[str, str]) -> tuple[dict[str, float], str]:
    """The numbers of a row, and the name of what is wrong with it, else nothing."""
    if any(name not in cells for name in NEEDED):
        return {}, "too_few_cells"
    lon, lat = read_number(cells["lon"]), read_number(cells["lat"])
    at = read_moment(cells["created_at"])
    closed = read_moment(cells.get("closed_at", ""))
    accuracy = read_number(cells.get("accuracy_m", ""))
    values = {"lon": lon, "lat": lat, "accuracy_m": accuracy if accuracy >= 0 else math.nan, "at": at}
    values["closed_at"] = closed if closed >= at else math.inf
    return values, _fault(lon, lat, at)


def _fault(lon: float, lat: float, at: float) -> str:
    if math.isnan(lon) or math.isnan(lat):
        return "no_number"
    if abs(lat) > 90 >= abs(lon) and abs(lat) <= 180:
        return "exchanged"
    if abs(lon) > 180 or abs(lat) > 90:
        return "out_of_range"
    return "no_time" if math.isnan(at) else ""
