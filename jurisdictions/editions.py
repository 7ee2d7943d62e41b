"""The boundaries of a level as maps draw them: one edition for as long as they stay what they are.

An edition is known by its version, which is made of all that it shows, and of the library that draws it. Asking for
today's costs one small query; shapes are read when a version is new to the process, in the statement that computes it.
So every process answers with what is in force, from the city's midnight on, whoever puts it in force.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

import shapely
from django.db import connection
from shapely import MultiPolygon

from geo.outlines import WHOLE, outlines
from geo.shapes import as_multipolygon

MOST_KEPT: Final = 32  # editions in memory; those longest not asked for go

_DRAWN = f"1 {shapely.geos_version_string}"  # count up where the same boundaries come to be drawn differently

_COLUMNS = ("code", "name_fa", "name_en", "parent_level", "parent_code", "city_code", "first_day")

# The boundaries of some levels in force at a moment, each city on its own calendar: the cities first, for what lies in
# one has no time zone. `said` is all that an edition says of a boundary; its area stands for its shape.
_HELD = """
WITH city AS MATERIALIZED (
    SELECT id, code, (%(at)s::timestamptz AT TIME ZONE time_zone)::date AS today
    FROM jurisdictions_jurisdiction WHERE root_id IS NULL
), held AS MATERIALIZED (
    SELECT level.code AS level, place.id AS place_id, place.code, place.name_fa, place.name_en,
           parent_level.code AS parent_level, parent.code AS parent_code, city.code AS city_code,
           lower(boundary.in_force) AS first_day, boundary.id AS boundary_id, ROW(
               boundary.id, boundary.area_m2, place.code, place.name_fa, place.name_en, parent_level.code, parent.code,
               city.code, lower(boundary.in_force)
           )::text AS said
    FROM jurisdictions_boundary AS boundary
    JOIN jurisdictions_jurisdiction AS place ON place.id = boundary.jurisdiction_id
    JOIN city ON city.id = coalesce(place.root_id, place.id)
    JOIN jurisdictions_level AS level ON level.id = place.level_id
    LEFT JOIN jurisdictions_jurisdiction AS parent ON parent.id = place.parent_id
    LEFT JOIN jurisdictions_level AS parent_level ON parent_level.id = parent.level_id
    WHERE level.code = ANY(%(levels)s) AND boundary.in_force @> city.today
)"""

_SUMS = f"{_HELD} SELECT level, md5(string_agg(said, ' ' ORDER BY boundary_id)) FROM held GROUP BY level"  # noqa: S608

_READ = f"""
{_HELD}
SELECT {", ".join(f"held.{column}" for column in _COLUMNS)}, ST_AsBinary(boundary.shape),
       (SELECT md5(string_agg(said, ' ' ORDER BY boundary_id)) FROM held)
FROM held JOIN jurisdictions_boundary AS boundary ON boundary.id = held.boundary_id
ORDER BY held.city_code, held.place_id"""  # noqa: S608 - our own text; the values are bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A jurisdiction and its boundary (WGS 84, longitude before latitude), as stored."""

    code: str
    name_fa: str
    name_en: str
    parent_level: str | None
    parent_code: str | None
    city_code: str
    first_day: str
    shape: MultiPolygon


@dataclass(frozen=True, eq=False, kw_only=True)
class Edition:
    """The places of one level, in the order of their cities and of their making."""

    level: str
    version: str
    places: tuple[Place, ...]
    _drawn: dict[int, list[MultiPolygon]] = field(default_factory=dict, repr=False)

    def outlines(self, zoom: int) -> list[MultiPolygon]:
        """The shapes of the places for a zoom (see geo.outlines); each city's level is drawn as one."""
        zoom = min(zoom, WHOLE)
        if zoom not in self._drawn:
            drawn: list[MultiPolygon] = []
            for city in dict.fromkeys(place.city_code for place in self.places):
                drawn += outlines([place.shape for place in self.places if place.city_code == city], zoom=zoom)
            self._drawn[zoom] = drawn
        return self._drawn[zoom]

    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all places in degrees; None where there are none."""
        if not self.places:
            return None
        west, south, east, north = shapely.total_bounds([place.shape for place in self.places])
        return float(west), float(south), float(east), float(north)


_kept: OrderedDict[tuple[str, str], Edition] = OrderedDict()
_keeping = Lock()


def versions_at(at: datetime, *, levels: Sequence[str]) -> dict[str, str]:
    """The version of each level's edition at that moment; a level without boundaries has one as well."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"levels": list(levels), "at": at})
        sums: dict[str, str] = dict(cursor.fetchall())
    return {level: _version(sums.get(level)) for level in levels}


def editions_at(at: datetime, *, levels: Sequence[str]) -> dict[str, Edition]:
    """The editions of these levels at that moment."""
    versions = versions_at(at, levels=levels)
    return {level: _remembered(level, version) or _read(level, at) for level, version in versions.items()}


def version_of(editions: Iterable[Edition]) -> str:
    """The version of several editions together."""
    return _version(" ".join(f"{edition.level} {edition.version}" for edition in editions))


def _remembered(level: str, version: str) -> Edition | None:
    with _keeping:
        edition = _kept.get((level, version))
        if edition is not None:
            _kept.move_to_end((level, version))
        return edition


def _read(level: str, at: datetime) -> Edition:
    """Read an edition; its version is computed with it, and may be newer than the one just asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"levels": [level], "at": at})
        rows = cursor.fetchall()
    version = _version(rows[0][-1] if rows else None)
    edition = Edition(level=level, version=version, places=tuple(map(_place, rows)))
    with _keeping:
        _kept[level, version] = edition
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return edition


def _place(row: Sequence[Any]) -> Place:
    said: Mapping[str, Any] = dict(zip(_COLUMNS, row, strict=False))
    shape = as_multipolygon(shapely.from_wkb(bytes(row[len(_COLUMNS)])))
    return Place(**{**said, "first_day": said["first_day"].isoformat()}, shape=shape)


def _version(summed: str | None) -> str:
    return hashlib.blake2b(f"{_DRAWN} {summed}".encode(), digest_size=8).hexdigest()
