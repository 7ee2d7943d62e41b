"""Editions of boundaries as GeoJSON and as layers of tiles, made once in each process."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import shapely
from shapely import MultiPolygon

from geo.tiles import Tile, outline_layer
from jurisdictions.editions import Edition, Place

PROPERTIES = ("code", "name_fa", "name_en", "parent_level", "parent_code", "city_code")


@lru_cache(maxsize=64)
def collection_of(edition: Edition, *, zoom: int, city: str | None) -> bytes:
    """The places of a city (None: of all) as an RFC 7946 FeatureCollection, drawn for a zoom."""
    chosen = [
        (place, shape)
        for place, shape in zip(edition.places, edition.outlines(zoom), strict=True)
        if city in (None, place.city_code)
    ]
    members: dict[str, Any] = {"type": "FeatureCollection"}
    if chosen:
        members["bbox"] = shapely.total_bounds([shape for _, shape in chosen]).tolist()
    members["features"] = [_feature(edition.level, place, shape) for place, shape in chosen]
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def with_links(collection: bytes, links: Sequence[Mapping[str, str]]) -> bytes:
    """The collection with links as in OGC API (`rel`, `href`, `type`)."""
    return b'%s,"links":%s}' % (collection[:-1], json.dumps(links).encode())


@lru_cache(maxsize=2048)
def layer_of(edition: Edition, *, name: str, tile: Tile) -> bytes:
    """The places that a tile shows, as a layer; names and codes that are empty are left out."""
    shapes = zip(edition.places, edition.outlines(tile.z), strict=True)
    return outline_layer(((shape, _properties(edition.level, place)) for place, shape in shapes), name=name, tile=tile)


def _properties(level: str, place: Place) -> dict[str, str | None]:
    return {"level": level, **{name: getattr(place, name) or None for name in PROPERTIES}}


def _feature(level: str, place: Place, shape: MultiPolygon) -> dict[str, Any]:
    said = {"level": level, **{name: getattr(place, name) for name in PROPERTIES}, "first_day": place.first_day}
    return {"type": "Feature", "id": place.code, "geometry": shapely.geometry.mapping(shape), "properties": said}
