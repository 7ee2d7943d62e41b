"""Shapes that cannot be anybody's ground, and the sentences that say so."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.shapes import Fault, NamedShape, invalid_shapes, overlaps
from jurisdictions.models import Jurisdiction, Level


@dataclass(frozen=True, kw_only=True)
class NewBoundary(NamedShape):
    """The ground of a jurisdiction, with its names for the case that it does not exist yet."""

    name_fa: str
    name_en: str = ""


class UnableToPutInForce(Exception):
    """The set was refused and nothing has changed; the text is a sentence."""


class BadShapes(UnableToPutInForce):
    """Shapes that are no ground, overlap, or name nobody: a sentence for each, and where the faults are."""

    def __init__(self, problems: Sequence[str], *, faults: Sequence[Fault] = ()) -> None:
        more = f" ({len(problems) - 1} more like it.)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)
        self.problems = tuple(problems)
        self.faults = tuple(faults)


def refuse_bad_shapes(root: Jurisdiction, level: Level, shapes: Sequence[NewBoundary]) -> None:
    """Raise BadShapes unless each shape is ground, and those of a level that closes gaps do not overlap."""
    if root.metric_srid is None:
        raise ValueError(f"{root} is no city.")
    if not shapes:
        raise BadShapes(["There are no shapes."])
    if problems := [*_problems_of_each(level, shapes), *_repeated(shapes)]:
        raise BadShapes(problems)
    if faults := invalid_shapes(shapes, srid=root.metric_srid):
        sentences = [f"{fault.codes[0]} is not valid: {fault.reason}." for fault in faults]
        raise BadShapes(sentences, faults=faults)
    if level.closes_gaps and (faults := overlaps(shapes, srid=root.metric_srid)):
        sentences = [f"{' and '.join(fault.codes)} overlap by {fault.area_m2:,.0f} m²." for fault in faults]
        raise BadShapes(sentences, faults=faults)


def _problems_of_each(level: Level, shapes: Sequence[NewBoundary]) -> Iterator[str]:
    for shape in shapes:
        if shape.level != level.code:
            yield f"{shape.code} is of level {shape.level}, not {level.code}."
        if problem := _problem_of(shape.geometry):
            yield f"{shape.code} {problem}."


def _problem_of(geometry: BaseGeometry) -> str:
    if not isinstance(geometry, Polygon | MultiPolygon):
        return f"is no polygon but a {geometry.geom_type}"
    if geometry.is_empty:
        return "is empty"
    if geometry.has_z:
        return "has heights: boundaries are flat"
    return "" if _is_lonlat(geometry) else "has coordinates that are no longitude and latitude"


def _is_lonlat(geometry: Polygon | MultiPolygon) -> bool:
    west, south, east, north = geometry.bounds
    on_the_globe = west >= -180 and south >= -90 and east <= 180 and north <= 90
    return on_the_globe and bool(np.isfinite(shapely.get_coordinates(geometry)).all())


def _repeated(shapes: Sequence[NewBoundary]) -> Iterator[str]:
    for code, count in Counter(shape.code for shape in shapes).items():
        if count > 1:
            yield f"{code} is there {count} times."
