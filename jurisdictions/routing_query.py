"""The one query of routing: what covers a point or lies close, and who would answer for it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from geo.prepared import Prepared
from jurisdictions.routing_statement import PARAMETERS, query_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question: a place (WGS 84), a category by its code, the way in, and how far off the phone may be."""

    lon: float
    lat: float
    category: str = ""
    source: str = ""
    accuracy_m: float = 0.0


class Found(NamedTuple):
    """A jurisdiction at or near a point, with the rule and department that would take a report there.

    `n` counts the questions from 1. `distance_m` is 0 where the jurisdiction covers the point. `specificity` orders
    the rules: 2 names the category, 1 its group, 0 everything; it is None where no rule speaks at this level.
    `may_decide` is false for what only the circle of the phone's accuracy reaches; `precedence` is the order in which
    jurisdictions would decide wherever all of them were; `best_of_rule` marks the one that speaks for its rule.
    `circle` is the part of that circle that the jurisdiction covers (WKB), None where it covers all of it; `disc` the
    circle itself, on the first row where any edge crosses it.
    """

    n: int
    covers: bool
    may_decide: bool
    distance_m: float
    day: date
    root_id: int
    root_code: str
    boundary_id: int
    area_m2: float
    jurisdiction_id: int
    parent_id: int | None
    code: str
    name_fa: str
    name_en: str
    level: str
    level_rank: int
    closes_gaps: bool
    rule_id: int | None
    specificity: int | None
    function: str | None
    department_id: int | None
    department_code: str | None
    department_name_fa: str | None
    department_name_en: str | None
    escalated: bool
    best_of_rule: bool
    precedence: int
    edge_m: float | None
    circle: memoryview | None
    disc: memoryview | None
    category_id: int | None
    category_name_fa: str | None
    category_name_en: str | None
    category_is_active: bool | None
    levels: list[str]


CIRCLE_AT_MOST_M = 1_000.0  # a phone that is further off than this says little about where it is

_FIND: Final = Prepared("city_eye_find_ground", PARAMETERS, query_of(Found._fields))


def find_ground(
    asked: Sequence[Asked], *, on: date | datetime, reach_m: float, with_edge: bool = True
) -> list[list[Found]]:
    """For each question, everything that covers the point or closes gaps within `reach_m` metres; the decider first.

    Read in one statement. What only the circle of the phone's accuracy reaches comes last. `edge_m` is measured, which
    is half of the work where each point lies in a shape of its own, unless nobody wants it.
    """
    moment = on if isinstance(on, datetime) else None
    values: dict[str, Any] = {
        "lon": [each.lon for each in asked],
        "lat": [each.lat for each in asked],
        "category": [each.category for each in asked],
        "source": [each.source for each in asked],
        "accuracy_m": [min(each.accuracy_m, CIRCLE_AT_MOST_M) for each in asked],
        "on": None if moment else on,
        "at": moment,
        "reach_m": reach_m,
        "with_edge": with_edge,
    }
    answers: list[list[Found]] = [[] for _ in asked]
    for row in _FIND.rows(values):
        answers[row[0] - 1].append(Found._make(row))
    return answers
