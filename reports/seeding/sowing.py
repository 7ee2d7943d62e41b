"""Let made-up reports be born and moved on, by the verbs that real ones use."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction

from jurisdictions.models import Category, Jurisdiction, Source
from reports.handling import change_status
from reports.intake import submit_report
from reports.models import Report
from reports.publishing import publish
from reports.seeding.phrases import Phrases
from reports.seeding.places import read_ground
from reports.seeding.planning import PlannedReport, Planner

BLOCK = 250


class NothingToSeed(Exception):
    """There is nothing that reports could be made from; the text is a sentence."""


def seed_reports(
    *,
    city: Jurisdiction,
    count: int,
    seed: int,
    until: date,
    days: int,
    phrases: Phrases,
    say: Callable[[str], object],
) -> int:
    """Bring a city's imported reports up to `count`; how many were made.

    Report n is the same, but for its reference, for the same seed, streets and `until` (the first day without
    reports). A block of reports is one transaction: what is interrupted goes on where it stopped. Raises
    NothingToSeed.
    """
    there = Report.objects.filter(root=city, source=Source.IMPORT).count()
    if there >= count:
        return 0
    planner = _planner(city, seed=seed, until=until, days=days, phrases=phrases)
    for start in range(there, count, BLOCK):
        numbers = range(start, min(start + BLOCK, count))
        plans = sorted((planner.plan(number) for number in numbers), key=lambda plan: plan.received_at)
        with transaction.atomic():
            for plan in plans:
                _bring_about(plan)
        say(f"  {numbers.stop} of {count}")
    return count - there


def _planner(city: Jurisdiction, *, seed: int, until: date, days: int, phrases: Phrases) -> Planner:
    ground = read_ground(city, on=until, road_classes=phrases.road_classes, seed=seed)
    categories = list(Category.objects.active().order_by("code"))
    if ground is None or not categories:
        raise NothingToSeed(f"{city.name('en')} has no streets inside its boundary, or there are no categories.")
    return Planner(
        seed=seed,
        until=until,
        days=days,
        time_zone=ZoneInfo(city.time_zone),
        categories=categories,
        ground=ground,
        phrases=phrases,
    )


def _bring_about(plan: PlannedReport) -> None:
    report = submit_report(
        location=plan.location,
        category=plan.category,
        description=plan.description,
        language=plan.language,
        address=plan.address,
        accuracy_m=plan.accuracy_m,
        reported_at=plan.reported_at,
        received_at=plan.received_at,
        contact=plan.contact,
        source=Source.IMPORT,
    )
    if plan.is_published:
        publish(report=report)
    for step in plan.steps:
        change_status(report=report, to=step.status, at=step.at, note=step.note)
