"""The bench's data: the tables, a city, and reports by the hundred thousand along its streets.

This is the one place where reports are not born by `submit_report`: filing 100,000 one by one takes far longer than the
bench itself. Only what the public lists read is filled in. No assignment, status update, contact or message comes
with such a report, and its jurisdictions are taken at its public place.
"""

from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from bench.database import NAME
from jurisdictions.models import Category, Street
from reports.density import rebuild
from reports.references import ALPHABET
from reports.seeding import read_phrases
from reports.workflow import Status

TEXTS = 40  # to a category
DAILY = 100_000 / 90  # reports that come in on a day: a million are those of two years and a half
STATUSES = [Status.RECEIVED, Status.IN_PROGRESS, Status.RESOLVED, Status.RESOLVED]

# Every 20 metres of every street.
_PLACES = """
CREATE TEMP TABLE bench_place AS
SELECT row_number() OVER (ORDER BY part.id, part.path, metre) AS id,
       ST_LineInterpolatePoint(part.geom, least(metre / part.length_m, 1)) AS point
FROM (
    SELECT id, dump.path, dump.geom, ST_Length(dump.geom::geography) AS length_m
    FROM jurisdictions_street, LATERAL ST_Dump(line) AS dump
) AS part, LATERAL generate_series(0, part.length_m::int, 20) AS metre
WHERE part.length_m > 0"""

_TEXTS = "CREATE TEMP TABLE bench_text (category_id bigint, number int, text text)"

# A place within some 30 m of a street for each; a few more than asked for, as some come to lie outside the city.
_DRAFTS = """
CREATE TEMP TABLE bench_draft AS
WITH draw AS MATERIALIZED (
    SELECT number, random() AS place, random() AS category, random() AS east, random() AS north,
           floor(random() * %(texts)s)::int AS text, 1 + floor(random() * 400)::int AS house,
           random() AS moment, random() AS status
    FROM generate_series(1, (%(count)s * 1.1)::int + 100) AS number
), category AS (
    SELECT *, row_number() OVER (ORDER BY code) - 1 AS position, count(*) OVER () AS count
    FROM jurisdictions_category WHERE is_active AND moderation <> 'never'
)
SELECT draw.number, draw.moment, draw.status, category.id AS category_id, spot.location,
       bench_text.text || ' پلاک ' || draw.house AS text,
       CASE WHEN category.place_precision_m = 0 THEN spot.location
            ELSE ST_SnapToGrid(spot.location, category.place_precision_m / 111320.0) END AS public_location
FROM draw
JOIN bench_place ON bench_place.id = 1 + floor(draw.place * (SELECT max(id) FROM bench_place))
JOIN category ON category.position = floor(draw.category * category.count)
JOIN bench_text ON bench_text.category_id = category.id AND bench_text.number = draw.text
CROSS JOIN LATERAL (
    SELECT ST_SetSRID(ST_MakePoint(round((ST_X(point) + (draw.east - 0.5) * 0.0006)::numeric, 6)::float8,
                                   round((ST_Y(point) + (draw.north - 0.5) * 0.0005)::numeric, 6)::float8), 4326)
           AS location
) AS spot"""

# The jurisdiction at each level; the ground of a draft outside the city has no root, and so no report is made of it.
_GROUND = """
CREATE TEMP TABLE bench_ground AS
SELECT draft.number, jsonb_object_agg(level.code, jurisdiction.code) AS codes,
       max(jurisdiction.id) FILTER (WHERE jurisdiction.root_id IS NULL) AS root_id
FROM jurisdictions_boundary AS boundary
JOIN jurisdictions_jurisdiction AS jurisdiction ON jurisdiction.id = boundary.jurisdiction_id
JOIN jurisdictions_level AS level ON level.id = jurisdiction.level_id
JOIN bench_draft AS draft ON ST_Covers(boundary.shape, draft.public_location)
WHERE upper_inf(boundary.in_force)
GROUP BY draft.number"""

# The rule that names the category before one that names its group; the department with its function at its level, or
# the city's.
_REPORTS = """
INSERT INTO reports_report (reference, root_id, category_id, description, location, address, language, source,
    device_hash, reported_at, received_at, is_public, public_location, public_text, public_jurisdictions, status,
    status_at, department_id, jurisdictions)
WITH rule AS (
    SELECT DISTINCT ON (category.id) category.id AS category_id, rule.function_id, rule.level_id, level.code AS level
    FROM jurisdictions_category AS category
    JOIN jurisdictions_routingrule AS rule ON rule.category_id = category.id OR rule.group_id = category.group_id
         OR (rule.category_id IS NULL AND rule.group_id IS NULL)
    JOIN jurisdictions_level AS level ON level.id = rule.level_id
    ORDER BY category.id, rule.category_id, rule.group_id, rule.id
)
SELECT translate(lpad(to_hex((draft.number * 681139181951) %% 1099511627776), 10, '0'), '0123456789abcdef',
                 %(letters)s),
       ground.root_id, draft.category_id, draft.text, draft.location, '', 'fa', 'import', '',
       moment.at, moment.at, true, draft.public_location, draft.text, ground.codes,
       (%(statuses)s)[1 + floor(draft.status * %(status_count)s)], moment.at,
       coalesce(own.id, of_city.id), ground.codes
FROM bench_draft AS draft
JOIN bench_ground AS ground ON ground.number = draft.number AND ground.root_id IS NOT NULL
CROSS JOIN LATERAL (SELECT now() - draft.moment * %(days)s * interval '1 day' AS at) AS moment
LEFT JOIN rule ON rule.category_id = draft.category_id
LEFT JOIN jurisdictions_jurisdiction AS place
       ON place.level_id = rule.level_id AND place.code = ground.codes ->> rule.level
LEFT JOIN jurisdictions_department AS own ON own.jurisdiction_id = place.id AND own.function_id = rule.function_id
LEFT JOIN jurisdictions_department AS of_city
       ON of_city.jurisdiction_id = ground.root_id AND of_city.function_id = rule.function_id
ORDER BY moment.at LIMIT %(count)s"""


class TooFewReports(Exception):
    """The city has no streets inside its boundary, or no categories that the public may see."""


def fill_database(*, manifest: Path, reports: int, recipe: str) -> None:
    """Fill the empty database that Django is connected to, and note its recipe last. Raises TooFewReports."""
    call_command("migrate", verbosity=0, interactive=False)
    with Path("/dev/null").open("w") as nowhere:
        call_command("load_city", str(manifest), stdout=nowhere)
    insert_reports(count=reports)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_change")
    rebuild()  # of nothing but the reports, which takes a tenth of the time that folding their changes takes
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(f"COMMENT ON DATABASE {NAME} IS %s", [recipe])


@transaction.atomic
def insert_reports(*, count: int) -> None:
    """Public reports of 90 days and more in the one city there is, as they came in. Raises TooFewReports."""
    values: dict[str, Any] = {
        "count": count,
        "texts": TEXTS,
        "letters": ALPHABET[:16],
        "statuses": [str(status) for status in STATUSES],
        "status_count": len(STATUSES),
        "days": max(90.0, count / DAILY),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_PLACES)
        cursor.execute(_TEXTS)
        cursor.executemany("INSERT INTO bench_text VALUES (%s, %s, %s)", _texts())
        cursor.execute(_DRAFTS, values)
        cursor.execute(_GROUND)
        cursor.execute("ANALYZE bench_draft, bench_ground")
        cursor.execute(_REPORTS, values)
        if cursor.rowcount < count:
            raise TooFewReports(f"Only {cursor.rowcount} of {count} reports could be made.")
        cursor.execute("DROP TABLE bench_place, bench_text, bench_draft, bench_ground")


def _texts() -> list[tuple[int, int, str]]:
    """Some texts of each category, as the demo's citizens write them."""
    random = Random(1)
    phrases = read_phrases(settings.ROOT / "fixtures" / "seed_texts.json")
    streets = list(Street.objects.order_by("pk").values_list("name_fa", flat=True)) or [""]
    return [
        (pk, number, phrases.text(random, category=code, language="fa", street=random.choice(streets)))
        for pk, code in Category.objects.order_by("pk").values_list("pk", "code")
        for number in range(TEXTS)
    ]
