"""Layers of vector tiles (Mapbox Vector Tile 2.1) written from Python: for what is few, such as clusters and outlines.

Coordinates are steps within the tile: 0 to EXTENT, x eastwards, y southwards, beyond that outside of it. The bytes of
layers one after the other are a tile.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.shapes import polygons_of

CONTENT_TYPE: Final = "application/vnd.mapbox-vector-tile"
EXTENT_BITS: Final = 12
EXTENT: Final = 1 << EXTENT_BITS  # how many steps a tile has along each edge

Value = str | bool | int | float | None
Steps = NDArray[np.int64]

_Bytes = tuple[NDArray[np.uint8], Steps]
"""Octets in rows, and how many of each row's count: the others are there to fill the array."""

_POINT, _POLYGON = 1, 3
_MOVE, _LINE, _CLOSE = 1, 2, 7
_VARINT, _BYTES = 0, 2


@dataclass(frozen=True, slots=True)
class Words:
    """What a property says of many rows: `distinct` texts (UTF-8), and `which` of them is each row's."""

    distinct: NDArray[np.bytes_]
    which: Steps


@dataclass(frozen=True, slots=True)
class Feature:
    """A geometry in the commands of the format, and its properties; one that is None is left out."""

    kind: int
    commands: Sequence[int]
    properties: Mapping[str, Value]


def point(x: int, y: int, properties: Mapping[str, Value]) -> Feature:
    """A feature at one place."""
    return Feature(_POINT, (_MOVE | 1 << 3, _zigzag(x), _zigzag(y)), properties)


def area(ground: BaseGeometry, properties: Mapping[str, Value]) -> Feature:
    """A feature of the valid polygons of `ground`, whose coordinates are whole numbers."""
    commands: list[int] = []
    last = (0, 0)
    for polygon in shapely.orient_polygons(polygons_of(ground), exterior_cw=False):  # seen with y southwards: clockwise
        for ring in (polygon.exterior, *polygon.interiors):
            corners = [(round(x), round(y)) for x, y in ring.coords[:-1]]
            last = _draw(corners, commands, last)
    return Feature(_POLYGON, commands, properties)


def layer(name: str, features: Iterable[Feature]) -> bytes:
    """The features as a layer, in their order; no bytes where there are none."""
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    body = b"".join(_field(2, _feature(each, keys, values)) for each in features)
    if not body:
        return b""
    return _layer(name, body, keys, b"".join([_said(kind, value) for kind, value in values]))


def points(name: str, steps: Steps, properties: Mapping[str, Words]) -> bytes:
    """A layer of many points, in their order: places by row (x, y), and what each property says of every row."""
    if not len(steps):
        return b""
    tags: list[_Bytes] = []
    values = 0
    for number, words in enumerate(properties.values()):
        tags += (_constant(number, len(steps)), _varints(words.which + values))
        values += len(words.distinct)
    kind = [_constant(3 << 3, len(steps)), _constant(_POINT, len(steps))]
    geometry = [_constant(_MOVE | 1 << 3, len(steps)), *(_varints(column << 1) for column in steps.T)]
    body = _joined(_fields(2, [*_fields(2, tags), *kind, *_fields(4, geometry)]))
    return _layer(name, body, properties, b"".join(_texts(words.distinct) for words in properties.values()))


def _draw(corners: Sequence[tuple[int, int]], commands: list[int], last: tuple[int, int]) -> tuple[int, int]:
    """Append a closed ring to the commands; each step is told from the last one."""
    for number, (x, y) in enumerate(corners):
        if number == 0:
            commands.append(_MOVE | 1 << 3)
        elif number == 1:
            commands.append(_LINE | (len(corners) - 1) << 3)
        commands += (_zigzag(x - last[0]), _zigzag(y - last[1]))
        last = (x, y)
    commands.append(_CLOSE | 1 << 3)
    return last


def _layer(name: str, body: bytes, keys: Iterable[str], values: bytes) -> bytes:
    told = b"".join(_field(3, key.encode()) for key in keys)
    return _field(3, _field(1, name.encode()) + body + told + values + _number(5, EXTENT) + _number(15, 2))


def _feature(feature: Feature, keys: dict[str, int], values: dict[tuple[type, Value], int]) -> bytes:
    tags: list[int] = []
    for key, value in feature.properties.items():
        if value is not None:  # of two equal values of different types, such as 1 and true, each is kept
            tags.append(keys.setdefault(key, len(keys)))
            tags.append(values.setdefault((type(value), value), len(values)))
    return _field(2, _packed(tags)) + _KINDS[feature.kind] + _field(4, _packed(feature.commands))


@lru_cache(maxsize=4096)
def _said(kind: type, value: Value) -> bytes:
    """A value of a layer as a field. Its type tells equal values apart, such as 1 and true."""
    return _field(4, _value(value))


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return _field(1, value.encode())
    if isinstance(value, bool):
        return _number(7, int(value))
    if isinstance(value, int):
        return _number(6, _zigzag(value))
    return _varint(3 << 3 | 1) + struct.pack("<d", value)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _packed(numbers: Sequence[int]) -> bytes:
    most = max(numbers, default=0)
    if most < 0x80:  # most of all: an octet each
        return bytes(numbers)
    return b"".join([_SHORT[number] for number in numbers] if most < 0x4000 else map(_varint, numbers))


def _field(tag: int, content: bytes) -> bytes:
    return _SHORT[tag << 3 | _BYTES] + _varint(len(content)) + content


def _number(tag: int, number: int) -> bytes:
    return _varint(tag << 3 | _VARINT) + _varint(number)


def _varint(number: int) -> bytes:
    if number < 0x4000:
        return _SHORT[number]
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _varints(numbers: Steps) -> _Bytes:
    """Each number's varint in a row of its own."""
    rests = [numbers]
    while (rest := rests[-1] >> 7).any():
        rests.append(rest)
    goes_on = [rest > 0 for rest in rests[1:]]
    octets = np.empty((len(numbers), len(rests)), dtype=np.uint8, order="F")
    for place, rest in enumerate(rests):
        octets[:, place] = rest & 0x7F | goes_on[place] << 7 if place < len(goes_on) else rest
    return octets, 1 + sum((each.astype(np.int64) for each in goes_on), start=np.zeros(len(numbers), dtype=np.int64))


def _texts(words: NDArray[np.bytes_]) -> bytes:
    """Texts as the values of a layer."""
    octets = words.view(np.uint8).reshape(len(words), -1)
    return _joined(_fields(4, _fields(1, [(octets, np.char.str_len(words))])))


def _constant(number: int, count: int) -> _Bytes:
    """The same number, below 128, in so many rows."""
    return np.full((count, 1), number, dtype=np.uint8), np.ones(count, dtype=np.int64)


def _fields(tag: int, content: Sequence[_Bytes]) -> list[_Bytes]:
    """Rows of content as fields with that tag: in front of them the tag and each row's length."""
    lengths: Steps = sum((each for _, each in content), start=np.zeros(1, dtype=np.int64))
    return [_constant(tag << 3 | _BYTES, len(lengths)), _varints(lengths), *content]


def _joined(rows: Sequence[_Bytes]) -> bytes:
    """Row after row, without what only fills the arrays."""
    shape = len(rows[0][0]), sum(octets.shape[1] for octets, _ in rows)
    whole, is_there = np.empty(shape, dtype=np.uint8), np.ones(shape, dtype=bool)
    start = 0
    for octets, lengths in rows:
        width = octets.shape[1]
        whole[:, start : start + width] = octets
        for place in range(int(lengths.min()), width):
            is_there[:, start + place] = lengths > place
        start += width
    joined: bytes = whole[is_there].tobytes()
    return joined


_SHORT: Final = [bytes([number]) for number in range(0x80)]
_SHORT.extend(bytes([number & 0x7F | 0x80, number >> 7]) for number in range(0x80, 0x4000))
_KINDS: Final = {kind: _number(3, kind) for kind in (_POINT, _POLYGON)}
