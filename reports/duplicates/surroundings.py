"""Reports of a city and whatever lies around them, in numbers: read in one go, tile of ground by tile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from jurisdictions.models import Category
from reports.duplicates.bounds import has_of
from reports.duplicates.pairing import M_PER_DEG, Floats, Ints
from reports.duplicates.settings import Settings
from reports.photos.likeness import hashes_of
from reports.workflow import CLOSED

_PLACES: Final = "SELECT ST_X(location), ST_Y(location) FROM reports_report WHERE root_id = %s AND id = ANY(%s)"
_AROUND: Final = """
SELECT DISTINCT ON (report.id) report.id, ST_X(report.location), ST_Y(report.location), report.accuracy_m,
       report.category_id, extract(epoch FROM report.received_at)::float8,
       CASE WHEN report.status = ANY(%(closed)s) THEN extract(epoch FROM report.status_at)::float8
            ELSE 'infinity'::float8 END,
       report.description <> '', report.address <> ''
FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
         AS tile (west, south, east, north)
JOIN reports_report AS report
     ON report.location && ST_MakeEnvelope(tile.west, tile.south, tile.east, tile.north, 4326)
WHERE report.root_id = %(city)s
ORDER BY report.id"""


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """Reports as arrays, by their keys in order; see `bounds.Numbers`. All have a place. Not to be changed."""

    keys: Ints
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    category: Ints
    categories: list[str]
    at: Floats
    closed_at: Floats
    has: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """All of them."""
        return np.ones(len(self.keys), np.bool_)

    def places_of(self, keys: Sequence[int]) -> Ints:
        """Where these stand in the arrays; those that are not there are left out."""
        wanted = np.array(sorted(keys), np.int64)
        return np.flatnonzero(np.isin(self.keys, wanted, assume_unique=True))


def read_surroundings(keys: Sequence[int], *, city_id: int, settings: Settings) -> Surroundings:
    """These reports of a city, and all others within the widest radius of any."""
    radius_m = max(each.radius_m for each in (settings.default, *settings.profiles.values()))
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [city_id, list(keys)])
        places = np.array(cursor.fetchall(), np.float64).reshape(-1, 2)
        tiles = tiles_around(places[:, 0], places[:, 1], radius_m=radius_m)
        closed = [str(status) for status in CLOSED]
        cursor.execute(_AROUND, {**tiles, "city": city_id, "closed": closed})
        rows = cursor.fetchall()
    return _arrays(rows)


def _arrays(rows: Sequence[tuple[Any, ...]]) -> Surroundings:
    keys, lon, lat, accuracy, category, at, closed_at, words, address = zip(*rows, strict=True) if rows else [()] * 9
    codes = dict(Category.objects.filter(pk__in=set(category)).order_by("pk").values_list("pk", "code"))
    numbers = {pk: number for number, pk in enumerate(codes)}
    photos = hashes_of(keys)
    has = [
        has_of(words=told, address=placed, photos=key in photos, people=True)
        for key, told, placed in zip(keys, words, address, strict=True)
    ]
    return Surroundings(
        keys=np.array(keys, np.int64),
        lon=np.array(lon, np.float64),
        lat=np.array(lat, np.float64),
        accuracy_m=np.array(accuracy, np.float64),
        category=np.array([numbers[pk] for pk in category], np.int64),
        categories=list(codes.values()),
        at=np.array(at, np.float64),
        closed_at=np.array(closed_at, np.float64),
        has=np.array(has, np.uint8),
    )


def tiles_around(lon: Floats, lat: Floats, *, radius_m: float) -> Mapping[str, list[float]]:
    """Boxes of degrees that together hold all within the radius of these places: tiles in a row are one box."""
    if not len(lon):
        return {side: [] for side in ("west", "south", "east", "north")}
    height = radius_m / M_PER_DEG
    farthest = min(89.9, float(np.abs(lat).max()) + height)
    width = min(90.0, height / float(np.cos(np.radians(farthest))))
    own = np.unique(np.column_stack([np.floor(lat / height), np.floor(lon / width)]), axis=0)
    steps = np.array([(up, right) for up in (-1, 0, 1) for right in (-1, 0, 1)])
    tiles = np.unique((own[:, None, :] + steps[None, :, :]).reshape(-1, 2), axis=0)  # by row, then from west to east
    first = np.flatnonzero(np.r_[True, (np.diff(tiles[:, 0]) != 0) | (np.diff(tiles[:, 1]) != 1)])
    last = np.r_[first[1:] - 1, len(tiles) - 1]
    west, east = tiles[first, 1] * width, (tiles[last, 1] + 1) * width
    south, north = tiles[first, 0] * height, (tiles[first, 0] + 1) * height
    # Beyond the antimeridian the earth goes on at its other end.
    sides = [(west, south, east, north)]
    for turn, across in ((360.0, west < -180), (-360.0, east > 180)):
        sides.append((west[across] + turn, south[across], east[across] + turn, north[across]))
    names = ("west", "south", "east", "north")
    return {name: np.concatenate(parts).tolist() for name, parts in zip(names, zip(*sides, strict=True), strict=True)}
