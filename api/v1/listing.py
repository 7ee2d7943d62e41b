"""The list of reports: what is asked of it, and in which form it is answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from api.conditional import FOR_ONE, answer, etag_of
from api.negotiation import CompactRenderer, GeoJSONRenderer, LinesRenderer, TextSequenceRenderer
from api.params import Params, unknown_value
from api.timeouts import query_timeout
from api.v1.choosing import Wanted
from api.v1.filtering import WITHIN, filter_names, report_filter
from api.v1.kinds import REPORTS, Kind, layout_of
from api.v1.paging import (
    AFTER,
    BEFORE,
    NEAREST,
    NEWEST,
    OLDEST,
    ORDERS,
    Order,
    key_of,
    key_text,
    link,
    link_header,
    sides_of,
)
from api.v1.whereabouts import Circle, Place, place_asked
from geo.pages import COLLECTION, COMPACT, LINES, TEXT_SEQUENCE, Form, Page, read_page
from jurisdictions.catalog import Catalog
from people.access import PUBLIC, Viewer
from reports.density import state_under
from reports.models.public_spots import is_narrow

USUAL, MOST = 100, 1000
OWN_NAMES: Final = ("bbox", "near", "fields", "sort", "limit", "f", AFTER, BEFORE)
FORMS: Final[Mapping[str, tuple[str, Form]]] = {
    each.format: (each.media_type, form)
    for each, form in (
        (GeoJSONRenderer, COLLECTION),
        (TextSequenceRenderer, TEXT_SEQUENCE),
        (LinesRenderer, LINES),
        (CompactRenderer, COMPACT),
    )
}
SEQUENCES: Final = (TEXT_SEQUENCE, LINES)
RENDERERS: Final = (GeoJSONRenderer, TextSequenceRenderer, LinesRenderer, CompactRenderer)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks of the list: which rows, and how they are written."""

    wanted: Wanted
    fields: tuple[str, ...]
    levels: tuple[str, ...]
    form: Form
    media_type: str


def list_reports(
    request: HttpRequest, viewer: Viewer, *, usual: str = GeoJSONRenderer.format, of: Kind = REPORTS
) -> HttpResponse:
    """A page of reports, or of problems; 304 where the client has it. In the usual form unless `f` names another.

    Raises Problem.
    """
    with query_timeout():
        params = Params(request.GET)
        place = place_asked(params)
        # Read before the rows: what changes in between comes under the older validator, which the next request no
        # longer finds, and is fetched again.
        state = state_under(place.touched if of is REPORTS else None)  # what a problem counts may lie anywhere
        asked = _asked(params, place, viewer, state.catalog, of, usual)
        if viewer.user is not None:
            response = _page_response(request, asked)
            response["Cache-Control"] = FOR_ONE
        else:
            etag = etag_of(request, state.catalog.version, state.changes)
            response = answer(request, lambda: _page_response(request, asked), etag=etag)
    patch_vary_headers(response, ["Accept", "Authorization"])
    return response


def _asked(params: Params, place: Place, viewer: Viewer, catalog: Catalog, of: Kind, usual: str) -> Asked:
    params.expect([*OWN_NAMES, *filter_names(catalog.levels)])
    is_boxed = viewer == PUBLIC and of is REPORTS and place.box is not None and is_narrow(place.box)
    order = _order(params, place.circle)
    media_type, form = FORMS[params.choice("f", list(FORMS)) or usual]
    wanted = Wanted(
        of=of,
        viewer=viewer,
        place=place,
        narrowing=report_filter(params, catalog=catalog),
        order=order,
        key=key_of(params, order),
        limit=params.limit(default=MOST if form in SEQUENCES else USUAL, most=MOST),
        is_indexed=is_boxed and not any(map(params.text, _unindexed(catalog))),
    )
    fields = _fields(params, of, catalog.levels, place.circle)
    return Asked(wanted=wanted, fields=fields, levels=catalog.levels, form=form, media_type=media_type)


def _unindexed(catalog: Catalog) -> list[str]:
    """The parameters for which rows have to be looked at."""
    return ["near", WITHIN, "q", "department", *catalog.levels]


def _order(params: Params, circle: Circle | None) -> Order:
    known = [NEAREST.name, NEWEST.name, OLDEST.name] if circle else [NEWEST.name, OLDEST.name]
    name = params.choice("sort", known)
    return ORDERS[name or known[0]]


def _fields(params: Params, of: Kind, levels: tuple[str, ...], circle: Circle | None) -> tuple[str, ...]:
    """The names of the properties that are asked for, in their usual order; all of them unless told."""
    known = [*of.properties, *(f"{level}_code" for level in levels), *(["distance_m"] if circle else [])]
    if params.text("fields") is None:
        return tuple(known)
    asked = params.words("fields")
    for name in asked:
        if name not in known:
            raise unknown_value("fields", name, known)
    return tuple(name for name in known if name in asked)


def _page_response(request: HttpRequest, asked: Asked) -> HttpResponse:
    page = _page(asked)
    links = _links(request, asked, page)
    response = HttpResponse(_body(asked, page, links), content_type=asked.media_type)
    if header := ", ".join(link_header(links, always=asked.form in SEQUENCES)):
        response["Link"] = header
    return response


def _page(asked: Asked) -> Page:
    wanted = asked.wanted
    layout = layout_of(wanted.of, asked.fields, asked.levels, with_distance=wanted.place.circle is not None)
    page = Page()
    for choice in wanted.choices():
        page = read_page(
            choice,
            layout=layout,
            form=asked.form,
            size=wanted.limit,
            backwards=wanted.backwards,
            by_id=wanted.is_indexed,
        )
        if page.has_more:
            break
    return page


def _links(request: HttpRequest, asked: Asked, page: Page) -> list[dict[str, str]]:
    """To the next page and the one before, where there is one or may be."""
    return [
        link(request, rel=rel, side=side, key=_key_at(end, asked, page), media_type=asked.media_type)
        for rel, side, end in sides_of(page, asked.wanted.key)
    ]


def _key_at(end: Sequence[Any], asked: Asked, page: Page) -> str:
    """The key of a page's end; the page beyond is as wide as this one, or half as much again."""
    order = asked.wanted.order
    if order is not NEAREST:
        return key_text(order, reference=end[0])
    width = (page.last[1] - page.first[1]) * 1.5 + 1
    return key_text(order, reference=end[0], metres=end[1], width=width)


def _body(asked: Asked, page: Page, links: Sequence[Mapping[str, str]]) -> bytes:
    """The page in its form; the rows' text as it came."""
    if asked.form in SEQUENCES:
        return page.text
    tail = {"links": list(links)} if links else {}
    if asked.form is COMPACT:
        head: dict[str, Any] = {"fields": ["lon", "lat", *asked.fields]}
        rows = "rows"
    else:
        head = {"type": "FeatureCollection", **({"bbox": list(page.box)} if page.box else {})}
        rows = "features"
    return b'%s,"%s":[%s]%s}' % (_members(head), rows.encode(), page.text, b"," + _members(tail)[1:] if tail else b"")


def _members(members: Mapping[str, Any]) -> bytes:
    """A JSON object without its closing brace."""
    return json.dumps(members, separators=(",", ":")).encode()[:-1]
