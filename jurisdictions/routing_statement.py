"""The text of routing's one query, a part for each thing that it finds out."""

from collections.abc import Iterable
from typing import Final

METRES_PER_DEGREE: Final = 110_574  # of latitude at the equator, where it is shortest: boxes err on the large side

# What is asked, with the types under which the database takes it.
PARAMETERS: Final = {
    "lon": "float8[]",
    "lat": "float8[]",
    "category": "text[]",
    "source": "text[]",
    "accuracy_m": "float8[]",
    "on": "date",
    "at": "timestamptz",
    "reach_m": "float8",
    "with_edge": "bool",
}

# The questions, with the box around each that its neighbors may lie in and the circle of the phone's accuracy.
_HERE = f"""
here AS MATERIALIZED (
    SELECT asked.*, ST_SetSRID(ST_MakePoint(asked.lon, asked.lat), 4326) AS point,
           least(reach / ({METRES_PER_DEGREE} * greatest(cos(radians(asked.lat)), 0.001)), 360) AS dx,
           reach / {METRES_PER_DEGREE} AS dy,
           accuracy_m / ({METRES_PER_DEGREE} * greatest(cos(radians(asked.lat)), 0.001)) AS circle_dx,
           accuracy_m / {METRES_PER_DEGREE} AS circle_dy
    FROM unnest(%(lon)s, %(lat)s, %(category)s, %(source)s, %(accuracy_m)s) WITH ORDINALITY
         AS asked (lon, lat, category, source, accuracy_m, n),
         LATERAL (SELECT greatest(%(reach_m)s, asked.accuracy_m) AS reach) AS reach
)"""  # noqa: S608 - our own numbers

# Cities, each with its own calendar: the day asked for, or the local day and time of the moment asked for.
_CITIES = """
cities AS (
    SELECT id, code, coalesce(%(on)s, (%(at)s AT TIME ZONE time_zone)::date) AS day,
           (%(at)s AT TIME ZONE time_zone)::time AS clock
    FROM jurisdictions_jurisdiction WHERE root_id IS NULL
)"""

# Rules that speak of a category on the city's day and, where they name a time, at that time. Of two that are
# equally specific, the one with more conditions is the more special.
_RULES = """
kinds AS MATERIALIZED (
    SELECT kind.code, category.id, category.group_id, category.name_fa, category.name_en, category.is_active
    FROM (SELECT DISTINCT category AS code FROM here) AS kind
    LEFT JOIN jurisdictions_category AS category ON category.code = kind.code
), rules AS MATERIALIZED (
    SELECT kinds.code AS category, rule.id, rule.root_id, rule.level_id, rule.function_id, rule.sources,
           function.code AS function,
           CASE WHEN rule.category_id IS NOT NULL THEN 2
                WHEN rule.group_id IS NOT NULL THEN 1 ELSE 0 END AS specificity,
           (rule.from_time IS NOT NULL)::int + (rule.weekdays <> '{}')::int + (rule.sources <> '{}')::int AS conditions
    FROM kinds
    JOIN jurisdictions_routingrule AS rule ON rule.category_id = kinds.id OR rule.group_id = kinds.group_id
      OR (rule.category_id IS NULL AND rule.group_id IS NULL)
    JOIN cities ON cities.id = rule.root_id AND rule.in_force @> cities.day
    JOIN jurisdictions_function AS function ON function.id = rule.function_id
    WHERE (rule.weekdays = '{}' OR extract(isodow FROM cities.day) = ANY (rule.weekdays))
      AND (rule.from_time IS NULL
           OR rule.from_time < rule.until_time AND cities.clock >= rule.from_time AND cities.clock < rule.until_time
           OR rule.from_time > rule.until_time AND (cities.clock >= rule.from_time OR cities.clock < rule.until_time))
)"""

# Boundaries whose box comes within reach (by themselves, so that the index on shapes finds them, however many days
# there are); of those in force, what covers the point, what does not but closes gaps, and what only the circle
# reaches: a planar test first (cheap), metres on the spheroid last. One boundary's rows follow each other, as PostGIS
# prepares a shape for those that come after the first; no row carries a shape further than it must.
_GROUND = """
boxes AS MATERIALIZED (
    SELECT here.*, boundary.id AS boundary_id, boundary.area_m2, boundary.in_force, boundary.jurisdiction_id
    FROM here JOIN jurisdictions_boundary AS boundary ON boundary.shape && ST_Expand(here.point, here.dx, here.dy)
    ORDER BY boundary.id
), near AS MATERIALIZED (
    SELECT n, category, source, accuracy_m, point, circle_dx, circle_dy, boundary_id, area_m2, jurisdiction_id,
           parent_id, code, name_fa, name_en, level_id, root_id, root_code, day, level, level_rank, closes_gaps, covers,
           CASE WHEN covers THEN 0 ELSE ST_Distance(shape::geography, point::geography) END AS distance_m
    FROM (
        SELECT boxes.*, boundary.shape, jurisdiction.parent_id, jurisdiction.code, jurisdiction.name_fa,
               jurisdiction.name_en, jurisdiction.level_id, cities.id AS root_id, cities.code AS root_code, cities.day,
               level.code AS level, level.rank AS level_rank, level.closes_gaps,
               ST_Covers(boundary.shape, boxes.point) AS covers
        FROM boxes
        JOIN jurisdictions_jurisdiction AS jurisdiction ON jurisdiction.id = boxes.jurisdiction_id
        JOIN cities ON cities.id = coalesce(jurisdiction.root_id, jurisdiction.id) AND boxes.in_force @> cities.day
        JOIN jurisdictions_level AS level ON level.id = jurisdiction.level_id
        CROSS JOIN LATERAL (
            SELECT shape FROM jurisdictions_boundary WHERE id = boxes.boundary_id OFFSET 0
        ) AS boundary
        WHERE ST_DWithin(boundary.shape, boxes.point,
                         CASE WHEN level.closes_gaps THEN greatest(boxes.dx, boxes.dy)
                              ELSE greatest(boxes.circle_dx, boxes.circle_dy) END)
        OFFSET 0
    ) AS ground
)"""

# The department with a rule's function in the jurisdiction, else in the nearest parent that has an active one.
_DEPARTMENTS = """
up AS (
    SELECT place.jurisdiction_id, work.function_id, place.jurisdiction_id AS above, place.parent_id, 0 AS steps
    FROM (SELECT DISTINCT jurisdiction_id, parent_id, root_id, level_id FROM near) AS place
    JOIN (SELECT DISTINCT root_id, level_id, function_id FROM rules) AS work
      ON work.root_id = place.root_id AND work.level_id = place.level_id
    UNION ALL
    SELECT up.jurisdiction_id, up.function_id, parent.id, parent.parent_id, up.steps + 1
    FROM up JOIN jurisdictions_jurisdiction AS parent ON parent.id = up.parent_id
), departments AS MATERIALIZED (
    SELECT DISTINCT ON (up.jurisdiction_id, up.function_id)
           up.jurisdiction_id, up.function_id, up.steps > 0 AS escalated,
           department.id, department.code, department.name_fa, department.name_en
    FROM up JOIN jurisdictions_department AS department
      ON department.jurisdiction_id = up.above AND department.function_id = up.function_id AND department.is_active
    ORDER BY up.jurisdiction_id, up.function_id, up.steps
)"""

# Each jurisdiction with each rule that speaks at its level. Of a rule's jurisdictions one speaks for it.
_SAID = """
said AS (
    SELECT near.*, rules.id AS rule_id, rules.specificity, rules.conditions, rules.function,
           department.id AS department_id, department.code AS department_code,
           department.name_fa AS department_name_fa, department.name_en AS department_name_en,
           coalesce(department.escalated, false) AS escalated, may_decide,
           row_number() OVER (PARTITION BY near.n, rules.id ORDER BY may_decide DESC, near.covers DESC, near.distance_m,
                              near.area_m2, near.code, near.boundary_id) = 1 AS best_of_rule,
           row_number() OVER (PARTITION BY near.n ORDER BY rules.specificity DESC NULLS LAST,
                              rules.conditions DESC NULLS LAST, rules.id IS NULL AND NOT near.closes_gaps,
                              near.level_rank DESC, near.area_m2, near.code, near.boundary_id, rules.id) AS precedence
    FROM near
    CROSS JOIN LATERAL (SELECT near.covers OR near.closes_gaps AND near.distance_m <= %(reach_m)s AS may_decide) AS may
    LEFT JOIN rules ON rules.category = near.category AND rules.root_id = near.root_id
         AND rules.level_id = near.level_id AND (rules.sources = '{}' OR near.source = ANY (rules.sources))
    LEFT JOIN departments AS department
      ON department.jurisdiction_id = near.jurisdiction_id AND department.function_id = rules.function_id
    WHERE may_decide OR near.distance_m <= near.accuracy_m
), judged AS (
    SELECT said.*, row_number() OVER (
        PARTITION BY n
        ORDER BY may_decide DESC, (best_of_rule AND rule_id IS NOT NULL AND department_id IS NOT NULL) DESC,
                 specificity DESC NULLS LAST, conditions DESC NULLS LAST, rule_id IS NULL AND NOT closes_gaps,
                 level_rank DESC, covers DESC, distance_m, area_m2, code, boundary_id, rule_id
    ) AS place
    FROM said
)"""

# The distance to the edge is measured where it is wanted, for the deciding row alone, one boundary's points after
# another's; and what lies within the circle only where that edge or a jurisdiction that does not cover the point comes
# into the circle.
_MEASURED = """
measured AS MATERIALIZED (
    SELECT judged.*, CASE WHEN place = 1 AND (%(with_edge)s OR accuracy_m > 0) THEN (
               SELECT ST_Distance(ST_Boundary(shape)::geography, judged.point::geography)
               FROM jurisdictions_boundary WHERE id = judged.boundary_id
           ) END AS edge_m
    FROM (SELECT * FROM judged ORDER BY boundary_id OFFSET 0) AS judged
), doubted AS (
    SELECT measured.*, accuracy_m > 0 AND bool_or(
        CASE WHEN place = 1 THEN edge_m <= accuracy_m ELSE NOT covers AND distance_m <= accuracy_m END
    ) OVER (PARTITION BY n) AS doubtful
    FROM measured
)"""

# Everything found, for each question the deciding row first in the order of docs/domain.md.
_ANSWER = """
SELECT {columns}
FROM (
    SELECT doubted.*, kinds.id AS category_id, kinds.name_fa AS category_name_fa, kinds.name_en AS category_name_en,
           kinds.is_active AS category_is_active,
           CASE WHEN doubtful THEN (
               SELECT CASE WHEN NOT ST_Covers(shape, around) THEN ST_AsBinary(ST_Intersection(shape, around)) END
               FROM jurisdictions_boundary WHERE id = boundary_id
           ) END AS circle,
           CASE WHEN doubtful AND place = 1 THEN ST_AsBinary(around) END AS disc,
           (SELECT array_agg(code ORDER BY rank, code) FROM jurisdictions_level WHERE rank > 0) AS levels
    FROM doubted JOIN kinds ON kinds.code = doubted.category
    CROSS JOIN LATERAL (
        SELECT CASE WHEN doubtful THEN
            ST_Translate(ST_Scale(ST_Buffer('SRID=4326;POINT(0 0)'::geometry, 1, 8), circle_dx, circle_dy),
                         ST_X(point), ST_Y(point)) END AS around
    ) AS circle
) AS answer
ORDER BY n, place"""


def query_of(columns: Iterable[str]) -> str:
    """The query for these columns of what it finds, with the names of PARAMETERS as placeholders."""
    parts = ", ".join((_HERE, _CITIES, _RULES, _GROUND, _DEPARTMENTS, _SAID, _MEASURED))
    return f"WITH RECURSIVE {parts} {_ANSWER.format(columns=', '.join(columns))}"
