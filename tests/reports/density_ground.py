"""What counts should be, worked out in Python from the reports one by one, and writes that they must survive."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from reports.correcting import correct
from reports.density import Cluster, View, fold
from reports.density.sql import UNFOLDED
from reports.handling import change_status
from reports.intake import submit_report
from reports.models import Change, Report
from reports.models.report import ReportQuerySet
from reports.publishing import hide, publish
from reports.workflow import TRANSITIONS, Status
from tests.shapes import at

START = datetime(2026, 3, 21, 8, 0, tzinfo=UTC)
WORLD = (-180.0, -90.0, 180.0, 90.0)
Box = tuple[float, float, float, float]


def summed(box: Box, level: int, rows: ReportQuerySet) -> dict[tuple[int, int], tuple[Any, ...]]:
    """By cell: count, sums, counts by status and by category of the rows within the half-open box."""
    west, south, east, north = box
    cells = defaultdict(list)
    for place, x, y, category, status in rows.values_list(
        "public_location", "public_x", "public_y", "category_id", "status"
    ):
        if west <= place.x < east and south <= place.y < north:
            cells[x >> (30 - level), y >> (30 - level)].append((x, y, category, status))
    return {cell: _sums(found) for cell, found in cells.items()}


def _sums(found: list[tuple[int, int, int, str]]) -> tuple[Any, ...]:
    xs, ys, categories, statuses = zip(*found, strict=True)
    extent = (min(xs), min(ys), max(xs), max(ys))
    return len(found), sum(xs), sum(ys), dict(Counter(statuses)), Counter(categories), extent


def told(found: Iterable[Cluster]) -> dict[tuple[int, int], tuple[Any, ...]]:
    """The same of what clusters tell."""
    return {
        (each.x, each.y): (
            each.count,
            each.sum_x,
            each.sum_y,
            dict(each.statuses),
            Counter(each.categories),
            (each.west, each.north, each.east, each.south),
        )
        for each in found
    }


def view_of(box: Box) -> View:
    west, south, east, north = box
    return View.within(west=west, south=south, east=east, north=north)


def public() -> ReportQuerySet:
    return Report.objects.filter(is_public=True)


def some_box(chance: random.Random, places: list[tuple[float, float]]) -> Box:
    """A box of any size around some of the places, now and then with one of them on its edge."""
    lon, lat = chance.choice(places)
    width, height = (10 ** chance.uniform(-4.5, 0) for _ in range(2))
    west, south = lon - width * chance.choice([0, 0.3, 0.7]), lat - height * chance.choice([0, 0.5, 1])
    return west, south, west + width, south + height


def fold_all(by: Callable[[], int] = fold) -> int:
    """Fold until nothing is left: what somebody else has under way may hold it up for a moment."""
    deadline, done = time.monotonic() + 30, by()
    while Change.objects.extra(where=[UNFOLDED]).exists():
        assert time.monotonic() < deadline, "some transaction does not end"
        time.sleep(0.02)
        done += by()
    return done


def submit(category, x: float = 500, y: float = 200) -> Report:
    return submit_report(location=at(x, y), category=category, description="چاله", received_at=START, source="web")


def some_write(chance: random.Random, kinds) -> None:
    """One change, by a verb, in bulk or by nobody we know, to a report that there is."""
    report = chance.choice(list(Report.objects.select_related("category")))
    match chance.randrange(8):
        case 0 | 1:
            submit(chance.choice(kinds), chance.uniform(0, 1990), chance.uniform(0, 990))
        case 2:
            correct(report=report, at=START, location=at(chance.uniform(0, 1990), chance.uniform(0, 990)))
        case 3:
            correct(report=report, at=START, category=chance.choice(kinds))
        case 4:
            change_status(report=report, to=chance.choice(sorted(TRANSITIONS[report.status])), note="done", at=START)
        case 5:
            hide(report=report) if report.is_public else publish(report=report)
        case 6:
            some = Report.objects.filter(pk__in=chance.sample(list(Report.objects.values_list("pk", flat=True)), 3))
            some.update(status=chance.choice(Status.values))
        case 7:
            report.delete()
