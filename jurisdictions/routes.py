"""The answer of routing, Route, with its reasons; kept as JSON on the assignment and read back from it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from jurisdictions.routing_query import Asked


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
class Kind:
    """The category that was asked about."""

    code: str
    name_fa: str
    name_en: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerUp:
    """Who would have had the report, had the deciding jurisdiction not been there."""

    place: Place
    department: Office | None
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Who would decide in a part of the circle in which the phone may be, with that part's share of it (0 to 1)."""

    place: Place
    department: Office | None
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who answers for a problem at a place on a day, and why.

    `asked` and `on` (or `at`, where a moment was asked about) replay it. `places` holds the jurisdiction at each
    level that has one there, by the level's code; `levels` are all there are below the city. `decided_by` is the
    one that decided; `edge_m` the metres from the point to its edge, on whichever side the point lies. Rules that
    were `passed_over` led to no active department. `candidates` are there where the circle of the phone's accuracy
    crosses an edge. Without a department the report waits for a dispatcher.
    """

    asked: Asked
    on: date
    at: datetime | None
    root_id: int
    city: str
    category: Kind | None
    method: Method
    decided_by: Place
    places: dict[str, Place]
    department: Office | None
    rule_id: int | None
    function: str | None
    escalated: bool
    passed_over: tuple[int, ...]
    edge_m: float
    near_boundary: bool
    runners_up: tuple[RunnerUp, ...]
    candidates: tuple[Candidate, ...]
    levels: tuple[str, ...]

    @property
    def codes(self) -> dict[str, str]:
        """The jurisdictions' codes by level: what a report keeps."""
        return {level: place.code for level, place in self.places.items()}

    @property
    def ambiguous(self) -> bool:
        """Whether the phone may as well have been where another decides, or nobody."""
        return bool(self.candidates)

    @property
    def moment(self) -> date | datetime:
        """What to ask about to get the same answer."""
        return self.at or self.on

    def differences(self, other: "Route | None") -> list[str]:
        """The names of the members in which another answer decides otherwise; all of them where there is none."""
        return [name for name in DECISION if other is None or self._said(name) != other._said(name)]

    def _said(self, name: str) -> Any:
        # By number and code: what bears another name since then is still the same.
        value = self.codes if name == "places" else getattr(self, name)
        return getattr(value, "boundary_id", None) or getattr(value, "id", value)

    def as_json(self) -> dict[str, Any]:
        """Plain values, as stored on the Assignment; `route_from_json` reads them back."""
        return _members(self) | {
            "asked": _members(self.asked),
            "on": self.on.isoformat(),
            "at": self.at.isoformat() if self.at else None,
            "category": _members(self.category) if self.category else None,
            "method": str(self.method),
            "decided_by": _members(self.decided_by),
            "places": {level: _members(place) for level, place in self.places.items()},
            "department": _members(self.department) if self.department else None,
            "runners_up": [_with_parts(each) for each in self.runners_up],
            "candidates": [_with_parts(each) for each in self.candidates],
        }


def _members(value: Any) -> dict[str, Any]:
    """The members as they are; `asdict` copies whatever is in them, which takes five times as long."""
    return {name: getattr(value, name) for name in value.__slots__}


def _with_parts(value: RunnerUp | Candidate) -> dict[str, Any]:
    department = _members(value.department) if value.department else None
    return _members(value) | {"place": _members(value.place), "department": department}


DECISION = ("method", "decided_by", "places", "department", "rule_id", "edge_m")
"""The members of a Route that make it the same decision."""


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


def route_from_json(stored: dict[str, Any]) -> Route:
    """The Route that `Route.as_json` wrote."""
    read = {
        "asked": Asked(**stored["asked"]),
        "on": date.fromisoformat(stored["on"]),
        "at": datetime.fromisoformat(stored["at"]) if stored["at"] else None,
        "category": Kind(**stored["category"]) if stored["category"] else None,
        "method": Method(stored["method"]),
        "decided_by": Place(**stored["decided_by"]),
        "places": {level: Place(**place) for level, place in stored["places"].items()},
        "department": _office(stored["department"]),
        "passed_over": tuple(stored["passed_over"]),
        "runners_up": tuple(RunnerUp(**_parts(each)) for each in stored["runners_up"]),
        "candidates": tuple(Candidate(**_parts(each)) for each in stored["candidates"]),
        "levels": tuple(stored["levels"]),
    }
    return Route(**(stored | read))


def _parts(stored: dict[str, Any]) -> dict[str, Any]:
    return stored | {"place": Place(**stored["place"]), "department": _office(stored["department"])}


def _office(stored: dict[str, Any] | None) -> Office | None:
    return Office(**stored) if stored else None
