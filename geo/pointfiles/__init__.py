"""Files of points, read and written in chunks: what a row holds passes through untouched, and columns are added."""

from geo.pointfiles.base import Added, Chunk, Columns, Reader, UnusableFile, Writer
from geo.pointfiles.formats import FORMATS, format_of, open_reader, open_writer
from geo.pointfiles.places import STREAM, InPlace, OutPlace

__all__ = [
    "FORMATS",
    "STREAM",
    "Added",
    "Chunk",
    "Columns",
    "InPlace",
    "OutPlace",
    "Reader",
    "UnusableFile",
    "Writer",
    "format_of",
    "open_reader",
    "open_writer",
]
