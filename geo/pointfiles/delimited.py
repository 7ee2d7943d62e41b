"""CSV: lines go out as they came in, byte for byte, with the new columns behind."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from geo.pointfiles.base import Added, Chunk, Columns, Texts, UnusableFile, no_texts, numbers, texts_of

# Where a row is looked at as text, a letter is a byte: whatever the encoding, what was read is what is written.
_BYTES = "latin-1"
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"
_BLOCK = 1 << 20  # bytes at once


class CsvReader:
    """Reads a CSV file with a header. The delimiter is the one by which the header has the columns of the point."""

    unit = "line"

    def __init__(self, source: BinaryIO, columns: Columns) -> None:
        self._source = source
        self.header = source.readline()
        if not self.header.strip() or self.header.startswith(_UTF16):
            raise UnusableFile("The file is UTF-16: save it as UTF-8." if self.header.strip() else "The file is empty.")
        self.end = b"\r\n" if self.header.endswith(b"\r\n") else b"\n"
        self.delimiter, names = _split_header(self.header.removeprefix(_BOM).decode(_BYTES), columns)
        columns.refuse_taken(names)
        self._width = len(names)
        read = [columns.lon, columns.lat, *([columns.category] if columns.category in names else [])]
        self._places = [names.index(name) for name in read]

    def chunks(self) -> Iterator[Chunk]:
        """The rows, each of one line or more. Blank lines are left out, rows that end early are filled up."""
        before = 1
        while block := self._source.read(_BLOCK) + self._source.readline():
            chunk, count = self._quickly(block, before) or self._slowly(block, before)
            before += count
            yield chunk

    def _quickly(self, block: bytes, before: int) -> tuple[Chunk, int] | None:
        """The chunk where each line is a row, and how many there are; None where it takes a closer look."""
        if block.count(b'"') % 2 or not block.endswith(self.end):  # a row goes on in the next block, or is the last
            return None
        try:
            table = self._table(block)
            lon, lat = (table.column(place).cast(pa.float64()).to_numpy() for place in (0, 1))
        except pa.ArrowException:
            return None
        lines = pc.split_pattern(pa.scalar(block[: -len(self.end)], pa.binary()), pattern=self.end).values
        count = table.num_rows
        if count != len(lines) or block.count(b"\n") != count:
            return None
        chunk = Chunk(
            lon=lon,
            lat=lat,
            categories=_each_once(table.column(2)) if len(self._places) > 2 else no_texts(count),
            numbers=range(before + 1, before + 1 + count),
            rows=lines,
        )
        return chunk, count

    def _table(self, block: bytes) -> Any:
        """The columns that are read, as texts. Raises pa.ArrowException where rows are not all alike."""
        names = [str(place) for place in range(self._width)]
        wanted = [names[place] for place in self._places]
        return pa_csv.read_csv(
            pa.py_buffer(block),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
            parse_options=pa_csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
            ),
        )

    def _slowly(self, block: bytes, before: int) -> tuple[Chunk, int]:
        """The chunk, row by row, and how many lines it takes: the last row may go on behind the block."""
        lines = list(StringIO(block.decode(_BYTES), newline=""))
        cells: list[list[str]] = []
        begins, rows, count, begin = [], [], len(lines), 0
        reader = csv.reader(self._feed(lines), delimiter=self.delimiter, strict=True)
        try:
            for fields in reader:
                end = reader.line_num
                if fields:
                    rows.append(self._filled_up(fields, "".join(lines[begin:end]), before + begin + 1))
                    cells.append([fields[place] for place in self._places])
                    begins.append(before + begin + 1)
                begin = end
                if end >= count:
                    break
        except csv.Error as error:
            raise UnusableFile(f"Line {before + begin + 1}: {error}.") from error
        lon, lat, *categories = zip(*cells, strict=True) if cells else ((), ())
        chunk = Chunk(
            lon=numbers(lon),
            lat=numbers(lat),
            categories=texts_of(categories[0]) if categories else no_texts(len(rows)),
            numbers=begins,
            rows=pa.array([row.rstrip("\r\n").encode(_BYTES) for row in rows], pa.binary()),
        )
        return chunk, len(lines)

    def _feed(self, lines: list[str]) -> Iterator[str]:
        yield from list(lines)
        while line := self._source.readline().decode(_BYTES):
            lines.append(line)
            yield line

    def _filled_up(self, fields: list[str], text: str, line: int) -> str:
        """The text of a row, it and the fields with the columns that they lack. Raises UnusableFile for too many."""
        lacking = self._width - len(fields)
        if not lacking:
            return text
        if lacking < 0:
            raise UnusableFile(f"Line {line} has {len(fields)} columns where the header has {self._width}.")
        fields += [""] * lacking
        return text.rstrip("\r\n") + self.delimiter * lacking


class CsvWriter:
    """Writes what CsvReader reads."""

    def __init__(self, target: BinaryIO, columns: Columns, reader: CsvReader) -> None:
        self._target, self._delimiter, self._end = target, reader.delimiter, reader.end
        self._tails: list[bytes] = []
        self._target.write(reader.header.rstrip(b"\r\n") + self._tail(columns.added) + self._end)

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write the rows of a chunk with their new columns."""
        self._tails += [self._tail((*texts, "")) for texts in added.texts[len(self._tails) :]]
        tails = pa.array(self._tails, pa.binary()).take(pa.array(added.which))
        metres = pa.array(np.round(added.metres, 2), mask=np.isnan(added.metres)).cast(pa.decimal128(14, 2))
        texts = pc.fill_null(metres.cast(pa.string()), "").cast(pa.binary())
        lines = pc.binary_join_element_wise(chunk.rows, tails, texts, pa.scalar(self._end), pa.scalar(b""))
        if len(lines):
            self._target.write(lines.buffers()[2])

    def close(self) -> None:
        """Nothing comes after the last row."""

    def _tail(self, texts: Sequence[str]) -> bytes:
        line = StringIO()
        csv.writer(line, delimiter=self._delimiter, lineterminator="").writerow(("", *texts))
        return line.getvalue().encode()


def _each_once(column: Any) -> Texts:
    """What `texts_of` says of a column, without a look at each row."""
    encoded = column.combine_chunks().dictionary_encode()
    return Texts([text.strip() for text in encoded.dictionary.to_pylist()], encoded.indices.to_numpy().astype(np.intp))


def _split_header(line: str, columns: Columns) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns. Raises UnusableFile where those of the point are not among them."""
    for delimiter in _DELIMITERS:
        names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
        if columns.lon in names and columns.lat in names:
            return delimiter, names
    raise UnusableFile(f"The header has no columns {columns.lon} and {columns.lat}.")
