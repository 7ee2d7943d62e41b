"""Counts beside the reports themselves, while writers change them: case G5, on as many reports as the bench has.

Each look is one snapshot: the clusters of a box, those of its parts, and the rows that a list of it would hold.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, FloatField, Func

from bench import questions
from bench.database import copied
from bench.guard import Different
from bench.table import Sheet
from people.access import PUBLIC
from reports.density import View, clusters, compare, fold, level_of
from reports.filters import ReportFilter
from reports.models import Report
from reports.models.report import ReportQuerySet
from reports.workflow import Status

WRITERS, LOOKS = 4, 2
ZOOMS: Final = range(8, 21)
PAUSE_S: Final = 0.02  # after each change: some hundred a second from all writers
HEAD: Final = ("zoom", "looks", "reports counted", "splits that add up", "counts that differ")
Box = tuple[float, float, float, float]


@dataclass(slots=True)
class _Seen:
    looks: int = 0
    counted: int = 0
    splits: int = 0
    different: int = 0


def sheets() -> list[Sheet]:
    """The table. Raises Different where a count is not what the rows are."""
    with copied("exact"):
        city, keys = questions.city(), _some_keys()
        with _writers(keys) as written:
            seen = {zoom: _looked(zoom, city) for zoom in ZOOMS}
            changes = written()
        _fold_all()
        left = compare().wrong
    if left or any(each.different for each in seen.values()):
        raise Different(f"Counts differ: {seen}; cells that are wrong after folding: {left}")
    rows = [
        (str(zoom), *(f"{number:,}" for number in (each.looks, each.counted, each.splits, each.different)))
        for zoom, each in seen.items()
    ]
    note = (
        f"{WRITERS} writers made {changes:,} changes meanwhile, folded along; of the pyramid's cells {left} are wrong."
    )
    return [
        Sheet(
            title="Counts beside the reports themselves, while writers change them", head=HEAD, rows=rows, notes=[note]
        )
    ]


def _some_keys() -> list[int]:
    """Reports to be changed."""
    return list(Report.objects.order_by("reference").values_list("pk", flat=True)[:20_000])


def _looked(zoom: int, city: Box) -> _Seen:
    chance, seen = random.Random(zoom), _Seen()
    for look in range(LOOKS):
        fold()
        box = _some_box(chance, city, zoom)
        narrowing = ReportFilter() if look % 2 == 0 else _some_filter(chance)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            expected = narrowing.narrow(_within(box)).aggregate(n=Count("*"))["n"]
            counts = [sum(_count(part, zoom, narrowing) for part in parts) for parts in ([box], *_splits(chance, box))]
        seen.looks += 1
        seen.counted += expected
        seen.splits += sum(count == expected for count in counts[1:])
        seen.different += sum(count != expected for count in counts)
    return seen


def _some_box(chance: random.Random, city: Box, zoom: int) -> Box:
    """The whole city while its clusters are few; farther in, a part of it around some report."""
    if zoom < 13:
        return city
    lon, lat = Report.objects.filter(is_public=True).order_by("pk")[chance.randrange(10_000)].public_location.coords
    reach = 0.3 / 2 ** (zoom - 12)
    return lon - reach, lat - reach * chance.uniform(0.3, 1), lon + reach * chance.uniform(0.3, 1), lat + reach


def _some_filter(chance: random.Random) -> ReportFilter:
    categories = sorted(set(Report.objects.order_by("pk").values_list("category_id", flat=True)[:1000]))
    return ReportFilter(categories=chance.sample(categories, 5), statuses=chance.sample(list(Status.values), 2))


def _splits(chance: random.Random, box: Box) -> Iterator[list[Box]]:
    """The box in four parts, and in three strips."""
    west, south, east, north = box
    lon, lat = chance.uniform(west, east), chance.uniform(south, north)
    yield [(west, south, lon, lat), (lon, south, east, lat), (west, lat, lon, north), (lon, lat, east, north)]
    first, second = sorted(chance.uniform(south, north) for _ in range(2))
    yield [(west, south, east, first), (west, first, east, second), (west, second, east, north)]


def _count(box: Box, zoom: int, narrowing: ReportFilter) -> int:
    west, south, east, north = box
    view = View.within(west=west, south=south, east=east, north=north)
    return sum(each.count for each in clusters(view=view, level=level_of(zoom), narrowing=narrowing))


def _within(box: Box) -> ReportQuerySet:
    """The rows themselves, by their places alone: half-open, with no pyramid and no cell."""
    west, south, east, north = box
    lon, lat = (Func("public_location", function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))
    rows = Report.objects.visible_to(PUBLIC).annotate(lon=lon, lat=lat)
    return rows.filter(lon__gte=west, lon__lt=east, lat__gte=south, lat__lt=north)


@contextmanager
def _writers(keys: list[int]) -> Iterator[Any]:
    """Processes that change reports until the end; what is given tells how many changes they have made."""
    context = get_context("fork")
    stop, made = context.Event(), context.Value("l", 0)
    connection.close()  # what is forked must not share it
    started = [
        context.Process(target=_write, args=(keys[number::WRITERS], stop, made), daemon=True)
        for number in range(WRITERS)
    ]
    for process in started:
        process.start()
    try:
        yield lambda: made.value
    finally:
        stop.set()
        for process in started:
            process.join()
    if failed := [process.exitcode for process in started if process.exitcode]:
        raise Different(f"Writers failed: {failed}")


def _write(keys: list[int], stop: Any, made: Any) -> None:
    """Move, hide, publish, resolve: one report at a time, each a transaction."""
    chance = random.Random(keys[0])
    step = "ST_Translate(public_location, random() * 0.002 - 0.001, random() * 0.002 - 0.001)"
    acts = (
        f"public_location = {step}",
        "is_public = NOT is_public",
        "status = CASE status WHEN 'resolved' THEN 'received' ELSE 'resolved' END",
        "category_id = (SELECT category_id FROM reports_report ORDER BY id OFFSET 7 LIMIT 1)",
    )
    while not stop.is_set():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE reports_report SET {chance.choice(acts)} WHERE id = %s", [chance.choice(keys)])
        with made.get_lock():
            made.value += 1
        time.sleep(PAUSE_S)


def _fold_all() -> None:
    while fold():
        pass
