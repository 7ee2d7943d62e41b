"""Duplicates: candidates among all reports, a new report scored, a file of reports matched, a crowd at one place."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median

from django.db import connection

from bench import problems
from bench.clients import Speed
from bench.database import ROOT
from bench.table import Row, Section
from reports.duplicates import Facts, current_settings, facts_of, find_candidates, score
from reports.models import Report

ASKED = 300
ROUNDS = 3
CROWD = 5_000
STORE = ROOT / ".local" / "bench"
HEADER = ("id", "created_at", "closed_at", "category", "lon", "lat", "accuracy_m", "address", "description")
_EXPORT = """
SELECT report.reference, report.received_at,
       CASE WHEN report.status IN ('resolved', 'rejected') THEN report.status_at END, category.code,
       ST_X(report.location), ST_Y(report.location), report.accuracy_m, report.address, report.description
FROM reports_report AS report JOIN jurisdictions_category AS category ON category.id = report.category_id"""


def sections() -> list[Section]:
    """All of them."""
    asked = _new_reports()
    count = Report.objects.count()
    file = _exported(STORE / "duplicates.csv")
    return [
        *problems.sections(),
        _timed(f"Candidates of a new report among {count:,} (goal: 3 ms)", 3, _candidates, asked),
        _timed("A new report scored, all told: settings, candidates, facts, scores (goal: 10 ms)", 10, _scored, asked),
        _matched(f"A file of {count:,} reports matched on two cores (goal: 10 minutes a million)", file, count),
        _matched(f"A crowd: {CROWD:,} reports of one category within 100 m matched", _crowd(), CROWD),
    ]


def _new_reports() -> list[tuple[Facts, int]]:
    """Reports that might come in now: as those that came in last, some metres beside them."""
    random = Random(2)
    newest = Report.objects.newest_first()[: 20 * ASKED].values_list("pk", "root_id")
    chosen = dict(random.sample(list(newest), ASKED))
    facts = facts_of(chosen)
    return [(_beside(facts[key], random), city) for key, city in chosen.items()]


def _beside(facts: Facts, random: Random) -> Facts:
    lon, lat = facts.lon + random.uniform(-2e-4, 2e-4), facts.lat + random.uniform(-2e-4, 2e-4)
    return replace(facts, key="new", at=facts.at + timedelta(minutes=5), lon=lon, lat=lat)


def _candidates(asked: tuple[Facts, int]) -> int:
    facts, city = asked
    return len(find_candidates(facts=facts, city_id=city, settings=current_settings()))


def _scored(asked: tuple[Facts, int]) -> int:
    facts, city = asked
    settings = current_settings()
    found = facts_of(find_candidates(facts=facts, city_id=city, settings=settings))
    return len([score(facts, other, settings=settings) for other in found.values()])


def _timed(
    title: str, goal_ms: float, act: Callable[[tuple[Facts, int]], int], asked: Sequence[tuple[Facts, int]]
) -> Section:
    for each in asked[:50]:
        act(each)
    rounds, found, all_ms = [], 0, []
    for _round in range(ROUNDS):
        took = []
        for each in asked:
            began = time.perf_counter()
            found += act(each)
            took.append((time.perf_counter() - began) * 1000)
        rounds.append(Speed(per_second=len(took) / sum(took) * 1000, median_ms=median(took)))
        all_ms += took
    middle = median(all_ms)
    tail = sorted(all_ms)[int(len(all_ms) * 0.95)]
    said = "reached" if middle <= goal_ms else "missed"
    notes = [f"p50 {middle:.2f} ms, p95 {tail:.2f} ms, {found / len(all_ms):.1f} found each: {said}"]
    return Section(title=title, rows=[Row(name="City Eye", rounds=rounds)], notes=notes)


def _matched(title: str, file: Path, count: int) -> Section:
    """The command itself, in a process of its own, whose memory is measured."""
    began = time.perf_counter()
    done = subprocess.Popen(
        [sys.executable, "manage.py", "match_duplicates", str(file), str(file.with_suffix(".matched.csv"))],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = done.stderr.read() if done.stderr else ""
    _pid, status, usage = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    if done.returncode:
        raise RuntimeError(said)
    seconds = time.perf_counter() - began
    speed = Speed(per_second=count / seconds, median_ms=seconds / count * 1000)
    notes = [
        f"{seconds:,.0f} s, at most {usage.ru_maxrss / 1024:,.0f} MB in the first process: {said.splitlines()[-1]}"
    ]
    return Section(title=title, rows=[Row(name="City Eye", rounds=[speed])], notes=notes)


def _exported(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file, connection.cursor() as cursor:
        file.write(",".join(HEADER) + "\n")
        cursor.copy_expert(f"COPY ({_EXPORT}) TO STDOUT WITH (FORMAT csv)", file)
    return path


def _crowd() -> Path:
    random = Random(3)
    path = STORE / "duplicates-crowd.csv"
    things = ("چالهٔ بزرگ", "گودال عمیق", "آسفالت خراب", "چاله وسط خیابان")
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number in range(CROWD):
            lon, lat = 59.6 + random.uniform(-5e-4, 5e-4), 36.3 + random.uniform(-4e-4, 4e-4)
            text = f"{random.choice(things)} جلوی پلاک {random.randint(1, 200)}"
            moment = f"2026-{1 + number % 3:02}-{1 + number % 28:02}T{number % 24:02}:00:00Z"
            out.writerow([number, moment, "", "pothole", lon, lat, random.choice(["", 8, 25]), "", text])
    return path
