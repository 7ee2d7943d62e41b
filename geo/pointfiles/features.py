"""GeoJSON and GeoJSONSeq: features go out as they came in, with new properties behind their own."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, TypeVar

import numpy as np

from geo.crs import WGS84, UnknownCrs, parse_crs
from geo.pointfiles.base import Added, Chunk, Columns, UnusableFile, texts_of

_BYTES = "latin-1"  # one letter a byte, as in CSV; what JSON itself is made of is ASCII
_BOM = b"\xef\xbb\xbf".decode(_BYTES)
_BLOCK = 1 << 20
_LONGEST = 1 << 26  # letters of a feature, or of what stands before the features
_FEATURES = 16_384  # at once
_SPACE = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n\x1e]*")  # RFC 8142 puts a record separator before each feature

_value = json.JSONDecoder().raw_decode
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: its point (not a number without one), category, and text before and after the new properties."""

    lon: float
    lat: float
    category: str
    before: str
    after: str


class _Text:
    """The text of a file, read as far as it is needed."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._text = ""
        self._at = 0
        self._more()
        self._text = self._text.removeprefix(_BOM)

    def take(self, parse: Callable[[str, int], tuple[T, int]], what: str) -> tuple[T, str]:
        """What `parse` finds here, and the text of it. Raises UnusableFile where it finds nothing to the end."""
        while True:
            try:
                found, end = parse(self._text, self._at)
            except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
                if self._more():
                    continue
                raise UnusableFile(f"{what} cannot be read: {error}.") from error
            if end == len(self._text) and self._more():  # it may go on
                continue
            text, self._at = self._text[self._at : end], end
            return found, text

    def next(self, space: re.Pattern[str] = _SPACE) -> str:
        """The next letter that is no space, which stays; "" at the end."""
        while True:
            self._at = _end_of(space, self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def rest(self) -> Iterator[str]:
        """All that is left."""
        yield self._text[self._at :]
        while block := self._source.read(_BLOCK):
            yield block.decode(_BYTES)

    def _more(self) -> bool:
        if len(self._text) - self._at > _LONGEST:
            return False
        block = self._source.read(_BLOCK)
        self._text, self._at = self._text[self._at :] + block.decode(_BYTES), 0
        return bool(block)


class GeoJsonReader:
    """Reads the features of a FeatureCollection one after the other."""

    unit = "feature"

    def __init__(self, source: BinaryIO, columns: Columns) -> None:
        self._text = _Text(source)
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
        head = self._text.next() + self._text.take(_letter("{"), "The file")[1]
        head = head[1:]
        while True:
            self._text.next()
            key, text = self._text.take(_member_name, "The file")
            head += text
            if key == "features":
                self._text.next()
                return head + self._text.take(_letter("["), "The list of features")[1]
            value, text = self._text.take(_value, f"The member {key}")
            if key == "crs":
                _refuse_other_crs(value)
            self._text.next()
            head += text + self._text.take(_letter(","), "A file without features")[1]

    def _features(self) -> Iterator[Feature]:
        number = 0
        while (letter := self._text.next()) != "]":
            if number:
                self._text.take(_letter(","), f"Feature {number + 1}")
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
        self._text = _Text(source)
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
        self._target.write(text.encode(_BYTES))


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
        members, end = _object(text, at)
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


def _object(text: str, at: int) -> tuple[dict[str, tuple[int, int, Any]], int]:
    """The members of the object that begins here: start, end and value of each; and where the object ends."""
    _nothing, at = _letter("{")(text, at)
    members: dict[str, tuple[int, int, Any]] = {}
    at = _end_of(_SPACE, text, at)
    while text[at] != "}":
        if members:
            at = _end_of(_SPACE, text, _letter(",")(text, at)[1])
        name, start = _member_name(text, at)
        value, end = _value(text, start)
        members[name] = (start, end, value)
        at = _end_of(_SPACE, text, end)
    return members, at + 1


def _member_name(text: str, at: int) -> tuple[str, int]:
    """The name of a member, and where its value begins."""
    name, at = _value(text, at)
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no name of a member")
    _nothing, at = _letter(":")(text, _end_of(_SPACE, text, at))
    return name, _end_of(_SPACE, text, at)


def _letter(expected: str) -> Callable[[str, int], tuple[None, int]]:
    def parse(text: str, at: int) -> tuple[None, int]:
        if text[at] != expected:
            raise ValueError(f"“{text[at : at + 20]}” stands where “{expected}” is due")
        return None, at + 1

    return parse


def _end_of(space: re.Pattern[str], text: str, at: int) -> int:
    found = space.match(text, at)
    return found.end() if found else at


def _point(members: dict[str, tuple[int, int, Any]]) -> tuple[float, float]:
    geometry = members.get("geometry", (0, 0, None))[2]
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        pair = geometry.get("coordinates")
        if isinstance(pair, list) and len(pair) >= 2 and all(type(each) in (int, float) for each in pair[:2]):
            return float(pair[0]), float(pair[1])
    return float("nan"), float("nan")


def _refuse_other_crs(crs: Any) -> None:
    """Refuse the member `crs` of old GeoJSON where it names another system than ours. Raises UnusableFile."""
    try:
        name = crs["properties"]["name"]
        is_ours = parse_crs(name).srid == WGS84
    except (TypeError, KeyError, UnknownCrs):
        name, is_ours = json.dumps(crs), crs is None
    if not is_ours:
        raise UnusableFile(f"The coordinates are in {name}, not in longitude and latitude (WGS 84).")
