"""How long a boundary set that moves every open report takes to be previewed, applied and undone.

`python -m bench.rerouting [--reports N]` works on a copy of the bench's database, which is dropped at the end.
Meanwhile another process changes reports one by one: what it waits for, other writers wait for.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from json import dumps
from statistics import median
from typing import Any

import django
import psycopg2

from bench.database import ROOT, copied, make_database, recipe_of, url_beside, url_of
from config import cluster, environment

COPY = "rerouting"
LIMIT_S = 60.0  # for 100,000 reports
PER = 100_000


def main() -> str | None:
    """The sentence that says why there are no figures, or None after printing them."""
    parser = argparse.ArgumentParser(prog="python -m bench.rerouting", description=__doc__)
    parser.add_argument("--reports", type=int, default=PER, help="that move (100000)")
    count: int = parser.parse_args().reports
    cluster.ensure_running()
    server = environment.database_url()
    os.environ |= {"DATABASE_URL": url_beside(server), "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "no"}
    manifest = ROOT / "fixtures" / "mashhad.json"
    recipe = recipe_of(manifest=manifest, reports=count)
    is_new = make_database(server, recipe=recipe)
    django.setup()
    if is_new:
        from bench.load import fill_database

        fill_database(manifest=manifest, reports=count, recipe=recipe)
    with copied(COPY):
        _run(count)
    return None


def _run(count: int) -> None:
    from django.utils import timezone

    from jurisdictions.models import Jurisdiction
    from reports.rerouting import apply, preview, undo

    at = timezone.now()
    city = Jurisdiction.objects.cities().get()
    _open_all(city)
    boundary_set = _rotate(city, at)
    on = boundary_set.first_day
    later = at + timedelta(days=1)
    print(f"{'':<10} {'seconds':>8} {'reports/s':>10}   longest batch   others: median, longest wait (ms)")
    seconds, rerouting = _timed(
        "preview", count, lambda told: preview(boundary_set=boundary_set, on=on, at=at, progress=told)
    )
    moved = rerouting.moves.filter(state="planned").count()
    seconds, _ = _timed("apply", moved, lambda told: apply(rerouting=rerouting, at=later, progress=told))
    _timed("undo", moved, lambda told: undo(rerouting=rerouting, at=later, progress=told))
    allowed = LIMIT_S * moved / PER
    verdict = "reached" if seconds <= allowed else "missed"
    print(f"{moved:,} of {count:,} reports move; apply is to take {allowed:.0f} s at most: {verdict}")


def _open_all(city: Any, *, vacuum: bool = True) -> None:
    """All reports open, each with the assignment that filing it would have made."""
    from django.db import connection

    from jurisdictions.models import Boundary, Category
    from jurisdictions.routing import find_route
    from reports.models import Report

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
    import shapely

    from geo.shapes import as_multipolygon
    from jurisdictions.boundaries import NewBoundary, put_in_force
    from jurisdictions.models import Boundary, Level

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


def _timed(name: str, count: int, act: Callable[[Callable[[int, int], None]], Any]) -> tuple[float, Any]:
    """How long the act takes with somebody else at work, and what it gives."""
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
    print(
        f"{name:<10} {seconds:>8.1f} {count / seconds:>10,.0f}   {longest * 1000:>10,.0f} ms"
        f"   {median(waits):,.1f}, {max(waits):,.0f}"
    )
    return seconds, result


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


if __name__ == "__main__":
    sys.exit(main())
