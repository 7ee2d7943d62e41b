"""Which reports may tell of the same problem: near enough, of a kin category, not too long ago; found by the index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from reports.duplicates.facts import Facts
from reports.duplicates.settings import Settings
from reports.workflow import CLOSED

MOST: Final = 50  # the nearest so many are compared, however crowded the place

# Each kin category by itself, the nearest first, from an index on both: however crowded the place, no more is read
# than is wanted. Of more than that at one and the same point it is chance which are read.
_NEAR: Final = """
WITH kin AS (
    SELECT category.id AS category_id, radius_m, days * interval '1 day' AS window
    FROM unnest(%(codes)s::text[], %(radii)s::float8[], %(days)s::float8[]) AS given (code, radius_m, days)
    JOIN jurisdictions_category AS category USING (code)
)
SELECT near.id FROM kin CROSS JOIN LATERAL (
    SELECT report.id, report.received_at,
           report.{place}::geography <-> ST_MakePoint(%(lon)s, %(lat)s)::geography AS metres
    FROM reports_report AS report
    WHERE report.category_id = kin.category_id
      AND ST_DWithin(report.{place}::geography, ST_MakePoint(%(lon)s, %(lat)s)::geography, kin.radius_m)
      AND {condition}
      AND report.received_at <= %(at)s::timestamptz + kin.window
      AND CASE WHEN report.status = ANY(%(closed)s) THEN report.status_at ELSE report.received_at END
          >= %(at)s::timestamptz - kin.window
    ORDER BY metres LIMIT %(limit)s
) AS near
ORDER BY near.metres, near.received_at DESC, near.id LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and what it is given."""

    sql: str
    values: dict[str, Any]


def find_candidates(
    *,
    facts: Facts,
    settings: Settings,
    city_id: int | None = None,
    limit: int = MOST,
    before: datetime | None = None,
) -> list[int]:
    """The keys of the reports of a city (None: of any) that are to be compared with this one, the nearest first.

    Never its own; with `before`, only what was received before that moment.
    """
    conditions = ["report.id <> %(key)s"]
    conditions += ["report.root_id = %(city)s"] if city_id is not None else []
    conditions += ["report.received_at < %(before)s"] if before else []
    more = {"city": city_id, "key": facts.key if isinstance(facts.key, int) else 0, "before": before}
    return _run(near_statement(facts, settings, place="location", conditions=conditions, more={**more, "limit": limit}))


def find_public_candidates(*, facts: Facts, settings: Settings, limit: int = MOST) -> list[int]:
    """The keys of the public reports that are to be compared with a question, the nearest by their public places."""
    return _run(
        near_statement(facts, settings, place="public_location", conditions=["report.is_public"], more={"limit": limit})
    )


def near_statement(
    facts: Facts, settings: Settings, *, place: str, conditions: Sequence[str], more: dict[str, Any]
) -> Statement:
    """What is asked of the database."""
    codes = sorted(settings.kin_of(facts.category))
    profiles = [settings.pair(facts.category, code) for code in codes]
    values = {
        "codes": codes,
        "radii": [each.radius_m for each in profiles],
        "days": [each.window_days for each in profiles],
        "lon": facts.lon,
        "lat": facts.lat,
        "at": facts.at,
        "closed": [str(status) for status in CLOSED],
        **more,
    }
    return Statement(_NEAR.format(place=place, condition=" AND ".join(conditions)), values)


def _run(statement: Statement) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        return [key for (key,) in cursor.fetchall()]
