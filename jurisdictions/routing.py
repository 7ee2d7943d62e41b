"""Point, category and day to the jurisdiction and department responsible, with the reasons."""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

import shapely
from django.conf import settings
from django.contrib.gis.geos import Point

from jurisdictions.models import Category
from jurisdictions.routes import (
    Candidate,
    Kind,
    Method,
    Office,
    OutsideServiceArea,
    Place,
    Route,
    RunnerUp,
    route_from_json,
)
from jurisdictions.routing_query import Asked, Found, find_ground

__all__ = [
    "Asked",
    "Candidate",
    "Kind",
    "Method",
    "Office",
    "OutsideServiceArea",
    "Place",
    "Route",
    "RunnerUp",
    "find_route",
    "find_routes",
    "route_from_json",
]

logger = logging.getLogger(__name__)

NEAR_EDGE_M = 15.0  # what a phone's position is worth on a good day: closer to an edge, the neighbor is named too
EVERYWHERE_M = 20_100_000.0  # more than half way round the globe
NO_SHARE = 0.0005  # of the circle: less is rounding


def find_route(
    *, location: Point, category: Category | None, on: date | datetime, accuracy_m: float = 0, source: str = ""
) -> Route:
    """Who answers for `category` at `location` (WGS 84, lon/lat) on a day, or on the city's day at a moment.

    One query inside a city. Rules with a time or a way in as their condition speak only where the moment or the way
    is known. Raises OutsideServiceArea further than OUTSIDE_WITHIN_M metres from every city, and wherever the point
    lies outside while its exchanged pair lies inside.
    """
    code = category.code if category else ""
    asked = Asked(lon=location.x, lat=location.y, category=code, source=source, accuracy_m=accuracy_m)
    [answer] = find_routes([asked], on=on)
    if isinstance(answer, OutsideServiceArea):
        raise answer
    return answer


def find_routes(
    asked: Sequence[Asked], *, on: date | datetime, with_edge: bool = True
) -> list[Route | OutsideServiceArea]:
    """The answers to many questions about one day or moment, in their order; one query for all that lie inside.

    Who only asks who answers may do without the metres to the edge (`with_edge`): they are 0 then for what is covered.
    """
    ground = find_ground(asked, on=on, reach_m=_tolerance_m(), with_edge=with_edge)
    answers: list[Route | OutsideServiceArea | None] = [
        _route(each, found, on) if _is_decided(found) else None for each, found in zip(asked, ground, strict=True)
    ]
    left = [each for each, answer in zip(asked, answers, strict=True) if answer is None]
    outside = iter(_outside(left, on) if left else [])
    _alarm(answer for answer in answers if isinstance(answer, Route))
    return [answer or next(outside) for answer in answers]


def _tolerance_m() -> float:
    return float(settings.NEAREST_WITHIN_M)


def _is_decided(found: list[Found]) -> bool:
    return bool(found) and found[0].may_decide


def _outside(asked: Sequence[Asked], on: date | datetime) -> list[Route | OutsideServiceArea]:
    """The answers where nothing covers the point, nor is near enough to have it."""
    limit_m = float(settings.OUTSIDE_WITHIN_M)
    around = find_ground(asked, on=on, reach_m=limit_m)
    exchanged = find_ground([_exchanged(each) for each in asked], on=on, reach_m=0)
    return [
        _route(each, found, on) if _is_decided(found) and not inside else _refused(each, found, inside, on)
        for each, found, inside in zip(asked, around, map(_covered, exchanged), strict=True)
    ]


def _exchanged(asked: Asked) -> Asked:
    # A longitude that is no latitude cannot have been one: ask about the place itself, which nothing covers.
    swap = abs(asked.lon) <= 90
    return Asked(lon=asked.lat if swap else asked.lon, lat=asked.lon if swap else asked.lat)


def _covered(found: list[Found]) -> bool:
    return any(each.covers for each in found)


def _refused(asked: Asked, found: list[Found], exchanged: bool, on: date | datetime) -> OutsideServiceArea:
    if not found:
        [found] = find_ground([asked], on=on, reach_m=EVERYWHERE_M)
    nearest = min(found, key=lambda each: (each.distance_m, -each.level_rank, each.code), default=None)
    return OutsideServiceArea(
        nearest=_place(nearest) if nearest else None,
        distance_m=nearest.distance_m if nearest else None,
        exchanged=exchanged,
    )


def _route(asked: Asked, found: list[Found], on: date | datetime) -> Route:
    """The answer out of everything found; the first row decides."""
    first = found[0]
    method = _method(first)
    answered = method != Method.OUTSIDE
    near_m = max(asked.accuracy_m, NEAR_EDGE_M)
    candidates = _candidates(found) if answered else ()
    edge_m = first.edge_m or 0.0
    return Route(
        asked=asked,
        on=first.day,
        at=on if isinstance(on, datetime) else None,
        root_id=first.root_id,
        city=first.root_code,
        category=_kind(first, asked),
        method=method,
        decided_by=_place(first),
        places=_places(first, found) if answered else {},
        department=_office(first) if answered else None,
        rule_id=first.rule_id if answered else None,
        function=first.function,
        escalated=first.escalated,
        passed_over=_passed_over(found) if answered else (),
        edge_m=round(edge_m, 2),
        near_boundary=answered and edge_m <= near_m,
        runners_up=_runners_up(found, near_m) if answered else (),
        candidates=candidates,
        levels=tuple(first.levels or ()),
    )


def _kind(first: Found, asked: Asked) -> Kind | None:
    if first.category_id is None:
        return None
    return Kind(
        code=asked.category,
        name_fa=first.category_name_fa or "",
        name_en=first.category_name_en or "",
        is_active=bool(first.category_is_active),
    )


def _method(first: Found) -> Method:
    if first.covers:
        return Method.COVERS
    return Method.NEAREST if first.distance_m <= _tolerance_m() else Method.OUTSIDE


def _places(first: Found, found: list[Found]) -> dict[str, Place]:
    """One jurisdiction a level: the deciding one and its kin before smaller ground before the lower code."""
    chosen = {first.level: first}
    kin = {first.jurisdiction_id, first.parent_id}
    covering = sorted((each for each in found if each.covers), key=lambda each: (each.level_rank, each.level))
    for level, rows in groupby(covering, key=lambda each: each.level):
        best = min(rows, key=lambda each: (not _is_kin(each, kin), each.area_m2, each.code))
        kin.add(chosen.setdefault(level, best).jurisdiction_id)
    return {level: _place(each) for level, each in chosen.items()}


def _is_kin(each: Found, kin: Iterable[int | None]) -> bool:
    return each.jurisdiction_id in kin or each.parent_id in kin


def _passed_over(found: list[Found]) -> tuple[int, ...]:
    """The rules that should have decided and led to no active department, in their order."""
    first = found[0]
    rules = sorted(
        (each.precedence, each.rule_id)
        for each in found
        if each.rule_id is not None and each.best_of_rule and each.may_decide and each.department_id is None
    )
    return tuple(rule for precedence, rule in rules if precedence <= first.precedence)


def _alarm(routes: Iterable[Route]) -> None:
    """Say once for each rule that it leads nowhere: it was passed over, and somebody should mend it."""
    faulty = {(rule, route.decided_by.level, route.decided_by.code) for route in routes for rule in route.passed_over}
    for rule, level, code in sorted(faulty):
        logger.error("Routing rule %s leads to no active department at %s %s", rule, level, code)


def _runners_up(found: list[Found], near_m: float) -> tuple[RunnerUp, ...]:
    """Other jurisdictions at the deciding level that cover the point as well, or lie within `near_m` of it."""
    first, *others = found
    seen = {first.jurisdiction_id}
    answer = []
    for each in others:
        within_reach = each.level == first.level and each.distance_m <= max(near_m, _tolerance_m())
        if within_reach and each.jurisdiction_id not in seen:
            seen.add(each.jurisdiction_id)
            answer.append(RunnerUp(place=_place(each), department=_office(each), distance_m=round(each.distance_m, 2)))
    return tuple(answer)


def _candidates(found: list[Found]) -> tuple[Candidate, ...]:
    """Who would decide in each part of the circle, with the part's share of it; nobody where no edge crosses it.

    What the shares lack to 1 lies outside every jurisdiction that could decide.
    """
    first = found[0]
    if first.disc is None:
        return ()
    rows = sorted((each for each in found if _could_decide(each, first)), key=lambda each: each.precedence)
    left = disc = shapely.from_wkb(bytes(first.disc))
    answer = []
    for each in rows:
        piece = left if each.circle is None else left.intersection(shapely.from_wkb(bytes(each.circle)))
        share = piece.area / disc.area
        if share >= NO_SHARE:
            answer.append(Candidate(place=_place(each), department=_office(each), share=round(share, 3)))
            left = left.difference(piece)
    if len(answer) == 1 and answer[0].share >= 1 - NO_SHARE:
        return ()
    return tuple(sorted(answer, key=lambda each: -each.share))


def _could_decide(each: Found, first: Found) -> bool:
    """Whether a jurisdiction would decide where it lies: by a rule that leads somewhere, or by the first's level."""
    if first.rule_id is None:
        return each.level == first.level
    return each.rule_id is not None and (each.department_id is not None or first.department_id is None)


def _place(row: Found) -> Place:
    return Place(level=row.level, code=row.code, name_fa=row.name_fa, name_en=row.name_en, boundary_id=row.boundary_id)


def _office(row: Found) -> Office | None:
    if row.department_id is None:
        return None
    return Office(
        id=row.department_id,
        code=row.department_code or "",
        name_fa=row.department_name_fa or "",
        name_en=row.department_name_en or "",
    )
