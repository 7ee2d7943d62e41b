"""GeoJSON and GeoJSONSeq: features go out as they came in, with new properties behind their own."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

from geo.crs import is_wgs84
from geo.pointfiles.base import Added, Chunk, Columns, UnusableFile, texts_of
from geo.pointfiles.jsontext import BYTES, JsonText, expect, member_name, members_of, read_value

_FEATURES = 16_384  # at once
_BETWEEN = re.compile(r"[ \t\r\n\x1e]*")  # RFC 8142 puts a record separator before each feature


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: its point (not a number without one), category, and text before and after the new properties."""

    lon: float
    lat: float
    category: str
    before: str
    after: str


class GeoJsonReader:
    """Reads the features of a FeatureCollection one after the other."""

    unit = "feature"

    def __init__(self, source: BinaryIO, columns: Columns) -> None:
        self._text = JsonText(source)
        self._parse = _FeatureParser(columns)
        self.head = self._read_head()

    def chunks(self) -> Iterator[Chunk]:
        """The features."""
        return _chunks(self._features())

    def tail(self) -> Iterator[str]:
        """What stands behind the features."""
        return self._text.rest()

    def _read_head(self) -> str:
        """The text before the first feature."""
        self._text.next()
        head = self._text.take(expect("{"), "The file")[1]
        while True:
            self._text.next()
            key, text = self._text.take(member_name, "The file")
            head += text
            if key == "features":
                self._text.next()
                return head + self._text.take(expect("["), "The list of features")[1]
            value, text = self._text.take(read_value, f"The member {key}")
            if key == "crs":
                _refuse_other_crs(value)
            self._text.next()
            head += text + self._text.take(expect(","), "A file without features")[1]

    def _features(self) -> Iterator[Feature]:
        number = 0
        while (letter := self._text.next()) != "]":
            if number:
                self._text.take(expect(","), f"Feature {number + 1}")
                self._text.next()
            elif not letter:
                raise UnusableFile("The file ends within the list of features.")
            number += 1
            yield self._text.take(self._parse, f"Feature {number}")[0]


class GeoJsonSeqReader:
    """Reads features that stand one after the other, a line each."""

    unit = "feature"
    head = '{"type":"FeatureCollection","features":['

    def __init__(self, source: BinaryIO, columns: Columns) -> None:
        self._text = JsonText(source)
        self._parse = _FeatureParser(columns)

    def chunks(self) -> Iterator[Chunk]:
        """The features."""
        return _chunks(self._features())

    def tail(self) -> Iterator[str]:
        """What ends a collection of them."""
        return iter(["]}\n"])

    def _features(self) -> Iterator[Feature]:
        number = 0
        while self._text.next(_BETWEEN):
            number += 1
            yield self._text.take(self._parse, f"Feature {number}")[0]


class _FeatureWriter:
    """Writes features with their new properties; what stands around them is the formats'."""

    def __init__(self, target: BinaryIO, columns: Columns) -> None:
        self._target = target
        self._names = [json.dumps(name) for name in columns.added]
        self._middles: list[str] = []

    def _features(self, chunk: Chunk, added: Added) -> Iterator[str]:
        """The text of each feature."""
        for texts in added.texts[len(self._middles) :]:
            members = [f"{name}:{json.dumps(text or None)}" for name, text in zip(self._names, texts, strict=False)]
            self._middles.append(",".join([*members, f"{self._names[-1]}:"]))
        for feature, which, metres in zip(chunk.rows, added.which.tolist(), added.metres.tolist(), strict=True):
            number = f"{metres:.2f}" if metres == metres else "null"
            yield f"{feature.before}{self._middles[which]}{number}{feature.after}"

    def _put(self, text: str) -> None:
        self._target.write(text.encode(BYTES))


class GeoJsonWriter(_FeatureWriter):
    """Writes a FeatureCollection, with the other members of the one that was read."""

    def __init__(self, target: BinaryIO, columns: Columns, reader: GeoJsonReader | GeoJsonSeqReader) -> None:
        super().__init__(target, columns)
        self._reader = reader
        self._between = "\n"
        self._put(reader.head)

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write the features of a chunk with their new properties."""
        for feature in self._features(chunk, added):
            self._put(self._between + feature)
            self._between = ",\n"

    def close(self) -> None:
        """End the list of features, and write what stood behind it."""
        self._put("\n")
        for text in self._reader.tail():
            self._put(text)


class GeoJsonSeqWriter(_FeatureWriter):
    """Writes a feature a line."""

    def write(self, chunk: Chunk, added: Added) -> None:
        """Write the features of a chunk with their new properties."""
        for feature in self._features(chunk, added):
            self._put(feature.replace("\r", " ").replace("\n", " ") + "\n")  # outside of texts, where JSON has none

    def close(self) -> None:
        """Nothing comes after the last feature."""


class _FeatureParser:
    """Reads a feature, and finds the place for new properties in its text."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __call__(self, text: str, at: int) -> tuple[Feature, int]:
        """The feature that begins here, and where it ends."""
        members, end = members_of(text, at)
        start, stop, properties = members.get("properties", (at + 1, at + 1, None))
        if isinstance(properties, dict):
            self._columns.refuse_taken(properties)
            before, after = text[at : stop - 1] + ("," if properties else ""), text[stop - 1 : end]
        elif "properties" in members:
            before, after = text[at:start] + "{", "}" + text[stop:end]
        else:
            before, after = '{"properties":{', "}" + ("," if members else "") + text[start:end]
        lon, lat = _point(members)
        return Feature(lon, lat, self._category_of(properties), before, after), end

    def _category_of(self, properties: object) -> str:
        found = properties.get(self._columns.category) if isinstance(properties, dict) else None
        return found.strip() if isinstance(found, str) else json.dumps(found) if found is not None else ""


def _chunks(features: Iterator[Feature]) -> Iterator[Chunk]:
    count = 0
    while rows := list(islice(features, _FEATURES)):
        yield Chunk(
            lon=np.array([row.lon for row in rows], dtype=np.float64),
            lat=np.array([row.lat for row in rows], dtype=np.float64),
            categories=texts_of([row.category for row in rows]),
            numbers=range(count + 1, count + len(rows) + 1),
            rows=rows,
        )
        count += len(rows)


def _point(members: dict[str, tuple[int, int, Any]]) -> tuple[float, float]:
    geometry = members.get("geometry", (0, 0, None))[2]
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        pair = geometry.get("coordinates")
        if isinstance(pair, list) and len(pair) >= 2 and all(type(each) in (int, float) for each in pair[:2]):
            return _number(pair[0]), _number(pair[1])
    return float("nan"), float("nan")


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return float("nan")


def _refuse_other_crs(crs: Any) -> None:
    """Refuse the member `crs` of old GeoJSON where it names another system than ours. Raises UnusableFile."""
    try:
        name = crs["properties"]["name"]
        is_ours = is_wgs84(name)
    except (TypeError, KeyError):
        name, is_ours = json.dumps(crs), crs is None
    if not is_ours:
        raise UnusableFile(f"The coordinates are in {name}, not in longitude and latitude (WGS 84).")
