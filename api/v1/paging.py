"""Where a page begins: keys of ours that name a report and tell nothing of how many there are, and links with them."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.params import Params, bad
from geo.pages import Page
from reports.models import Report

BEFORE, AFTER = "before", "after"
LONGEST_HEADER: Final = 4000  # an address that is longer stands in the body alone, where the body has room for it


@dataclass(frozen=True, slots=True)
class Order:
    """An order of pages: by a column, then by id; `name` is what clients call it."""

    name: str
    column: str
    is_descending: bool = False

    def by(self, *, backwards: bool) -> tuple[str, str]:
        """What the rows are ordered by; backwards for the page before a key."""
        sign = "-" if self.is_descending != backwards else ""
        return f"{sign}{self.column}", f"{sign}id"

    def beyond(self, position: tuple[Any, int], *, backwards: bool) -> Q:
        """The rows after the position, or before it."""
        side = "lt" if self.is_descending != backwards else "gt"
        value, row_id = position
        # The first condition says nothing new, but an index can begin with it.
        return Q(**{f"{self.column}__{side}e": value}) & (
            Q(**{f"{self.column}__{side}": value}) | Q(**{f"id__{side}": row_id})
        )


NEWEST: Final = Order("-received_at", "received_at", is_descending=True)
OLDEST: Final = Order("received_at", "received_at")
NEAREST: Final = Order("distance", "distance")
DUE: Final = Order("due", "due_at")
ORDERS: Final = {order.name: order for order in (NEWEST, OLDEST, NEAREST)}


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page begins: after or before (`backwards`) a position in an order.

    `width` is how many metres farther, or nearer, the page is likely to reach; only an order of distances has one.
    """

    order: Order
    position: tuple[Any, int]
    backwards: bool
    width: float | None = None

    @property
    def rows(self) -> Q:
        """The rows beyond it."""
        return self.order.beyond(self.position, backwards=self.backwards)


def key_of(params: Params, order: Order) -> Key | None:
    """The page key among the parameters; raises Problem for one that we did not make for this order."""
    given = [name for name in (AFTER, BEFORE) if params.text(name) is not None]
    if not given:
        return None
    if len(given) == 2:
        raise bad(BEFORE, "exactly_one", _("A page begins after one key or ends before one: follow a link as it is."))
    key = _key(params.text(given[0]) or "", order, backwards=given == [BEFORE])
    if key is None:
        raise bad(given[0], "invalid_page_key", _("This page key is not one of ours: follow a link as it is."))
    return key


def _key(text: str, order: Order, *, backwards: bool) -> Key | None:
    said, _dot, signature = text.rpartition(".")
    if not hmac.compare_digest(_signature(said, order).encode(), signature.encode()):
        return None
    reference, *values = said.split("~")
    row = Report.objects.filter(reference=reference).values_list("received_at", "id").first()
    if row is None:
        return None
    if order is DUE:
        return Key(order=order, position=(datetime.fromisoformat(values[0]), row[1]), backwards=backwards)
    if order is not NEAREST:
        return Key(order=order, position=row, backwards=backwards)
    metres, width = map(float, values)
    return Key(order=order, position=(metres, row[1]), backwards=backwards, width=width)


def key_text(
    order: Order, *, reference: str, metres: float = 0, width: float = 0, due_at: datetime | None = None
) -> str:
    """The key of a report; in an order of distances or of dates these are part of it: a report may move."""
    said = reference
    if order is NEAREST:
        said = f"{reference}~{metres!r}~{width:.0f}"
    elif due_at is not None:
        said = f"{reference}~{due_at.isoformat()}"
    return f"{said}.{_signature(said, order)}"


def _signature(said: str, order: Order) -> str:
    return salted_hmac(f"api.page.{order.name}", said, algorithm="sha256").hexdigest()[:16]


def sides_of(page: Page, key: Key | None) -> list[tuple[str, str, Sequence[Any]]]:
    """The sides on which there is, or may be, another page: its relation, its parameter, and the row it lies beyond."""
    if not page.text:
        return []
    came_back = key is not None and key.backwards
    sides: list[tuple[str, str, Sequence[Any]]] = []
    if came_back or page.has_more:
        sides.append(("next", AFTER, page.last))
    if page.has_more if came_back else key is not None:
        sides.append(("prev", BEFORE, page.first))
    return sides


def link(request: HttpRequest | Request, *, rel: str, side: str, key: str, media_type: str) -> dict[str, str]:
    """The link to the page on that side of a key, all other parameters kept."""
    query = request.GET.copy()
    for name in (AFTER, BEFORE):
        query.pop(name, None)
    query[side] = key
    address = request.build_absolute_uri(f"{request.path}?{query.urlencode(safe=',:~')}")
    return {"rel": rel, "type": media_type, "href": address}


def link_header(links: Sequence[Mapping[str, str]], *, always: bool) -> Iterator[str]:
    """The links as RFC 8288 has them; long ones only where nothing else holds them."""
    for each in links:
        if always or len(each["href"]) <= LONGEST_HEADER:
            yield f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"'
