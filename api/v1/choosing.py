"""Which reports a page of a list has: the statement that chooses them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.db.models import QuerySet

from api.v1.kinds import REPORTS, Kind
from api.v1.paging import Key, Order
from api.v1.whereabouts import Place, rows_from
from geo.functions import Plain
from geo.nearness import Box, as_polygon
from geo.pages import Choice, choice_of
from people.access import PUBLIC, Viewer
from reports.filters import ReportFilter
from reports.models import Report
from reports.models.public_spots import values_within
from reports.models.report import ReportQuerySet

SOMEWHERE: Final = (0.0, 0.0, 0.01, 0.01)  # a narrow box
SOMETIME: Final = (datetime(2026, 1, 1, tzinfo=UTC), 0)
_OWN: Final = frozenset({"received_at"})  # columns of a report itself


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a page is to have: `limit` rows of those that the viewer may see, at a place, through a filter, in an order.

    `is_indexed`: an index has all that the rows are chosen and ordered by.
    """

    of: Kind
    viewer: Viewer
    place: Place
    narrowing: ReportFilter
    order: Order
    key: Key | None
    limit: int
    is_indexed: bool

    @property
    def backwards(self) -> bool:
        """Whether the page ends at its key."""
        return bool(self.key and self.key.backwards)

    def choices(self) -> Iterator[Choice]:
        """What to look for, one after the other until a page is full: mostly one, the nearest in ever wider rings."""
        if self._is_usual:
            yield _usual(self.place.box, self.order, self.key, self.limit)
            return
        measured = self.place.circle is not None
        for rows in rows_from(self._rows(), place=self.place, order=self.order, key=self.key):
            rows = rows.filter(self.key.rows) if self.key else rows
            chosen = rows.values("id") if self.is_indexed else _columns(rows, with_distance=measured)
            choice = choice_of(chosen.order_by(*self.order.by(backwards=self.backwards)), size=self.limit)
            if choice is not None:
                yield choice

    @property
    def _is_usual(self) -> bool:
        """Whether it is a page of all that the public sees, or the first one in a box for which there is an index."""
        is_plain = self.viewer == PUBLIC and self.of is REPORTS and self.narrowing.is_open and self.place.circle is None
        is_boxed = self.place.box is not None
        return is_plain and self.is_indexed == is_boxed and not (is_boxed and self.key) and self.order.column in _OWN

    def _rows(self) -> ReportQuerySet:
        rows, box = Report.objects.visible_to(self.viewer), self.place.box
        if self.of.narrow:
            rows = self.of.narrow(rows)
        if box and self.viewer == PUBLIC:
            rows = rows.publicly_within(box)
        elif box:
            rows = rows.filter(public_location__intersects=as_polygon(box))
        return self.narrowing.narrow(rows)


def _usual(box: Box | None, order: Order, key: Key | None, limit: int) -> Choice:
    side = None if key is None else key.backwards
    values = list(values_within(box)) if box else []
    if key:
        moment, row_id = key.position
        values += [moment, moment, row_id]
    return Choice(_usual_text(order, limit, side, is_boxed=box is not None), tuple(values))


@lru_cache(maxsize=64)
def _usual_text(order: Order, limit: int, backwards: bool | None, *, is_boxed: bool) -> str:
    """The same text whichever the box and the key: to have the ORM write it takes longer than what else is done around
    it. `backwards` is None for a first page."""
    rows = Report.objects.visible_to(PUBLIC)
    if backwards is not None:
        rows = rows.filter(order.beyond(SOMETIME, backwards=backwards))
    chosen = rows.publicly_within(SOMEWHERE).values("id") if is_boxed else _columns(rows, with_distance=False)
    text, _values = chosen.order_by(*order.by(backwards=bool(backwards)))[: limit + 1].query.sql_with_params()
    return text


def _columns(rows: ReportQuerySet, *, with_distance: bool) -> QuerySet[Report, dict[str, Any]]:
    """What the layout speaks of."""
    names = [
        "id",
        "duplicate_cluster_id",
        "reference",
        "received_at",
        "reported_at",
        "status",
        "public_text",
        "public_jurisdictions",
    ]
    names += ["category_id", "department_id", *(["distance"] if with_distance else [])]
    return rows.annotate(place=Plain("public_location")).values("place", *names)
