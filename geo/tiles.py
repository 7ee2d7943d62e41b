"""Tiles of the square world, and what goes into them: points by the thousand from SQL, outlines from shapes.

A layer is made of what lies in the tile in an order of its own: the same content is the same bytes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
import shapely
from django.contrib.gis import geos
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, IntegerField, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.crs import WGS84
from geo.mvt import EXTENT, EXTENT_BITS, Steps, Value, area, layer
from geo.outlines import to_world
from geo.shapes import repair
from geo.world import SIZE, WorldBox, lat_at, lon_at, shift

DEEPEST: Final = 24
BUFFER: Final = 64  # steps by which outlines reach beyond the tile, so that its edge is not drawn as one of theirs

_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


class NoSuchTile(ValueError):
    """The numbers name no tile of the square world."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Cell x, y of level z of the square world."""

    z: int
    x: int
    y: int

    @classmethod
    def named(cls, z: str, x: str, y: str) -> Self:
        """The tile of an address, zoom 0 to 24; raises NoSuchTile."""
        if not all(map(_WHOLE.fullmatch, (z, x, y))):
            raise NoSuchTile
        tile = cls(int(z), int(x), int(y))
        if tile.z > DEEPEST or max(tile.x, tile.y) >> tile.z:
            raise NoSuchTile
        return tile

    @property
    def box(self) -> WorldBox:
        """Its units."""
        return WorldBox.of_tile(z=self.z, x=self.x, y=self.y)

    @property
    def degrees(self) -> geos.Polygon:
        """Its ground in WGS 84, a little larger than it is, and up to the poles where the square world ends."""
        box = self.box
        south = -90 if box.y1 == SIZE - 1 else lat_at(box.y1 + 2)
        north = 90 if box.y0 == 0 else lat_at(box.y0 - 1)
        ground: geos.Polygon = geos.Polygon.from_bbox((lon_at(box.x0 - 1), south, lon_at(box.x1 + 2), north))
        ground.srid = WGS84
        return ground

    def steps(self, units: Steps) -> Steps:
        """The steps within the tile, 0 to 4,095, of units in it, by row (x, y)."""
        box, bits = self.box, shift(self.z) - EXTENT_BITS
        inside = units - (box.x0, box.y0)
        return inside >> bits if bits >= 0 else inside << -bits


@dataclass(frozen=True, kw_only=True)
class Points:
    """Points by row (x, y) in units of the square world; in the same order, a text (UTF-8) and numbers of each."""

    units: Steps
    texts: NDArray[np.bytes_]
    numbers: dict[str, Steps]

    def and_also(self, others: Self) -> Self:
        """These and others together."""
        numbers = {name: np.concatenate([column, others.numbers[name]]) for name, column in self.numbers.items()}
        texts = np.concatenate([self.texts, others.texts])
        return replace(self, units=np.concatenate([self.units, others.units]), texts=texts, numbers=numbers)

    def ordered(self) -> Self:
        """The same in the order of their texts."""
        order = _order(self.texts)
        numbers = {name: column[order] for name, column in self.numbers.items()}
        return replace(self, units=self.units[order], texts=self.texts[order], numbers=numbers)


def _order(texts: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """The order of texts. Their first eight octets nearly always tell, and numbers are sorted ten times as fast."""
    width = -(-max(8, texts.dtype.itemsize) // 8) * 8
    heads = np.ascontiguousarray(texts.astype(f"S{width}").view(">u8")[:: width // 8]).astype(np.uint64)
    order = np.argsort(heads)
    ordered = heads[order]
    return order if (ordered[1:] > ordered[:-1]).all() else np.argsort(texts)


def read_points(rows: QuerySet[Any], *, x: str, y: str, text: str, numbers: Mapping[str, Combinable]) -> Points:
    """The places of the rows, a text and some small whole numbers of each, in one query and in no order.

    `x`, `y` and `text` name columns that are never null. PostGIS could write the tile itself, but took three times as
    long.
    """
    columns = {"at_x": F(x), "at_y": F(y), **{f"n{place}": each for place, each in enumerate(numbers.values())}}
    chosen = rows.annotate(said=F(text), **{name: Cast(each, IntegerField()) for name, each in columns.items()})
    places, texts = _packed(chosen.values("said", *columns), list(columns))
    found = np.frombuffer(places or b"", dtype=">i4").astype(np.int64).reshape(-1, len(columns))
    return Points(
        units=found[:, :2],
        texts=np.array(texts.encode().split(b"\x1f") if texts else [], dtype=np.bytes_),
        numbers={name: found[:, 2 + place] for place, name in enumerate(numbers)},
    )


def _packed(chosen: QuerySet[Any], columns: Sequence[str]) -> tuple[bytes | None, str | None]:
    """The numbers in those columns of each row, and all that is `said`; None for each where there is no row."""
    try:
        inner, params = chosen.query.sql_with_params()
    except EmptyResultSet:  # nothing can match: no need to ask
        return None, None
    packed = " || ".join(f"int4send({column})" for column in columns)
    sql = f"SELECT string_agg({packed}, ''), string_agg(said, chr(31)) FROM ({inner}) AS chosen"  # noqa: S608
    with connections[chosen.db].cursor() as cursor:
        cursor.execute(sql, params)
        places, texts = cursor.fetchone()
    return places, texts


def outline_layer(shapes: Iterable[tuple[MultiPolygon, Mapping[str, Value]]], *, name: str, tile: Tile) -> bytes:
    """The lon/lat shapes with their properties, as far as they touch the tile, as a layer of polygons."""
    window = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    bits, box, around = shift(tile.z) - EXTENT_BITS, tile.box, _around(tile)
    features = []
    for shape, properties in shapes:
        if not around.intersects(shapely.box(*shape.bounds)):
            continue
        steps = shapely.transform(to_world(shape), lambda units: (units - (box.x0, box.y0)) / 2.0**bits)
        inside = shapely.intersection(repair(steps), window, grid_size=1)  # edges straight in degrees may cross here
        if inside.area > 0:
            features.append(area(inside, properties))
    return layer(name, features)


def _around(tile: Tile) -> Polygon:
    """The tile with its buffer in WGS 84, longitude before latitude."""
    box, more = tile.box, BUFFER << shift(tile.z) >> EXTENT_BITS
    west, south = lon_at(box.x0 - more - 1), lat_at(box.y1 + more + 1)
    return shapely.box(west, south, lon_at(box.x1 + more + 1), lat_at(box.y0 - more - 1))
