"""Where a list looks for reports: a box, a circle or a polygon, and around a place in ever wider rings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from api.params import Params
from api.v1.filtering import shape_of
from api.v1.paging import NEAREST, Key, Order
from geo.nearness import Box, DistanceFrom, InBoxes, box_around, boxes_between
from geo.world import WorldBox
from reports.models.report import ReportQuerySet

Circle = tuple[float, float, float]  # longitude, latitude, metres
# How wide the first ring is in which the nearest are looked for, and by how much the next one is wider.
FIRST_METRES: Final = 100.0
WIDER: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a request looks; what may change its answer lies in all of the boxes."""

    box: Box | None
    circle: Circle | None
    boxes: Sequence[Box | None]

    @property
    def touched(self) -> WorldBox | None:
        """The smallest of the boxes, which is the best; None for the world."""
        boxes = [box for box in self.boxes if box]
        if not boxes:
            return None
        west, south, east, north = min(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        return WorldBox.around(west=west, south=south, east=east, north=north)


def place_asked(params: Params) -> Place:
    """Where the parameters look. Raises Problem."""
    box, circle, polygon = params.bbox(), params.near(), shape_of(params)
    around = circle and box_around(lon=circle[0], lat=circle[1], metres=circle[2])
    return Place(box=box, circle=circle, boxes=[box, polygon.extent if polygon else None, around])


def rows_from(rows: ReportQuerySet, *, place: Place, order: Order, key: Key | None) -> Iterator[ReportQuerySet]:
    """The rows in question; the nearest in ever wider rings, so that a page costs what it shows, however far out."""
    if place.circle is None:
        yield rows
        return
    lon, lat, metres = place.circle
    for inner, outer in _rings(metres, order, key):
        boxes = boxes_between(lon=lon, lat=lat, inner=inner, outer=outer)
        inside = rows.filter(InBoxes("public_location", boxes))
        measured = inside.annotate(distance=DistanceFrom("public_location", lon=lon, lat=lat))
        yield measured.filter(**{"distance__lte": outer, **({"distance__gte": inner} if inner else {})})


def _rings(whole: float, order: Order, key: Key | None) -> Iterator[tuple[float, float]]:
    """From how many metres to how many: outwards from the key, or inwards; the last one reaches as far as is asked."""
    if order is not NEAREST:
        yield 0.0, whole
        return
    start, width = (key.position[0], key.width) if key else (0.0, None)
    width = width or FIRST_METRES
    if key and key.backwards:
        start = min(start, whole)
        while width < start:
            yield start - width, start
            width *= WIDER
        yield 0.0, start
        return
    while start + width < whole:
        yield start, start + width
        width *= WIDER
    yield start, whole
