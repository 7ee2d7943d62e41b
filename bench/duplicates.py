"""Duplicates: the candidates of a new report among all there are, the report scored all told, and filed with it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from operator import add
from random import Random
from statistics import median
from typing import Final

from django.db import connection, transaction

from bench import batches, problems
from bench.batches import DEARER
from bench.clock import database_clock
from bench.table import Part, Sheet
from reports.duplicates import Facts, Settings, current_settings, facts_of, find_candidates, score
from reports.models import Report

ASKED: Final = 300
ROUNDS: Final = 3
CROWD: Final = 5_000  # within some 100 m
HEAD: Final = ("", "p50 ms", "p95 ms", "CPU p50 ms: process", "database", "found each", "goal")
Asked = tuple[Facts, int]  # what is asked about, and its city

# As many more of one category at one place as a crowd has, like a report that there is.
_CROWD: Final = """
INSERT INTO reports_report ({columns}, reference, location, public_location)
SELECT {columns}, 'crowd-' || number,
       ST_Translate(location, (random() - 0.5) * 0.0011, (random() - 0.5) * 0.0009),
       ST_Translate(location, (random() - 0.5) * 0.0011, (random() - 0.5) * 0.0009)
FROM reports_report, generate_series(1, {count}) AS number WHERE id = %s"""


def sheets() -> list[Part]:
    """All of them."""
    asked = _new_reports()
    count = Report.objects.count()
    rows = [
        _timed("the candidates of a new report, in SQL", _candidates, asked, goal_ms=3),
        _timed("all told: settings, candidates, facts, scores", _scored, asked, goal_ms=10),
    ]
    with transaction.atomic():
        crowd = _in_a_crowd(asked[0])
        rows.append(_timed(f"the candidates where {CROWD:,} lie within 100 m", _candidates, crowd, goal_ms=3 * DEARER))
        rows.append(_timed("all told in that crowd", _scored, crowd, goal_ms=10 * DEARER))
        transaction.set_rollback(True)
    return [
        *problems.sections(),
        Sheet(title=f"A new report among {count:,}, open and closed", head=HEAD, rows=rows),
        *batches.part(),
    ]


def _new_reports() -> list[Asked]:
    """Reports that might come in now: as those that came in last, some metres beside them."""
    random = Random(2)
    newest = Report.objects.newest_first()[: 20 * ASKED].values_list("pk", "root_id")
    chosen = dict(random.sample(list(newest), min(ASKED, len(newest))))
    facts = facts_of(chosen)
    return [(_beside(facts[key], random), city) for key, city in chosen.items()]


def _beside(facts: Facts, random: Random) -> Facts:
    lon, lat = facts.lon + random.uniform(-2e-4, 2e-4), facts.lat + random.uniform(-2e-4, 2e-4)
    return replace(facts, key="new", at=facts.at + timedelta(minutes=5), lon=lon, lat=lat)


def _in_a_crowd(asked: Asked) -> list[Asked]:
    """Some in the midst of a crowd, which is put into the database."""
    facts, city = asked
    newest = Report.objects.newest_first().filter(root=city, category__code=facts.category)
    key = newest.values_list("pk", flat=True)[0]
    own = {"id", "reference", "location", "public_location"}
    columns = [each.column for each in Report._meta.concrete_fields if not each.generated and each.column not in own]
    with connection.cursor() as cursor:
        cursor.execute(_CROWD.format(columns=", ".join(columns), count=CROWD), [key])
    middle, random = facts_of([key])[key], Random(4)
    return [(_beside(middle, random), city) for _number in range(ASKED // 3)]


def _candidates(asked: Asked) -> int:
    facts, city = asked
    return len(find_candidates(facts=facts, city_id=city, settings=_settings()))


@cache
def _settings() -> Settings:
    return current_settings()


def _scored(asked: Asked) -> int:
    facts, city = asked
    settings = current_settings()
    found = facts_of(find_candidates(facts=facts, city_id=city, settings=settings))
    return len([score(facts, other, settings=settings) for other in found.values()])


def _timed(name: str, act: Callable[[Asked], int], asked: Sequence[Asked], *, goal_ms: float) -> tuple[str, ...]:
    """The row of what is done for each that is asked about, after some to get warm."""
    for each in asked[:50]:
        act(each)
    database_ms = database_clock()
    took, process, database, found = [], [], [], 0
    for each in [*asked] * ROUNDS:
        before = time.perf_counter(), time.process_time(), database_ms()
        found += act(each)
        took.append((time.perf_counter() - before[0]) * 1000)
        process.append((time.process_time() - before[1]) * 1000)
        database.append(database_ms() - before[2])
    middle, worked = median(took), median(map(add, process, database))
    goal = f"≤ {goal_ms:g} ms: {_said(middle, goal_ms)}, of CPU {_said(worked, goal_ms)}"
    costs = f"{median(process):.2f}", f"{median(database):.2f}"
    return name, f"{middle:.2f}", f"{sorted(took)[int(len(took) * 0.95)]:.2f}", *costs, f"{found / len(took):.1f}", goal


def _said(ms: float, goal_ms: float) -> str:
    return "reached" if ms <= goal_ms else "missed"
