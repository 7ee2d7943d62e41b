"""What lists are about, and the SQL of what they say of each row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from api.v1.problem_rows import problems_of
from geo.pages import Layout, literal
from reports.models import Report
from reports.models.report import ReportQuerySet

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


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What a list is about: reports, or those that stand for a problem; which properties it has, from where."""

    properties: Mapping[str, str]
    joins: str
    narrow: Callable[[ReportQuerySet], ReportQuerySet] | None = None


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


@lru_cache(maxsize=64)
def layout_of(of: Kind, fields: tuple[str, ...], levels: tuple[str, ...], *, with_distance: bool) -> Layout:
    """How the rows of a list with these properties are written; levels are codes of jurisdictions' levels."""
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
