"""Shapes that cannot be anybody's ground, and the sentences that say so."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext as _
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
        more = _("%(first)s (%(more)d more like it.)") % {"first": problems[0], "more": len(problems) - 1}
        super().__init__(more if len(problems) > 1 else problems[0])
        self.problems = tuple(problems)
        self.faults = tuple(faults)


def refuse_bad_shapes(root: Jurisdiction, level: Level, shapes: Sequence[NewBoundary]) -> None:
    """Raise BadShapes unless each shape is ground, and those of a level that closes gaps do not overlap."""
    if root.metric_srid is None:
        raise ValueError(f"{root} is no city.")
    if not shapes:
        raise BadShapes([_("There are no shapes.")])
    if problems := [*_problems_of_each(level, shapes), *_repeated(shapes)]:
        raise BadShapes(problems)
    if faults := invalid_shapes(shapes, srid=root.metric_srid):
        sentence = _("%(code)s is not valid: %(reason)s.")
        sentences = [sentence % {"code": fault.codes[0], "reason": fault.reason} for fault in faults]
        raise BadShapes(sentences, faults=faults)
    if level.closes_gaps and (faults := overlaps(shapes, srid=root.metric_srid)):
        sentence = _("%(one)s and %(other)s overlap by %(area)s m².")
        sentences = [
            sentence % {"one": one, "other": other, "area": f"{fault.area_m2:,.0f}"}
            for fault in faults
            for one, other in [fault.codes[:2]]
        ]
        raise BadShapes(sentences, faults=faults)


def _problems_of_each(level: Level, shapes: Sequence[NewBoundary]) -> Iterator[str]:
    for shape in shapes:
        if shape.level != level.code:
            sentence = _("%(code)s is of level %(level)s, not %(wanted)s.")
            yield sentence % {"code": shape.code, "level": shape.level, "wanted": level.code}
        if problem := _problem_of(shape.geometry):
            yield _("%(code)s %(problem)s.") % {"code": shape.code, "problem": problem}


def _problem_of(geometry: BaseGeometry) -> str:
    if not isinstance(geometry, Polygon | MultiPolygon):
        return _("is no polygon but a %(kind)s") % {"kind": geometry.geom_type}
    if geometry.is_empty:
        return _("is empty")
    if geometry.has_z:
        return _("has heights: boundaries are flat")
    return "" if _is_lonlat(geometry) else _("has coordinates that are no longitude and latitude")


def _is_lonlat(geometry: Polygon | MultiPolygon) -> bool:
    west, south, east, north = geometry.bounds
    on_the_globe = west >= -180 and south >= -90 and east <= 180 and north <= 90
    return on_the_globe and bool(np.isfinite(shapely.get_coordinates(geometry)).all())


def _repeated(shapes: Sequence[NewBoundary]) -> Iterator[str]:
    for code, count in Counter(shape.code for shape in shapes).items():
        if count > 1:
            yield _("%(code)s is there %(count)d times.") % {"code": code, "count": count}
