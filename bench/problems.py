"""Problems with several reports: filing with and without its job, one report linked, a step of five hundred reports."""

import random
import time
from collections.abc import Callable, Sequence
from statistics import median

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.tasks import async_task

from bench.clients import Speed
from bench.table import Row, Section
from jurisdictions.models import Category
from people.models import User
from reports.contacts import NewContact
from reports.duplicates import seek_duplicates
from reports.handling import change_status
from reports.intake import submit_report
from reports.models import DuplicateCluster, Report
from reports.tasks import SEEKING

ASKED = 150
ROUNDS = 3
MEMBERS = 500
DEARER = 1.3  # at most so many times as long as without looking for duplicates
ALONE = "filing alone"
AT_ONCE = "filing, and looking for its duplicates at once, in the same transaction"
TEXT = "چالهٔ عمیقی جلوی نانوایی سر کوچه باز شده و هر شب چند نفر زمین می‌خورند"


def sections() -> list[Section]:
    """Both; nothing of it stays."""
    return [_filing(), _step()]


def _filing() -> Section:
    """In turns, so that what disturbs one disturbs the others."""
    places = list(Report.objects.newest_first()[:2000].values_list("location", flat=True))
    category = Category.objects.active().filter(place_precision_m=0).order_by("code").first()
    assert category is not None
    kinds: dict[str, Callable[[Report], object]] = {
        ALONE: lambda report: None,
        AT_ONCE: _seek,
        "City Eye: filing, and enqueuing the job that looks for duplicates": _enqueue,
    }
    rounds: dict[str, list[Speed]] = {name: [] for name in kinds}
    draw = random.Random(5)
    for _round in range(ROUNDS):
        took: dict[str, list[float]] = {name: [] for name in kinds}
        for number in range(ASKED):
            place = draw.choice(places)
            for name, then in kinds.items():
                seconds = _timed(lambda then=then, place=place: then(_file(place, category, draw)))  # type: ignore[misc]
                if number >= 10:
                    took[name].append(seconds * 1000)
        for name, times in took.items():
            rounds[name].append(Speed(per_second=len(times) / sum(times) * 1000, median_ms=median(times)))
    rows = [Row(name=name, rounds=each, goal=1 / DEARER if name == ALONE else None) for name, each in rounds.items()]
    alone, sought, enqueued = (median(each.median_ms for each in rounds[name]) for name in kinds)
    note = (
        f"With the job enqueued filing takes {enqueued / alone:.2f} times as long (goal: {DEARER}); "
        f"with all that the job does, {sought / alone:.2f} times."
    )
    return Section(title="Filing, and what duplicates add to it", rows=rows, notes=[note])


def _file(place: Point, category: Category, draw: random.Random) -> Report:
    near = Point(place.x + draw.uniform(-2e-4, 2e-4), place.y + draw.uniform(-2e-4, 2e-4), srid=4326)
    return submit_report(
        location=near,
        category=category,
        description=TEXT,
        received_at=timezone.now(),
        source="app",
        contact=NewContact(phone="+989120000001"),
        device_id="bench",
    )


def _seek(report: Report) -> None:
    seek_duplicates(report_id=report.pk, at=timezone.now())


def _enqueue(report: Report) -> None:
    async_task(SEEKING, report.pk, q_options={"group": "duplicates", "save": False})


def _timed(act: Callable[[], object]) -> float:
    """Seconds, in a transaction that leaves nothing behind."""
    with transaction.atomic():
        began = time.perf_counter()
        act()
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


def _step() -> Section:
    few, few_ms = _closing(5)
    many, many_ms = _closing(MEMBERS)
    speed = Speed(per_second=1000 / many_ms, median_ms=many_ms)
    note = f"{few} statements and {few_ms:.0f} ms for 5 reports, {many} statements for {MEMBERS}."
    return Section(
        title=f"A problem with {MEMBERS} reports resolved, and everybody told",
        rows=[Row(name="City Eye", rounds=[speed])],
        notes=[note],
    )


def _closing(size: int) -> tuple[int, float]:
    """How many statements, and milliseconds."""
    with transaction.atomic():
        reports = _members(size)
        by = User.objects.create(username="bench-of-problems")
        with CaptureQueriesContext(connection) as taken:
            began = time.perf_counter()
            change_status(report=reports[0], to="resolved", note="انجام شد", by=by, at=timezone.now())
            seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return len(taken), seconds * 1000


def _members(size: int) -> Sequence[Report]:
    category = Category.objects.active().filter(place_precision_m=0).order_by("code").first()
    place = Report.objects.newest_first().values_list("location", flat=True)[0]
    assert category is not None
    draw = random.Random(6)
    reports = [_file(place, category, draw) for _ in range(size)]
    cluster = DuplicateCluster.objects.create(city=reports[0].root, root_report=reports[0], made_at=timezone.now())
    Report.objects.filter(pk__in=[each.pk for each in reports]).update(duplicate_cluster=cluster)
    return reports
