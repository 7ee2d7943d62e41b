"""The formats there are, and who reads and writes each."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from geo.pointfiles.base import Columns, Reader, UnusableFile, Writer
from geo.pointfiles.columnar import ParquetReader, ParquetWriter
from geo.pointfiles.delimited import CsvReader, CsvWriter
from geo.pointfiles.features import GeoJsonReader, GeoJsonSeqReader, GeoJsonSeqWriter, GeoJsonWriter

_SUFFIXES = {
    "csv": [".csv", ".tsv", ".txt"],
    "geojson": [".geojson", ".json"],
    "geojsonseq": [".geojsonl", ".geojsons", ".geojsonseq", ".ndjson", ".jsonl"],
    "parquet": [".parquet", ".geoparquet", ".pq"],
}
FORMATS: Sequence[str] = tuple(_SUFFIXES)

# Its own pool keeps what it has had once; the system's gives it back, and memory stays as low as it can.
pa.set_memory_pool(pa.system_memory_pool())


def format_of(name: str) -> str | None:
    """The format that a file's name tells, .gz or not."""
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    return next((each for each, suffixes in _SUFFIXES.items() if suffix in suffixes), None)


def open_reader(source: BinaryIO, *, format: str, columns: Columns) -> Reader:
    """A reader of the file, its header read. Raises UnusableFile."""
    if format == "parquet":
        return ParquetReader(source, columns)
    if format == "csv":
        return CsvReader(source, columns)
    return GeoJsonReader(source, columns) if format == "geojson" else GeoJsonSeqReader(source, columns)


def open_writer(target: BinaryIO, *, format: str, columns: Columns, reader: Reader) -> Writer:
    """A writer of what the reader reads, as that format. Raises UnusableFile where rows are of another kind."""
    if isinstance(reader, GeoJsonReader | GeoJsonSeqReader) and format in ("geojson", "geojsonseq"):
        if format == "geojson":
            return GeoJsonWriter(target, columns, reader)
        return GeoJsonSeqWriter(target, columns)
    if isinstance(reader, CsvReader) and format == "csv":
        return CsvWriter(target, columns, reader)
    if isinstance(reader, ParquetReader) and format == "parquet":
        return ParquetWriter(target, columns, reader)
    raise UnusableFile("Rows go out as they come in: CSV to CSV, Parquet to Parquet, features to features.")
