"""How long a boundary set that moves every open report takes to be previewed, applied and undone.

In a copy of the bench's database, which is dropped at the end. Meanwhile another process changes reports one by one:
what it waits for, other writers wait for.
"""

import multiprocessing
import random
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from json import dumps
from statistics import median
from typing import Any

import psycopg2
import shapely
from django.db import connection
from django.utils import timezone

from bench.database import copied, url_of
from bench.table import Sheet
from geo.shapes import as_multipolygon
from jurisdictions.boundaries import NewBoundary, put_in_force
from jurisdictions.models import Boundary, Category, Jurisdiction, Level
from jurisdictions.routing import find_route
from reports.models import Report
from reports.rerouting import apply, preview, undo

COPY = "rerouting"
LIMIT_S = 60.0  # for 100,000 reports
PER = 100_000
HEAD = ("", "seconds", "reports a second", "longest batch, ms", "others wait, ms", "at most, ms", "goal")

Row = tuple[str, ...]


def sheets() -> list[Sheet]:
    """The table of one preview, applied and undone."""
    with copied(COPY):
        return [_measured()]


def _measured() -> Sheet:
    at, count = timezone.now(), Report.objects.count()
    city = Jurisdiction.objects.cities().get()
    _open_all(city)
    boundary_set = _rotate(city, at)
    on, later = boundary_set.first_day, at + timedelta(days=1)
    seen, rerouting = _timed(
        "preview", count, lambda told: preview(boundary_set=boundary_set, on=on, at=at, progress=told)
    )
    moved = rerouting.moves.filter(state="planned").count()
    allowed = LIMIT_S * moved / PER
    goal = f"≤ {allowed:.0f} s"
    applied, _ = _timed("apply", moved, lambda told: apply(rerouting=rerouting, at=later, progress=told), goal=goal)
    undone, _ = _timed("undo", moved, lambda told: undo(rerouting=rerouting, at=later, progress=told))
    verdict = "reached" if float(applied[1]) <= allowed else "missed"
    return Sheet(
        title=f"A boundary set that moves {moved:,} of {count:,} open reports",
        head=HEAD,
        rows=[seen, (*applied[:-1], f"{goal} {verdict}"), undone],
        notes=["Others: a process that changes one report after the other; the median of what a change takes."],
    )


def _open_all(city: Any, *, vacuum: bool = True) -> None:
    """All reports open, each with the assignment that filing it would have made."""
    sample = Report.objects.first()
    assert sample is not None
    route = find_route(
        location=sample.location, category=Category.objects.get(pk=sample.category_id), on=sample.received_at
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reports_report SET status = 'received'")
        cursor.execute(
            """INSERT INTO reports_assignment (report_id, department_id, method, boundary_id, edge_m, route,
                   assigned_at, reason, note, is_contested)
               SELECT id, department_id, 'covers', %s, 100, %s, received_at, 'filed', '', false FROM reports_report""",
            [Boundary.objects.earliest("pk").pk, dumps(route.as_json())],
        )
        if vacuum:
            cursor.execute("VACUUM ANALYZE")


def _rotate(city: Any, at: Any) -> Any:
    """From tomorrow on each district's ground is the next one's: no report stays."""
    level = Level.objects.get(code="district")
    rows = list(
        Boundary.objects.filter(jurisdiction__root=city, jurisdiction__level=level, in_force__endswith__isnull=True)
        .select_related("jurisdiction")
        .order_by("jurisdiction__code")
    )
    codes = [each.jurisdiction.code for each in rows]
    shapes = [
        NewBoundary(
            level="district",
            code=code,
            name_fa=code,
            parent=("city", city.code),
            geometry=as_multipolygon(shapely.from_wkb(bytes(each.shape.wkb))),
        )
        for each, code in zip(rows, [*codes[1:], codes[0]], strict=True)
    ]
    first_day = city.day_at(at) + timedelta(days=1)
    return put_in_force(root=city, level=level, shapes=shapes, first_day=first_day, source="bench", at=at)


def _timed(
    name: str, count: int, act: Callable[[Callable[[int, int], None]], Any], *, goal: str = ""
) -> tuple[Row, Any]:
    """The row of how long the act takes with somebody else at work, and what the act gives."""
    stop = multiprocessing.Event()
    results: Any = multiprocessing.SimpleQueue()
    other = multiprocessing.Process(target=_write, args=(stop, results), daemon=True)
    other.start()
    marks = [time.perf_counter()]
    result = act(lambda done, total: marks.append(time.perf_counter()))
    seconds = time.perf_counter() - marks[0]
    stop.set()
    waits = results.get()
    other.join()
    longest = max(after - before for before, after in pairwise(marks))
    speed = f"{count / seconds:,.0f}"
    return (
        (name, f"{seconds:.1f}", speed, f"{longest * 1000:,.0f}", f"{median(waits):.1f}", f"{max(waits):,.0f}", goal),
        result,
    )


def _write(stop: Any, results: Any) -> None:
    """Change one report after the other, as somebody who handles them does: how long each took, in ms."""
    link = psycopg2.connect(url_of(COPY))
    link.autocommit = True
    waits = []
    draw = random.Random(1)
    with link.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM reports_report")
        [(first, last)] = cursor.fetchall()
        while not stop.is_set():
            began = time.perf_counter()
            cursor.execute("UPDATE reports_report SET status_at = now() WHERE id = %s", [draw.randint(first, last)])
            waits.append((time.perf_counter() - began) * 1000)
            time.sleep(0.005)
    results.put(waits)
