"""Geographic files: read GeoJSON and Overpass JSON, write GeoJSON with one feature a line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo import overpass


class UnreadableFile(ValueError):
    """The file is not there, not JSON, or no shapes in longitude and latitude."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A shape in lon/lat with its properties; `subareas` are the OSM relations it names as its parts."""

    id: str | int
    properties: Mapping[str, Any]
    geometry: BaseGeometry
    subareas: frozenset[int] = frozenset()


def read_features(path: Path) -> list[Feature]:
    """The features of a GeoJSON FeatureCollection or an Overpass answer (`out geom`), in the file's order.

    Raises UnreadableFile.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if "elements" in document:
            features = [_from_overpass(element) for element in overpass.read_elements(document)]
        else:
            rows = enumerate(document["features"], start=1)
            features = [_from_geojson(number, row) for number, row in rows]
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    except overpass.BrokenRing as error:
        raise UnreadableFile(f"{path}: {error}.") from error
    except (ValueError, TypeError, KeyError, AttributeError, ShapelyError) as error:
        raise UnreadableFile(f"{path} is neither GeoJSON features nor an Overpass answer: {error}.") from error
    if not features:
        raise UnreadableFile(f"{path} has no features.")
    if wrong := next((feature for feature in features if not _is_lonlat(feature.geometry)), None):
        raise UnreadableFile(f"{path}: feature {wrong.id} has no shape in longitude and latitude.")
    return features


def write_features(path: Path, features: Iterable[Feature], *, about: Mapping[str, Any]) -> None:
    """Write an RFC 7946 FeatureCollection; `about` becomes members of the collection beside `type`.

    The same features give the same bytes.
    """
    rows = list(features)
    bbox = {"bbox": shapely.total_bounds([row.geometry for row in rows]).tolist()} if rows else {}
    head = _dump({"type": "FeatureCollection", **about, **bbox})
    lines = ",\n".join(_dump(_row(feature)) for feature in rows)
    path.write_text(f'{head[:-1]},"features":[\n{lines}\n]}}\n', encoding="utf-8")


def _from_geojson(number: int, row: Mapping[str, Any]) -> Feature:
    geometry = shapely.force_2d(shape(row["geometry"]))
    return Feature(id=row.get("id", number), properties=row["properties"] or {}, geometry=geometry)


def _from_overpass(element: overpass.Element) -> Feature:
    properties = {**element.tags, "osm_id": element.id}
    return Feature(id=element.id, properties=properties, geometry=element.geometry, subareas=element.subareas)


def _is_lonlat(geometry: BaseGeometry) -> bool:
    west, south, east, north = geometry.bounds  # of an empty shape not a number, which is never within limits
    return west >= -180 and south >= -90 and east <= 180 and north <= 90


def _row(feature: Feature) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": feature.id,
        "bbox": list(feature.geometry.bounds),
        "properties": dict(feature.properties),
        "geometry": mapping(feature.geometry),
    }


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
