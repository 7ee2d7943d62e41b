"""Point, category and day to the jurisdiction and department responsible, with the reasons."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import models
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Category
from jurisdictions.routing_query import Found, find_ground

NEAR_EDGE_M = 15.0  # what a phone's position is worth on a good day: closer to an edge, the neighbor is named too
EVERYWHERE_M = 20_100_000.0  # more than half way round the globe


class Method(models.TextChoices):
    """How the jurisdiction was found."""

    COVERS = "covers", _("covers")
    NEAREST = "nearest", _("nearest")
    OUTSIDE = "outside", _("outside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A jurisdiction in an answer, with the boundary that put it there."""

    level: str
    code: str
    name_fa: str
    name_en: str
    boundary_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A department in an answer."""

    id: int
    code: str
    name_fa: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerUp:
    """Who would have had the report, had the deciding jurisdiction not been there."""

    place: Place
    department: Office | None
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who answers for a problem at a place on a day, and why.

    `places` holds the jurisdiction at each level that has one there, by the level's code. `decided_by` is the one
    that decided; `edge_m` the metres from the point to its edge, on whichever side the point lies. Without a
    department the report waits for a dispatcher.
    """

    on: date
    root_id: int
    city: str
    method: Method
    decided_by: Place
    places: dict[str, Place]
    department: Office | None
    rule_id: int | None
    function: str | None
    escalated: bool
    edge_m: float
    near_boundary: bool
    runners_up: tuple[RunnerUp, ...]

    @property
    def codes(self) -> dict[str, str]:
        """The jurisdictions' codes by level: what a report keeps."""
        return {level: place.code for level, place in self.places.items()}

    def as_json(self) -> dict[str, Any]:
        """Plain values, as stored on the Assignment; `route_from_json` reads them back."""
        return asdict(self) | {"on": self.on.isoformat(), "method": str(self.method)}


class OutsideServiceArea(Exception):
    """The point is further from every city than the service reaches.

    `nearest` is None where there is no city at all; `exchanged` says that the pair read the other way round
    lies inside one: longitude and latitude were probably swapped.
    """

    def __init__(self, *, nearest: Place | None, distance_m: float | None, exchanged: bool) -> None:
        super().__init__("outside the service area")
        self.nearest = nearest
        self.distance_m = distance_m
        self.exchanged = exchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question: a place (WGS 84), a category by its code, the way in, and how far off the phone may be."""

    lon: float
    lat: float
    category: str = ""
    source: str = ""
    accuracy_m: float = 0.0


def find_routes(asked: Sequence[Asked], *, on: date | datetime) -> list[Route | OutsideServiceArea]:
    """The answers to many questions about one day or moment, in their order."""
    categories = {each.code: each for each in Category.objects.filter(code__in={each.category for each in asked})}
    return [_answer(each, categories, on) for each in asked]


def _answer(asked: Asked, categories: Mapping[str, Category], on: date | datetime) -> Route | OutsideServiceArea:
    try:
        return find_route(
            location=Point(asked.lon, asked.lat, srid=4326),
            category=categories.get(asked.category),
            on=on,
            accuracy_m=asked.accuracy_m,
            source=asked.source,
        )
    except OutsideServiceArea as outside:
        return outside


def find_route(
    *, location: Point, category: Category | None, on: date | datetime, accuracy_m: float = 0, source: str = ""
) -> Route:
    """Who answers for `category` at `location` (WGS 84, lon/lat) on a day, or on the city's day at a moment.

    One query inside a city. Raises OutsideServiceArea further than OUTSIDE_WITHIN_M metres from every city, and
    wherever the point lies outside while its exchanged pair lies inside.
    """
    search = _search_for(location, category, on)
    found = search(location, float(settings.NEAREST_WITHIN_M))
    if found:
        return _route(found, near_m=max(accuracy_m, NEAR_EDGE_M))
    return _outside(location, search)


def _search_for(
    location: Point, category: Category | None, on: date | datetime
) -> Callable[[Point, float], list[Found]]:
    def search(point: Point, reach_m: float) -> list[Found]:
        return find_ground(
            lon=point.x,
            lat=point.y,
            category_id=category.pk if category else None,
            group_id=category.group_id if category else None,
            on=on,
            reach_m=reach_m,
        )

    return search


def _outside(location: Point, search: Callable[[Point, float], list[Found]]) -> Route:
    """The route of a point that nothing covers, or the refusal."""
    limit_m = float(settings.OUTSIDE_WITHIN_M)
    found = search(location, limit_m)
    exchanged = _exchanged_lies_inside(location, search)
    if found and not exchanged:
        return _route(found, near_m=0)
    found = found or search(location, EVERYWHERE_M)
    nearest = min(found, key=lambda each: (each.distance_m, -each.level_rank, each.code), default=None)
    raise OutsideServiceArea(
        nearest=_place(nearest) if nearest else None,
        distance_m=nearest.distance_m if nearest else None,
        exchanged=exchanged,
    )


def _exchanged_lies_inside(location: Point, search: Callable[[Point, float], list[Found]]) -> bool:
    if abs(location.x) > 90:
        return False
    return any(each.covers for each in search(Point(location.y, location.x, srid=location.srid), 0.0))


def _route(found: list[Found], *, near_m: float) -> Route:
    """The answer out of everything found; the first row decides."""
    first = found[0]
    method = _method(first)
    runners_up = _runners_up(found, near_m)
    edge_m = first.edge_m or 0.0
    return Route(
        on=first.day,
        root_id=first.root_id,
        city=first.root_code,
        method=method,
        decided_by=_place(first),
        places={} if method == Method.OUTSIDE else _places(first, found),
        department=None if method == Method.OUTSIDE else _office(first),
        rule_id=None if method == Method.OUTSIDE else first.rule_id,
        function=first.function,
        escalated=first.escalated,
        edge_m=round(edge_m, 2),
        near_boundary=edge_m <= near_m,
        runners_up=runners_up,
    )


def _method(first: Found) -> Method:
    if first.covers:
        return Method.COVERS
    return Method.NEAREST if first.distance_m <= settings.NEAREST_WITHIN_M else Method.OUTSIDE


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


def _runners_up(found: list[Found], near_m: float) -> tuple[RunnerUp, ...]:
    """Other jurisdictions at the deciding level that cover the point as well, or lie within `near_m` of it."""
    first, *others = found
    seen = {first.jurisdiction_id}
    answer = []
    for each in others:
        within_reach = each.level == first.level and each.distance_m <= max(near_m, settings.NEAREST_WITHIN_M)
        if within_reach and each.jurisdiction_id not in seen:
            seen.add(each.jurisdiction_id)
            answer.append(RunnerUp(place=_place(each), department=_office(each), distance_m=round(each.distance_m, 2)))
    return tuple(answer)


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


def route_from_json(stored: dict[str, Any]) -> Route:
    """The Route that `Route.as_json` wrote."""
    values = dict(stored)
    values["on"] = date.fromisoformat(stored["on"])
    values["method"] = Method(stored["method"])
    values["decided_by"] = Place(**stored["decided_by"])
    values["places"] = {level: Place(**place) for level, place in stored["places"].items()}
    values["department"] = _office_from_json(stored["department"])
    values["runners_up"] = tuple(
        RunnerUp(
            place=Place(**each["place"]),
            department=_office_from_json(each["department"]),
            distance_m=each["distance_m"],
        )
        for each in stored["runners_up"]
    )
    return Route(**values)


def _office_from_json(stored: dict[str, Any] | None) -> Office | None:
    return Office(**stored) if stored else None
