"""Before anything is timed: everybody who is compared gives the same answer to the same question."""

import json
from datetime import datetime
from math import isclose
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib.gis.gdal import DataSource

from geo.mvt import EXTENT

STEP = 1.5  # steps of a tile by which two may round a place differently
ASTRAY = 20  # of a page's reports that may lie beyond its box
Box = tuple[float, ...]
"""West, south, east, north."""


class Different(Exception):
    """Two that are to be compared do not give the same data."""


def same_route(ours: bytes, rows: bytes) -> None:
    """Our route says what the rows of its statement say: who, where, how far from the edge. Raises Different."""
    said, (names, values) = json.loads(ours)["properties"], json.loads(rows)
    found = [dict(zip(names, row, strict=True)) for row in values]
    first = found[0]
    department = said["department"] and said["department"]["code"]
    if department != first["department_code"] or not isclose(said["edge_m"], first["edge_m"], abs_tol=0.01):
        raise Different(f"{department}, {said['edge_m']} m from the edge; the row has {first}")
    places = {(level, place["code"]) for level, place in said.items() if isinstance(place, dict) and "code" in place}
    levels = {each["level"] for each in found}
    missing = {(level, code) for level, code in places if level in levels} - {
        (each["level"], each["code"]) for each in found
    }
    if missing:
        raise Different(f"{missing} are not among the rows of the statement")


def same_page(ours: bytes, theirs: bytes, *, within: Box | None = None) -> None:
    """Both pages hold the same features in the same order. Raises Different.

    With `within`, theirs may hold a few from just beyond that box, in the place of its last ones: their filter goes by
    an index that keeps places in single precision.
    """
    one, other = (json.loads(page)["features"] for page in (ours, theirs))
    if within and len(other) - len(inside := [each for each in other if _lies(each, within)]) <= ASTRAY:
        one, other = one[: len(inside)], inside
    if len(one) != len(other):
        raise Different(f"{len(one)} features and {len(other)}")
    for our, their in zip(one, other, strict=True):
        if not _same_place(our, their) or _properties(our) != _properties(their):
            raise Different(f"{our} and {their}")


def _lies(feature: dict[str, Any], box: Box) -> bool:
    (lon, lat), (west, south, east, north) = feature["geometry"]["coordinates"], box
    return bool(west <= lon <= east and south <= lat <= north)


def _same_place(our: dict[str, Any], their: dict[str, Any]) -> bool:
    """To a centimetre, as far as ours are written."""
    pairs = zip(our["geometry"]["coordinates"], their["geometry"]["coordinates"], strict=True)
    return all(isclose(one, other, rel_tol=0, abs_tol=1e-7) for one, other in pairs)


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    """The properties, moments as moments; drf-gis moves what is the id out of them."""
    properties = {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value
        for name, value in feature["properties"].items()
    }
    return {"reference": feature["id"], "id": feature["id"], **properties}


def same_count(ours: bytes | int, rows: bytes) -> None:
    """Our clusters (GeoJSON, or their sum) count what the rows of their statement count. Raises Different."""
    said = ours if isinstance(ours, int) else json.loads(ours)["count"]
    names, values = json.loads(rows)
    counted = sum(int(row[names.index("n")]) for row in values)
    if said != counted:
        raise Different(f"{said} reports in clusters, {counted} in the rows")


def read_tile(tile: bytes) -> list[dict[str, Any]]:
    """The features of a tile's only layer, read by GDAL: attributes, and `place` in steps from the north-west."""
    with NamedTemporaryFile(suffix=".mvt") as file:
        file.write(tile)
        file.flush()
        if not tile:
            return []
        layer = DataSource(file.name)[0]
        return [_feature(each, layer.fields) for each in layer]


def _feature(feature: Any, names: list[str]) -> dict[str, Any]:
    x, y = feature.geom.coords
    return {**{name: feature.get(name) for name in names}, "place": (x, EXTENT - y)}


def same_tile(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """Theirs has our reports where we have them, and beyond these only some at the rim. Raises Different."""
    here, there = ({each["reference"]: each for each in tile} for tile in (ours, theirs))
    for reference, our in here.items():
        their = there.pop(reference, None)
        if their is None or not _same_report(our, their):
            raise Different(f"{our} and {their}")
    inside = [each for each in there.values() if all(STEP < step < EXTENT - STEP for step in each["place"])]
    if inside:
        raise Different(f"{inside[0]} is not in our tile")


def _same_report(our: dict[str, Any], their: dict[str, Any]) -> bool:
    category = their.get("category") or their.get("category_code")
    near = all(abs(one - other) <= STEP for one, other in zip(our["place"], their["place"], strict=True))
    return near and (our["category"], our["status"]) == (category, their["status"])
