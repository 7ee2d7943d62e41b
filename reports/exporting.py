"""The public's reports and problems as CSV, written by the database: memory does not grow with them."""

from typing import BinaryIO, Final

from django.db import connection

from jurisdictions.models import Jurisdiction, Level
from people.access import PUBLIC
from reports.models import Report

# Where a place is coarse its department and what the report is a duplicate of would say more about it. A text that a
# spreadsheet would take for a formula gets an apostrophe before it.
_TEXT: Final = r"CASE WHEN report.public_text ~ '^[=+@\t\r-]' THEN '''' ELSE '' END || report.public_text"
_MOMENT: Final = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
_PLACE: Final = {
    "LON": "round(ST_X(report.public_location)::numeric, 7)",
    "LAT": "round(ST_Y(report.public_location)::numeric, 7)",
}
_REPORTS: Final = {
    "REFERENCE": "report.reference",
    "RECEIVED_AT": _MOMENT.format("report.received_at"),
    "REPORTED_AT": _MOMENT.format("report.reported_at"),
    "STATUS": "report.status",
    "CATEGORY": "category.code",
    "CATEGORY_FA": "category.name_fa",
    "CATEGORY_EN": "category.name_en",
    "DEPARTMENT": "CASE WHEN category.place_precision_m = 0 THEN department.code END",
    **_PLACE,
    "TEXT": _TEXT,
    "DUPLICATE": "(root.reference IS NOT NULL)::text",
    "PARENT": "root.reference",
}
_REPORTS_FROM: Final = """
    LEFT JOIN jurisdictions_department AS department ON department.id = report.department_id
    LEFT JOIN reports_duplicatecluster AS problem
      ON problem.id = report.duplicate_cluster_id AND category.place_precision_m = 0
    LEFT JOIN (reports_report AS root JOIN jurisdictions_category AS kind
                 ON kind.id = root.category_id AND kind.place_precision_m = 0)
      ON root.id = problem.root_report_id AND root.id <> report.id AND root.is_public"""
_PROBLEMS: Final = {
    "REFERENCE": "report.reference",
    "REPORTS": "problem.told",
    "FIRST_AT": _MOMENT.format("problem.first_at"),
    "LAST_AT": _MOMENT.format("problem.last_at"),
    "STATUS": "report.status",
    "CATEGORY": "category.code",
    "CATEGORIES": "problem.categories",
    "DEPARTMENT": "CASE WHEN category.place_precision_m = 0 THEN department.code END",
    **_PLACE,
    "TEXT": _TEXT,
}
# Each problem once, by the report that stands for it; who is alone, or seen by no one beside it, is a problem too.
_PROBLEMS_FROM: Final = """
    LEFT JOIN jurisdictions_department AS department ON department.id = report.department_id
    LEFT JOIN reports_duplicatecluster AS cluster ON cluster.id = report.duplicate_cluster_id
    LEFT JOIN (reports_report AS root JOIN jurisdictions_category AS root_kind
                 ON root_kind.id = root.category_id AND root_kind.place_precision_m = 0)
      ON root.id = cluster.root_report_id AND root.is_public
    JOIN LATERAL (
        SELECT count(*) AS told, min(mate.received_at) AS first_at, max(mate.received_at) AS last_at,
               string_agg(DISTINCT kind.code, ' ' ORDER BY kind.code) AS categories
        FROM reports_report AS mate JOIN jurisdictions_category AS kind ON kind.id = mate.category_id
        WHERE mate.id = report.id OR (mate.duplicate_cluster_id = report.duplicate_cluster_id AND mate.is_public
              AND kind.place_precision_m = 0 AND category.place_precision_m = 0 AND root.id IS NOT NULL)
    ) AS problem
      ON root.id IS NULL OR root.id = report.id OR category.place_precision_m > 0"""


def export_reports(out: BinaryIO, *, city: Jurisdiction | None = None) -> int:
    """Write what the public may know of each report, the oldest first; how many. `DUPLICATE` says whether it tells what
    another one tells, `PARENT` is the reference of that one."""
    return _export(out, _REPORTS, _REPORTS_FROM, city)


def export_problems(out: BinaryIO, *, city: Jurisdiction | None = None) -> int:
    """The same, a line a problem: `REPORTS` is how many reports tell of it as far as the public may know."""
    return _export(out, _PROBLEMS, _PROBLEMS_FROM, city)


def _export(out: BinaryIO, columns: dict[str, str], joins: str, city: Jurisdiction | None) -> int:
    rows = Report.objects.visible_to(PUBLIC)
    text, params = (rows.filter(root=city) if city else rows).order_by().values("pk").query.sql_with_params()
    levels = Level.objects.below_city().values_list("code", flat=True)
    grounds = {level.upper(): f"report.public_jurisdictions ->> {_quoted(level)}" for level in levels}
    named = ", ".join(f'{sql} AS "{name}"' for name, sql in _with_grounds(columns, grounds).items())
    with connection.cursor() as cursor:
        chosen = cursor.mogrify(text, params).decode()
        cursor.copy_expert(
            f"""COPY (
                SELECT {named} FROM reports_report AS report
                JOIN jurisdictions_category AS category ON category.id = report.category_id {joins}
                WHERE report.id IN ({chosen}) ORDER BY report.received_at, report.id
            ) TO STDOUT WITH (FORMAT csv, HEADER)""",  # noqa: S608 - of the ORM and of names that are ours
            out,
        )
        return int(cursor.rowcount)


def _with_grounds(columns: dict[str, str], grounds: dict[str, str]) -> dict[str, str]:
    """The levels before the place."""
    before = {name: sql for name, sql in columns.items() if name not in {*_PLACE, "TEXT", "DUPLICATE", "PARENT"}}
    return before | grounds | columns


def _quoted(level: str) -> str:
    return "'" + level.replace("'", "''") + "'"
