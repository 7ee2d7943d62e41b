"""Parquet: columns go out with the types they came in with, and the new ones behind."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.pointfiles.base import Added, Chunk, Columns, Floats, Texts, UnusableFile, no_texts, numbers, texts_of

_ROWS = 32_768  # at once
_BUFFER = 1 << 20  # bytes of each column at once


class ParquetReader:
    """Reads a Parquet file in pieces; the coordinates are numbers, or texts that are numbers."""

    unit = "row"

    def __init__(self, source: BinaryIO, columns: Columns) -> None:
        if not source.seekable():
            raise UnusableFile("Parquet is read from a file, not from a stream.")
        try:
            self._file = pq.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER)
        except (pa.ArrowException, OSError) as error:
            raise UnusableFile(f"The file is no Parquet: {error}.") from error
        self.schema = self._file.schema_arrow
        if missing := [name for name in (columns.lon, columns.lat) if name not in self.schema.names]:
            raise UnusableFile(f"There is no column {missing[0]}.")
        columns.refuse_taken(self.schema.names)
        self._columns = columns

    def chunks(self) -> Iterator[Chunk]:
        """The rows."""
        count = 0
        try:
            for batch in self._file.iter_batches(batch_size=_ROWS, use_threads=False):
                yield self._chunk(batch, count)
                count += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise UnusableFile(f"After row {count}: {error}.") from error

    def _chunk(self, batch: Any, count: int) -> Chunk:
        category = self._columns.category
        has_category = category in batch.schema.names
        return Chunk(
            lon=_floats(batch.column(self._columns.lon)),
            lat=_floats(batch.column(self._columns.lat)),
            categories=_texts(batch.column(category)) if has_category else no_texts(batch.num_rows),
            numbers=range(count + 1, count + batch.num_rows + 1),
            rows=batch,
        )


class ParquetWriter:
    """Writes what ParquetReader reads."""

    def __init__(self, target: BinaryIO, columns: Columns, reader: ParquetReader) -> None:
        *texts, number = columns.added
        self._fields = [*(pa.field(name, pa.string()) for name in texts), pa.field(number, pa.float64())]
        self._schema = pa.schema([*reader.schema, *self._fields], metadata=reader.schema.metadata)
        self._writer = pq.ParquetWriter(target, self._schema, memory_pool=pa.default_memory_pool())

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write the rows of a chunk with their new columns."""
        which = pa.array(added.which)
        arrays = [
            pa.array([texts[place] or None for texts in added.texts], pa.string()).take(which)
            for place in range(len(self._fields) - 1)
        ]
        metres = pa.array(np.round(added.metres, 2), mask=np.isnan(added.metres))
        self._writer.write_batch(pa.record_batch([*chunk.rows.columns, *arrays, metres], schema=self._schema))

    def close(self) -> None:
        """Write what tells where the columns are."""
        self._writer.close()


def _floats(column: Any) -> Floats:
    """Numbers of any type, or texts of them; not a number where there is no value."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return numbers([text or "" for text in column.to_pylist()])
    try:
        found = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    except pa.ArrowException:
        return np.full(len(column), np.nan)
    return np.asarray(found, dtype=np.float64)


def _texts(column: Any) -> Texts:
    return texts_of(["" if value is None else str(value) for value in column.to_pylist()])
