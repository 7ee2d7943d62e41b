"""The one query of routing: what covers a point or lies close, and who would answer for it there."""

from dataclasses import dataclass
from datetime import date, datetime
from math import cos, radians
from typing import Any

from django.db import connection

METRES_PER_DEGREE = 110_574  # of latitude at the equator, where a degree is shortest: boxes err on the large side


@dataclass(frozen=True, kw_only=True)
class Found:
    """A jurisdiction at or near the point, with the rule and department that would take the report there.

    `distance_m` is 0 where the jurisdiction covers the point. `specificity` orders the rules: 2 names the
    category, 1 its group, 0 everything; it is None where no rule speaks at this level.
    """

    covers: bool
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
    edge_m: float | None


# Cities, each with its own calendar: the day asked for, or the local day of the moment asked for.
_CITIES = """
cities AS (
    SELECT id, code, coalesce(%(on)s::date, (%(at)s::timestamptz AT TIME ZONE time_zone)::date) AS day
    FROM jurisdictions_jurisdiction WHERE root_id IS NULL
)"""

# Rules that speak of the category on the city's day.
_RULES = """
rules AS (
    SELECT rule.id, rule.root_id, rule.level_id, rule.function_id, function.code AS function,
           CASE WHEN rule.category_id IS NOT NULL THEN 2 WHEN rule.group_id IS NOT NULL THEN 1 ELSE 0 END AS specificity
    FROM jurisdictions_routingrule AS rule
    JOIN cities ON cities.id = rule.root_id AND rule.in_force @> cities.day
    JOIN jurisdictions_function AS function ON function.id = rule.function_id
    WHERE rule.category_id = %(category)s OR rule.group_id = %(group)s
       OR (rule.category_id IS NULL AND rule.group_id IS NULL)
)"""

# Boundaries of the day whose box comes within reach; what covers the point, and what does not but closes gaps.
# A box test first (the index), a planar test next (cheap), metres on the spheroid only for what is left.
_GROUND = """
ground AS MATERIALIZED (
    SELECT boundary.id AS boundary_id, boundary.shape, boundary.area_m2, jurisdiction.id, jurisdiction.parent_id,
           jurisdiction.code, jurisdiction.name_fa, jurisdiction.name_en, jurisdiction.level_id,
           cities.id AS root_id, cities.code AS root_code, cities.day,
           level.code AS level, level.rank AS level_rank, level.closes_gaps, here.point,
           ST_Covers(boundary.shape, here.point) AS covers
    FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS point) AS here
    JOIN jurisdictions_boundary AS boundary ON boundary.shape && ST_Expand(here.point, %(dx)s, %(dy)s)
    JOIN jurisdictions_jurisdiction AS jurisdiction ON jurisdiction.id = boundary.jurisdiction_id
    JOIN cities ON cities.id = coalesce(jurisdiction.root_id, jurisdiction.id) AND boundary.in_force @> cities.day
    JOIN jurisdictions_level AS level ON level.id = jurisdiction.level_id
    WHERE ST_DWithin(boundary.shape, here.point, CASE WHEN level.closes_gaps THEN greatest(%(dx)s, %(dy)s) ELSE 0 END)
), near AS MATERIALIZED (
    SELECT ground.*,
           CASE WHEN covers THEN 0 ELSE ST_Distance(shape::geography, point::geography) END AS distance_m
    FROM ground
)"""

# The department with the rule's function in the jurisdiction, else in the nearest parent that has an active one.
_DEPARTMENT = """
LEFT JOIN LATERAL (
    WITH RECURSIVE up AS (
        SELECT near.id, near.parent_id, 0 AS steps WHERE rules.id IS NOT NULL
        UNION ALL
        SELECT parent.id, parent.parent_id, up.steps + 1
        FROM up JOIN jurisdictions_jurisdiction AS parent ON parent.id = up.parent_id
    )
    SELECT department.id, department.code, department.name_fa, department.name_en, up.steps > 0 AS escalated
    FROM up JOIN jurisdictions_department AS department
      ON department.jurisdiction_id = up.id AND department.function_id = rules.function_id AND department.is_active
    ORDER BY up.steps LIMIT 1
) AS department ON true"""

# Everything found, the deciding row first in the order of docs/domain.md; the
# distance to the edge is measured for that row alone. Where no rule speaks, a level that fills the city decides.
_ANSWER = f"""
SELECT near.covers, near.distance_m, near.day, near.root_id, near.root_code, near.boundary_id, near.area_m2,
       near.id AS jurisdiction_id, near.parent_id, near.code, near.name_fa, near.name_en,
       near.level, near.level_rank, near.closes_gaps,
       rules.id AS rule_id, rules.specificity, rules.function,
       department.id AS department_id, department.code AS department_code,
       department.name_fa AS department_name_fa, department.name_en AS department_name_en,
       coalesce(department.escalated, false) AS escalated,
       CASE WHEN row_number() OVER deciding = 1
            THEN ST_Distance(ST_Boundary(near.shape)::geography, near.point::geography) END AS edge_m
FROM near
LEFT JOIN rules ON rules.root_id = near.root_id AND rules.level_id = near.level_id
{_DEPARTMENT}
WHERE near.covers OR near.distance_m <= %(reach_m)s
WINDOW deciding AS (
    ORDER BY rules.specificity DESC NULLS LAST, rules.id IS NULL AND NOT near.closes_gaps, near.level_rank DESC,
             near.covers DESC, near.distance_m, near.area_m2, near.code, near.id, rules.id
)
ORDER BY row_number() OVER deciding"""  # noqa: S608 - our own pieces

_QUERY = f"WITH {_CITIES}, {_RULES}, {_GROUND} {_ANSWER}"


def find_ground(
    *,
    lon: float,
    lat: float,
    category_id: int | None,
    group_id: int | None,
    on: date | datetime,
    reach_m: float,
) -> list[Found]:
    """Everything that covers the point, or closes gaps within `reach_m` metres of it; the deciding row first."""
    moment = on if isinstance(on, datetime) else None
    values: dict[str, Any] = {
        "lon": lon,
        "lat": lat,
        "category": category_id,
        "group": group_id,
        "on": None if moment else on,
        "at": moment,
        "reach_m": reach_m,
        "dx": min(reach_m / (METRES_PER_DEGREE * max(cos(radians(lat)), 0.001)), 360.0),
        "dy": reach_m / METRES_PER_DEGREE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, values)
        names = [column.name for column in cursor.description]
        return [Found(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
