"""Before anything is timed: everybody who is compared gives the same answer to the same question."""

import json
from datetime import datetime
from math import isclose
from typing import Any


class Different(Exception):
    """Two that are to be compared do not give the same data."""


def same_route(ours: bytes, rows: bytes) -> None:
    """Our route says what the rows of its statement say: who, where, how far from the edge. Raises Different."""
    said, found = json.loads(ours)["properties"], json.loads(rows)
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


def same_page(ours: bytes, theirs: bytes) -> None:
    """Both pages hold the same features in the same order. Raises Different."""
    one, other = (json.loads(page)["features"] for page in (ours, theirs))
    if len(one) != len(other):
        raise Different(f"{len(one)} features and {len(other)}")
    for our, their in zip(one, other, strict=True):
        if not _same_place(our, their) or _properties(our) != _properties(their):
            raise Different(f"{our} and {their}")


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
