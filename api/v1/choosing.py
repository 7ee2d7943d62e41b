"""Which reports a page of a list has: the statement that chooses them."""

from collections.abc import Iterator
from dataclasses import dataclass
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
from reports.models.report import ReportQuerySet, values_within

SOMEWHERE: Final = (0.0, 0.0, 0.01, 0.01)  # a narrow box


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
            yield _usual(self.place.box, self.order, self.limit)
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
        """Whether it is a first page of what the public sees: of all of it, or in a box for which there is an index."""
        is_plain = self.viewer == PUBLIC and self.of is REPORTS and self.narrowing.is_open and self.key is None
        return is_plain and self.place.circle is None and self.is_indexed == (self.place.box is not None)

    def _rows(self) -> ReportQuerySet:
        rows, box = Report.objects.visible_to(self.viewer), self.place.box
        if self.of.narrow:
            rows = self.of.narrow(rows)
        if box and self.viewer == PUBLIC:
            rows = rows.publicly_within(box)
        elif box:
            rows = rows.filter(public_location__intersects=as_polygon(box))
        return self.narrowing.narrow(rows)


def _usual(box: Box | None, order: Order, limit: int) -> Choice:
    text = _usual_text(order, limit, is_boxed=box is not None)
    return Choice(text, tuple(values_within(box)) if box else ())


@lru_cache(maxsize=64)
def _usual_text(order: Order, limit: int, *, is_boxed: bool) -> str:
    """The same text whichever the box: to have the ORM write it takes longer than what else is done around it."""
    rows = Report.objects.visible_to(PUBLIC)
    chosen = rows.publicly_within(SOMEWHERE).values("id") if is_boxed else _columns(rows, with_distance=False)
    text, _values = chosen.order_by(*order.by(backwards=False))[: limit + 1].query.sql_with_params()
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
