"""What a client wants to hear of: a box and filters, read as lists read theirs."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from api.live.reading import Change, Face
from api.params import Params, bad
from api.v1.filtering import filter_names, report_filter
from geo.world import WORLD, WorldBox
from jurisdictions.catalog import read_catalog
from reports.filters import ReportFilter

LAST_EVENT_ID: Final = "last_event_id"


class Kind(StrEnum):
    """What a change is to a client: the report came into its box and filter, changed there, or went."""

    CAME = "came"
    CHANGED = "changed"
    WENT = "went"


@dataclass(frozen=True, kw_only=True)
class Interest:
    """A box of the square world, edges included, and a filter by category, status and ground."""

    box: WorldBox = WORLD
    filter: ReportFilter = field(default_factory=ReportFilter)

    def kind_of(self, change: Change) -> Kind | None:
        """What the change is to this client; None if it does not concern it."""
        was, is_now = self._covers(change.was), self._covers(change.now)
        if is_now:
            return Kind.CHANGED if was else Kind.CAME
        return Kind.WENT if was else None

    def _covers(self, face: Face | None) -> bool:
        if face is None:
            return False
        box, wanted = self.box, self.filter
        return (
            box.x0 <= face.x <= box.x1
            and box.y0 <= face.y <= box.y1
            and (wanted.categories is None or face.category_id in wanted.categories)
            and (wanted.statuses is None or face.status in wanted.statuses)
            and all(face.grounds.get(level) in codes for level, codes in wanted.grounds.items())
        )


def read_interest(query: QueryDict) -> Interest:
    """The interest that a query names; raises Problem. Asks the database for levels, categories and codes."""
    catalog = read_catalog()
    levels = catalog.levels
    known = ["bbox", LAST_EVENT_ID, "category", "status", *levels]
    for name in query:
        if name not in known and name in filter_names(levels):
            detail = _("Live events cannot be chosen by “%(name)s”: known are %(known)s.")
            raise bad(name, "not_followed_live", detail % {"name": name, "known": ", ".join(known)})
    params = Params(query, known=known)
    return Interest(box=_box(params), filter=report_filter(params, catalog=catalog))


def _box(params: Params) -> WorldBox:
    box = params.bbox()
    if box is None:
        return WORLD
    west, south, east, north = box
    return WorldBox.around(west=west, south=south, east=east, north=north)
