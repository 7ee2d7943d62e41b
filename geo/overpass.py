"""Overpass JSON (`out geom`): ways and routes become lines, relations polygons, `subarea` members a hierarchy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo.shapes import as_multipolygon

_INNER_ROLES = {"inner"}
_OUTER_ROLES = {"outer", ""}
_LINE_TAGS = {"highway", "railway", "waterway", "barrier"}  # closed ways with one of these are lines


class BrokenRing(ValueError):
    """The ways of a relation do not close into rings, or one of them came without its coordinates."""


@dataclass(frozen=True, kw_only=True)
class Element:
    """An OSM way or relation with its tags, its shape in lon/lat, and the relations that are its subareas."""

    id: int
    tags: Mapping[str, str]
    geometry: BaseGeometry
    subareas: frozenset[int] = frozenset()

    @property
    def ground(self) -> BaseGeometry:
        """The shape, and of a way that closes and is no street the polygon inside: so OSM draws parks and squares."""
        is_ring = isinstance(self.geometry, LineString) and self.geometry.is_ring
        if not is_ring or self.tags.get("area") == "no" or self.tags.keys() & _LINE_TAGS:
            return self.geometry
        return Polygon(self.geometry.coords)


def read_elements(document: Mapping[str, Any]) -> list[Element]:
    """The tagged ways and relations of an Overpass answer, in its order. Raises BrokenRing."""
    return [_element(row) for row in document["elements"] if row.get("tags") and row["type"] in ("way", "relation")]


def _element(row: Mapping[str, Any]) -> Element:
    if row["type"] == "way":
        return Element(id=row["id"], tags=row["tags"], geometry=_line(row))
    if row["tags"].get("type") == "route":
        ways = [_line(member) for member in row["members"] if member["type"] == "way"]
        return Element(id=row["id"], tags=row["tags"], geometry=MultiLineString(ways))
    return Element(
        id=row["id"], tags=row["tags"], geometry=_polygon(row), subareas=frozenset(_subareas(row["members"]))
    )


def _subareas(members: Iterable[Mapping[str, Any]]) -> Iterable[int]:
    return (member["ref"] for member in members if member["type"] == "relation" and member["role"] == "subarea")


def _line(way: Mapping[str, Any]) -> LineString:
    points = way.get("geometry")
    if not points or None in points:
        raise BrokenRing(f"way {way.get('ref', way.get('id'))} has no complete geometry; ask with `out geom`")
    return LineString([(point["lon"], point["lat"]) for point in points])


def _polygon(relation: Mapping[str, Any]) -> BaseGeometry:
    ways = [member for member in relation["members"] if member["type"] == "way"]
    outer = _ground([_line(way) for way in ways if way["role"] in _OUTER_ROLES], relation)
    inner = _ground([_line(way) for way in ways if way["role"] in _INNER_ROLES], relation)
    return as_multipolygon(outer.difference(inner))


def _ground(lines: list[LineString], relation: Mapping[str, Any]) -> BaseGeometry:
    polygons, cuts, dangles, broken = shapely.polygonize_full([shapely.union_all(lines)])
    if not (cuts.is_empty and dangles.is_empty and broken.is_empty):
        raise BrokenRing(f"the ways of relation {relation['id']} do not close into rings")
    return shapely.union_all(polygons)
