"""The list of reports: which rows, in which order, with which properties, in which form."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from api.conditional import FOR_ONE, answer, etag_of
from api.negotiation import CompactRenderer, GeoJSONRenderer, LinesRenderer, TextSequenceRenderer
from api.params import Params, unknown_value
from api.timeouts import query_timeout
from api.v1.filtering import WITHIN, filter_names, report_filter
from api.v1.paging import (
    AFTER,
    BEFORE,
    NEAREST,
    NEWEST,
    OLDEST,
    ORDERS,
    Key,
    Order,
    key_of,
    key_text,
    link,
    link_header,
)
from api.v1.problem_rows import problems_of
from api.v1.whereabouts import Circle, Place, place_asked, rows_from
from geo.functions import Plain
from geo.nearness import as_polygon
from geo.pages import COLLECTION, COMPACT, LINES, TEXT_SEQUENCE, Form, Layout, Page, literal, read_page
from jurisdictions.catalog import Catalog
from people.access import PUBLIC, Viewer
from reports.density import state_under
from reports.models import Report
from reports.models.report import ReportQuerySet, is_narrow

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

# The public's columns, whoever asks; a coarse place hides its department as well.
_PROPERTIES: Final = {
    "reference": "to_json(chosen.reference)",
    "category": "to_json(category.code)",
    "status": "to_json(chosen.status)",
    "received_at": "to_json(chosen.received_at)",
    "reported_at": "to_json(chosen.reported_at)",
    "text": "to_json(chosen.public_text)",
    "department_code": """
        coalesce(to_json(CASE WHEN category.place_precision_m = 0 THEN department.code END)::text, 'null')""",
    "duplicate": "to_json(parent.reference IS NOT NULL)",
    "parent": "coalesce(to_json(parent.reference)::text, 'null')",
}
_JOINS: Final = """
    JOIN jurisdictions_category AS category ON category.id = chosen.category_id
    LEFT JOIN jurisdictions_department AS department ON department.id = chosen.department_id
"""
# Where a place is coarse, what its report is a duplicate of would say more about it.
_PARENT: Final = """
    LEFT JOIN LATERAL (
        SELECT root.reference FROM reports_duplicatecluster AS problem
        JOIN reports_report AS root ON root.id = problem.root_report_id
        JOIN jurisdictions_category AS kind ON kind.id = root.category_id
        WHERE problem.id = chosen.duplicate_cluster_id AND category.place_precision_m = 0
          AND root.id <> chosen.id AND root.is_public AND kind.place_precision_m = 0
    ) AS parent ON true
"""
_TOLD: Final = """
    JOIN LATERAL (
        SELECT count(*) AS told, min(mate.received_at) AS first_at, max(mate.received_at) AS last_at,
               string_agg(DISTINCT kind.code, ',' ORDER BY kind.code) AS categories,
               ST_Extent(mate.public_location) AS around
        FROM reports_report AS mate JOIN jurisdictions_category AS kind ON kind.id = mate.category_id
        WHERE mate.duplicate_cluster_id = chosen.duplicate_cluster_id AND mate.is_public AND kind.place_precision_m = 0
    ) AS problem ON true
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a list is about: reports, or those that stand for a problem; which properties it has, from where."""

    properties: Mapping[str, str]
    joins: str
    narrow: Callable[[ReportQuerySet], ReportQuerySet] | None = None

    def __hash__(self) -> int:
        return id(self)


REPORTS: Final = Kind(_PROPERTIES, _JOINS + _PARENT)
PROBLEMS: Final = Kind(
    {
        **{name: _PROPERTIES[name] for name in ("reference", "category", "status", "text", "department_code")},
        "count": "problem.told",
        "first_report_at": "to_json(problem.first_at)",
        "last_report_at": "to_json(problem.last_at)",
        "categories": "to_json(problem.categories)",
        **{
            name: f"round({edge}(problem.around)::numeric, 7)"
            for name, edge in (("west", "ST_XMin"), ("south", "ST_YMin"), ("east", "ST_XMax"), ("north", "ST_YMax"))
        },
    },
    _JOINS + _TOLD,
    problems_of,
)
_DISTANCE: Final = "round(chosen.distance::numeric, 1)"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks of the list."""

    of: Kind
    rows: ReportQuerySet
    place: Place
    order: Order
    key: Key | None
    limit: int
    fields: tuple[str, ...]
    levels: tuple[str, ...]
    form: Form
    media_type: str
    is_indexed: bool
    """Whether an index has all that the rows are chosen and ordered by."""


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
        state = state_under(place.touched)
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
    rows, box, is_indexed = Report.objects.visible_to(viewer), place.box, False
    if of.narrow:
        rows = of.narrow(rows)
    if box and viewer == PUBLIC:
        rows = rows.publicly_within(box)
        is_indexed = of is REPORTS and is_narrow(box) and not any(map(params.text, _unindexed(catalog)))
    elif box:
        rows = rows.filter(public_location__intersects=as_polygon(box))
    order = _order(params, place.circle)
    media_type, form = FORMS[params.choice("f", list(FORMS)) or usual]
    return Asked(
        of=of,
        rows=report_filter(params, catalog=catalog).narrow(rows),
        place=place,
        order=order,
        key=key_of(params, order),
        limit=params.limit(default=MOST if form in SEQUENCES else USUAL, most=MOST),
        fields=_fields(params, of, catalog.levels, place.circle),
        levels=catalog.levels,
        form=form,
        media_type=media_type,
        is_indexed=is_indexed,
    )


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
    layout = _layout(asked.of, asked.fields, asked.levels, with_distance=asked.place.circle is not None)
    backwards = bool(asked.key and asked.key.backwards)
    page = Page()
    for rows in rows_from(asked.rows, place=asked.place, order=asked.order, key=asked.key):
        rows = rows.filter(asked.key.rows) if asked.key else rows
        chosen = rows.values("id") if asked.is_indexed else _columns(rows, with_distance=asked.place.circle is not None)
        ordered = chosen.order_by(*asked.order.by(backwards=backwards))
        page = read_page(
            ordered, layout=layout, form=asked.form, size=asked.limit, backwards=backwards, by_id=asked.is_indexed
        )
        if page.has_more:
            break
    return page


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


@lru_cache(maxsize=64)
def _layout(of: Kind, fields: tuple[str, ...], levels: tuple[str, ...], *, with_distance: bool) -> Layout:
    grounds = {f"{level}_code": _ground(level) for level in levels}
    known = {**of.properties, **grounds, "distance_m": _DISTANCE}
    return Layout(
        id="reference",
        place="place",
        properties=tuple((name, known[name]) for name in fields),
        joins=of.joins,
        marks=("reference", "distance") if with_distance else ("reference",),
        table=Report._meta.db_table,
        point="public_location",
    )


def _ground(level: str) -> str:
    return f"coalesce((chosen.public_jurisdictions -> {literal(level)})::text, 'null')"


def _links(request: HttpRequest, asked: Asked, page: Page) -> list[dict[str, str]]:
    """To the next page and the one before, where there is one or may be."""
    if not page.text:
        return []
    came_back, came_on = bool(asked.key and asked.key.backwards), bool(asked.key and not asked.key.backwards)
    sides = []
    if page.has_more if not came_back else True:
        sides.append(("next", AFTER, page.last))
    if page.has_more if came_back else came_on:
        sides.append(("prev", BEFORE, page.first))
    return [
        link(request, rel=rel, side=side, key=_key_at(end, asked, page), media_type=asked.media_type)
        for rel, side, end in sides
    ]


def _key_at(end: Sequence[Any], asked: Asked, page: Page) -> str:
    """The key of a page's end; the page beyond is as wide as this one, or half as much again."""
    if asked.order is not NEAREST:
        return key_text(asked.order, reference=end[0])
    width = (page.last[1] - page.first[1]) * 1.5 + 1
    return key_text(asked.order, reference=end[0], metres=end[1], width=width)


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
