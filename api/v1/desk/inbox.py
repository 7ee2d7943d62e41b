"""The inbox: what is in a member of staff's charge, chosen, ordered, a page at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from api.clients import viewer_of
from api.conditional import FOR_ONE
from api.negotiation import GEOJSON, GeoJSONRenderer
from api.params import Params
from api.permissions import SignedIn
from api.timeouts import query_timeout
from api.v1.desk import schema
from api.v1.desk.reading import needs
from api.v1.filtering import (
    in_time,
    known_categories,
    known_departments,
    known_places,
    known_values,
    searched_for,
)
from api.v1.paging import AFTER, BEFORE, DUE, NEWEST, OLDEST, Key, Order, key_of, key_text, link, sides_of
from geo.functions import Plain
from geo.pages import COLLECTION, Layout, Page, choice_of, literal, read_page
from jurisdictions.catalog import Catalog, read_catalog
from people.access import Right, Viewer
from reports.deadlines.due import Due, condition
from reports.models import Report
from reports.models.report import ReportQuerySet
from reports.references import as_reference
from reports.workflow import OPEN, Status

USUAL, MOST = 50, 200
FLAGS: Final = ("mine", "unaccepted", "contested", "waiting")
KNOWN: Final = ("status", "category", "department", "due", "q", "from", "to", "sort", "limit", AFTER, BEFORE, *FLAGS)
ORDERS: Final[Mapping[str, Order]] = {each.name: each for each in (NEWEST, OLDEST, DUE)}

_PROPERTIES: Final = {
    "reference": "to_json(chosen.reference)",
    "category": "to_json(category.code)",
    "status": "to_json(chosen.status)",
    "status_at": "to_json(chosen.status_at)",
    "received_at": "to_json(chosen.received_at)",
    "text": "to_json(left(chosen.description, 280))",
    "address": "to_json(chosen.address)",
    "is_public": "to_json(chosen.is_public)",
    "department_code": "coalesce(to_json(department.code)::text, 'null')",
    "assigned_at": "coalesce(to_json(assignment.assigned_at)::text, 'null')",
    "accepted_at": "coalesce(to_json(assignment.accepted_at)::text, 'null')",
    "reminded_at": "coalesce(to_json(assignment.reminded_at)::text, 'null')",
    "escalated_at": "coalesce(to_json(assignment.escalated_at)::text, 'null')",
    "contested": "to_json(coalesce(assignment.is_contested, false))",
    "passed_on": "to_json(moves.count)",
    "due_at": "coalesce(to_json(deadline.due_at)::text, 'null')",
    "hands": """coalesce(to_json(CASE WHEN hands.user_id IS NOT NULL THEN 'person' WHEN hands.crew_id IS NOT NULL
                THEN 'crew' WHEN hands.contractor_id IS NOT NULL THEN 'contractor' END)::text, 'null')""",
    "hands_code": "coalesce(to_json(coalesce(person.username, crew.code, contractor.code))::text, 'null')",
    "photos": "to_json(photos.count)",
    "problem_reports": "to_json(mates.count)",
}
_JOINS: Final = """
    JOIN jurisdictions_category AS category ON category.id = chosen.category_id
    LEFT JOIN jurisdictions_department AS department ON department.id = chosen.department_id
    LEFT JOIN reports_assignment AS assignment ON assignment.report_id = chosen.id AND assignment.ended_at IS NULL
    LEFT JOIN reports_deadline AS deadline ON deadline.report_id = chosen.id AND deadline.ended_at IS NULL
    LEFT JOIN reports_delegation AS hands ON hands.report_id = chosen.id AND hands.ended_at IS NULL
    LEFT JOIN people_user AS person ON person.id = hands.user_id
    LEFT JOIN people_crew AS crew ON crew.id = hands.crew_id
    LEFT JOIN people_contractor AS contractor ON contractor.id = hands.contractor_id
    CROSS JOIN LATERAL (SELECT greatest(count(*) - 1, 0) AS count FROM reports_assignment AS each
                        WHERE each.report_id = chosen.id) AS moves
    CROSS JOIN LATERAL (SELECT count(*) AS count FROM reports_photo AS each
                        WHERE each.report_id = chosen.id AND each.state = 'ready') AS photos
    CROSS JOIN LATERAL (SELECT greatest(count(*), 1) AS count FROM reports_report AS each
                        WHERE each.duplicate_cluster_id = chosen.duplicate_cluster_id) AS mates
"""
_COLUMNS: Final = (
    *("id", "reference", "category_id", "department_id", "status", "status_at", "received_at", "description"),
    *("address", "is_public", "jurisdictions", "duplicate_cluster_id"),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks of the inbox."""

    rows: ReportQuerySet
    order: Order
    key: Key | None
    limit: int
    levels: tuple[str, ...]


class InboxView(APIView):
    """What is in somebody's charge."""

    permission_classes = [SignedIn]
    renderer_classes = [GeoJSONRenderer]

    @extend_schema(operation_id="listInbox", parameters=schema.INBOX_LIST, responses=schema.INBOX)
    def get(self, request: Request) -> HttpResponse:
        """List what is in your charge, the open ones unless a status is asked for; a page at a time.

        Places and texts are the true ones. The right: `see_reports`.
        """
        viewer = needs(viewer_of(request), Right.SEE_REPORTS)
        with query_timeout():
            catalog = read_catalog()
            asked = _asked(Params(request.GET, known=[*KNOWN, *catalog.levels]), viewer, catalog)
            page = _page(asked)
        response = HttpResponse(_body(page, _links(request, asked, page)), content_type=GEOJSON)
        response["Cache-Control"] = FOR_ONE
        patch_vary_headers(response, ["Authorization"])
        return response


def _asked(params: Params, viewer: Viewer, catalog: Catalog) -> Asked:
    order = ORDERS[params.choice("sort", list(ORDERS)) or NEWEST.name]
    rows = Report.objects.in_charge_of(viewer, Right.SEE_REPORTS).filter(_within(params, catalog))
    rows = _flagged(_told(rows.filter(in_time(params)), params), params, viewer)
    rows = _due(rows.filter(status__in=_statuses(params)), params, viewer, at=timezone.now())
    if order is DUE:
        rows = rows.filter(deadline__ended_at__isnull=True, deadline__due_at__isnull=False)
        rows = rows.annotate(due_at=F("deadline__due_at"))
    limit = params.limit(default=USUAL, most=MOST)
    return Asked(rows=rows, order=order, key=key_of(params, order), limit=limit, levels=catalog.levels)


def _statuses(params: Params) -> list[str]:
    if params.choice("waiting", ["true"]):
        return [Status.WAITING]
    asked = params.words("status")
    return known_values("status", asked, Status.values) if asked else sorted(OPEN)


def _within(params: Params, catalog: Catalog) -> Q:
    """Categories, departments and ground; each narrows."""
    found = Q()
    if categories := params.words("category"):
        found &= Q(category__in=known_categories(categories, catalog))
    if departments := params.words("department"):
        found &= Q(department__in=known_departments(departments))
    for level in catalog.levels:
        if codes := params.words(level):
            places = [Q(jurisdictions__contains={level: code}) for code in known_places(level, codes)]
            found &= reduce(or_, places)
    return found


def _flagged(rows: ReportQuerySet, params: Params, viewer: Viewer) -> ReportQuerySet:
    if params.choice("mine", ["true"]) and viewer.user is not None:
        rows = rows.in_hands_of(viewer.user)
    if params.choice("unaccepted", ["true"]):
        rows = rows.unaccepted()
    return rows.contested() if params.choice("contested", ["true"]) else rows


def _due(rows: ReportQuerySet, params: Params, viewer: Viewer, *, at: datetime) -> ReportQuerySet:
    due = params.choice("due", list(Due))
    return rows if due is None else rows.filter(condition(viewer, Due(due), at=at))


def _told(rows: ReportQuerySet, params: Params) -> ReportQuerySet:
    folded = searched_for(params)
    if folded is None:
        return rows
    if reference := as_reference(folded):
        return rows.filter(reference=reference)
    return rows.with_words(folded.split(" "))


def _page(asked: Asked) -> Page:
    backwards = bool(asked.key and asked.key.backwards)
    rows = asked.rows.filter(asked.key.rows) if asked.key else asked.rows
    ordered = _columns(rows, asked.order).order_by(*asked.order.by(backwards=backwards))
    choice = choice_of(ordered, size=asked.limit)
    if choice is None:
        return Page()
    layout = _layout(asked.levels, by_date=asked.order is DUE)
    return read_page(choice, layout=layout, form=COLLECTION, size=asked.limit, backwards=backwards)


def _columns(rows: ReportQuerySet, order: Order) -> QuerySet[Report, dict[str, Any]]:
    names = [*_COLUMNS, "due_at"] if order is DUE else _COLUMNS
    return rows.annotate(place=Plain("location")).values("place", *names)


@lru_cache(maxsize=16)
def _layout(levels: tuple[str, ...], *, by_date: bool) -> Layout:
    grounds = {
        f"{level}_code": f"coalesce((chosen.jurisdictions -> {literal(level)})::text, 'null')" for level in levels
    }
    return Layout(
        id="reference",
        place="place",
        properties=tuple({**_PROPERTIES, **grounds}.items()),
        joins=_JOINS,
        marks=("reference", "due_at") if by_date else ("reference",),
        table=Report._meta.db_table,
        point="location",
    )


def _links(request: Request, asked: Asked, page: Page) -> list[dict[str, str]]:
    return [
        link(request, rel=rel, side=side, key=_key_at(end, asked.order), media_type=GEOJSON)
        for rel, side, end in sides_of(page, asked.key)
    ]


def _key_at(end: Sequence[Any], order: Order) -> str:
    return key_text(order, reference=end[0], due_at=end[1] if order is DUE else None)


def _body(page: Page, links: Sequence[Mapping[str, str]]) -> bytes:
    tail = json.dumps({"links": list(links)}, ensure_ascii=False)[1:] if links else "}"
    joint = b"," if links else b""
    return b'{"type":"FeatureCollection","features":[' + page.text + b"]" + joint + tail.encode()
