"""Both batches of duplicates as their commands do them: a file matched, and the reports of a city linked and clustered.

A part of the reports, of which a million is reckoned (`--only duplicates`), or all of them (`--only million`).
"""

import csv
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from django.db import connection

from bench.database import NAME, ROOT, copied, url_of
from bench.table import Sheet
from reports.models import Report

COPY: Final = "clusters"
PART: Final = 50_000  # reports that lie together, as crowded as all of them
MILLION: Final = 1_000_000
LIMIT_S: Final = 600.0  # for a million, on two processors that are free
MOST_S: Final = 2 * LIMIT_S  # of both processors
CROWD: Final = 5_000
DEARER: Final = 10.0  # that a crowd may take more: fifty are compared with each, however many there are
STORE: Final = ROOT / ".local" / "bench"
HEAD: Final = (
    "",
    "reports",
    "seconds",
    "a second",
    "CPU s: processes",
    "database",
    "most MB",
    "a million: CPU s",
    "goal",
)
COLUMNS: Final = ("id", "created_at", "closed_at", "category", "lon", "lat", "accuracy_m", "address", "description")
_EXPORT: Final = """
SELECT report.reference, report.received_at,
       CASE WHEN report.status IN ('resolved', 'rejected') THEN report.status_at END, category.code,
       ST_X(report.location), ST_Y(report.location), report.accuracy_m, report.address, report.description
FROM reports_report AS report JOIN jurisdictions_category AS category ON category.id = report.category_id
ORDER BY report.location LIMIT {most}"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds by the clock, of the processor for its processes and for the database, the most
    memory that one of them had, and its last words.
    """

    seconds: float
    process_s: float
    database_s: float
    most_mb: float
    said: str


def part() -> list[Sheet]:
    """A part of the reports."""
    return [_sheet(PART), _crowd()]


def million() -> list[Sheet]:
    """All of them, which takes a while."""
    return [_sheet(Report.objects.count())]


def _sheet(most: int) -> Sheet:
    """Both commands on so many reports that lie together."""
    total = Report.objects.count()
    most = min(most, total)
    file = _exported(STORE / "duplicates.csv", most)
    matched = costs(_matching(file))
    with copied(COPY):
        environment = {"DATABASE_URL": url_of(COPY)}
        clustered = costs(["cluster_duplicates", "--most", str(most)], environment=environment)
        links = _count("reports_duplicatelink")
    return Sheet(
        title=f"{most:,} of {total:,} reports that lie together compared, by both commands on two processes",
        head=HEAD,
        rows=[
            _row(name, most, cost, _goal(most, cost))
            for name, cost in (("match_duplicates", matched), ("cluster_duplicates", clustered))
        ],
        notes=[
            f"{LIMIT_S / 60:.0f} minutes by the clock for a million on two processors are {MOST_S:,.0f} s of them.",
            matched.said,
            f"{clustered.said} {links:,} links.",
        ],
    )


def _goal(count: int, cost: Cost) -> str:
    reached = _of_a_million(count, cost) <= MOST_S and (count < MILLION or cost.seconds <= LIMIT_S)
    clock = f"≤ {LIMIT_S:,.0f} s, " if count >= MILLION else ""
    return f"{clock}≤ {MOST_S:,.0f} of CPU {'reached' if reached else 'missed'}"


def _of_a_million(count: int, cost: Cost) -> float:
    """The processor seconds of a million as these."""
    return (cost.process_s + cost.database_s) * MILLION / count


def _row(name: str, count: int, cost: Cost, goal: str) -> tuple[str, ...]:
    return (
        name,
        f"{count:,}",
        f"{cost.seconds:,.1f}",
        f"{count / cost.seconds:,.0f}",
        f"{cost.process_s:,.1f}",
        f"{cost.database_s:,.1f}",
        f"{cost.most_mb:,.0f}",
        f"{_of_a_million(count, cost):,.0f}",
        goal,
    )


def _crowd() -> Sheet:
    """Five thousand at one place, beside as many all over the city."""
    crowd = costs(_matching(_crowded(STORE / "duplicates-crowd.csv")))
    spread = costs(_matching(_exported(STORE / "duplicates-spread.csv", CROWD)))
    reached = "reached" if crowd.process_s <= DEARER * spread.process_s else "missed"
    goal = f"≤ {DEARER:g} times as in the city: {crowd.process_s / spread.process_s:.1f} {reached}"
    return Sheet(
        title=f"{CROWD:,} reports matched: of one category within 100 m, and as they lie in the city",
        head=HEAD,
        rows=[_row("in the city", CROWD, spread, ""), _row("within 100 m", CROWD, crowd, goal)],
    )


def _matching(file: Path) -> Sequence[str]:
    return ["match_duplicates", str(file), str(file.with_suffix(".matched.csv"))]


def costs(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command of `manage.py` in a process of its own. Raises RuntimeError where it fails."""
    connection.close()
    began = time.perf_counter()
    with (STORE / "command.log").open("w+", encoding="utf-8") as log:
        running = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        database, most_mb, usage, status = _watched(running, NAME if environment is None else f"{NAME}_{COPY}")
        log.seek(0)
        said = log.read()
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise RuntimeError(said)
    return Cost(
        seconds=time.perf_counter() - began,
        process_s=usage.ru_utime + usage.ru_stime,
        database_s=database,
        most_mb=most_mb,
        said=said.strip().splitlines()[-1] if said.strip() else "",
    )


def _watched(running: "subprocess.Popen[bytes]", name: str) -> tuple[float, float, "resource.struct_rusage", int]:
    """Until it ends: what the database worked for it, the most memory (MB) of a process, its usage, its exit status."""
    before, spent, most_kb = _backends(name), dict[str, float](), 0
    while True:
        pid, status, usage = os.wait4(running.pid, os.WNOHANG)
        if pid:
            worked = sum(seconds - before.get(backend, 0.0) for backend, seconds in spent.items())
            return worked, most_kb / 1024, usage, status
        spent.update(_backends(name))
        most_kb = max(most_kb, *map(_memory_kb, _family(running.pid)))
        time.sleep(0.2)


def _family(pid: int) -> list[int]:
    """A process and its children."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [pid, *map(int, children.split())]
    return [pid]


def _memory_kb(pid: int) -> int:
    """The most memory that a process has had. The usage of one that was forked would begin with its parent's."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def _backends(name: str) -> dict[str, float]:
    """The processor seconds of each connection to a database, by what the system says of the server's processes."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            words = (folder / "cmdline").read_bytes()
            if words.startswith(b"postgres:") and f" {name} ".encode() in words:
                found[folder.name] = int((folder / "schedstat").read_text().split()[0]) / 1e9
    return found


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _exported(path: Path, most: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file, connection.cursor() as cursor:
        file.write(",".join(COLUMNS) + "\n")
        cursor.copy_expert(f"COPY ({_EXPORT.format(most=int(most))}) TO STDOUT WITH (FORMAT csv)", file)
    return path


def _crowded(path: Path) -> Path:
    random = Random(3)
    things = ("چالهٔ بزرگ", "گودال عمیق", "آسفالت خراب", "چاله وسط خیابان")
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for number in range(CROWD):
            lon, lat = 59.6 + random.uniform(-5e-4, 5e-4), 36.3 + random.uniform(-4e-4, 4e-4)
            text = f"{random.choice(things)} جلوی پلاک {random.randint(1, 200)}"
            moment = f"2026-{1 + number % 3:02}-{1 + number % 28:02}T{number % 24:02}:00:00Z"
            out.writerow([number, moment, "", "pothole", lon, lat, random.choice(["", 8, 25]), "", text])
    return path
