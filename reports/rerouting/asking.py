"""Routing asked about reports that exist, by the thousand."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from jurisdictions.models import Jurisdiction, RoutingRule
from jurisdictions.routing import Asked, OutsideServiceArea, Route, find_routes
from reports.models import Report

Answer = Route | OutsideServiceArea
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When to ask about a report: on the day, and where rules have conditions, at the hour and weekday it came in.

    `cuts` are the times at which rules of the city begin or end to speak: between two of them one moment is as good
    as another, so that a thousand reports make few questions.
    """

    on: date
    zone: ZoneInfo
    speaks: bool  # whether any rule has a condition
    by_weekday: bool
    cuts: Sequence[time]

    def moment_for(self, received_at: datetime) -> date | datetime:
        """The day itself, or the moment with the weekday and the hour of the report in the week that begins then."""
        if not self.speaks:
            return self.on
        local = received_at.astimezone(self.zone)
        wait = (local.isoweekday() - self.on.isoweekday()) % WEEK if self.by_weekday else 0
        position = bisect(self.cuts, local.time())
        hour = self.cuts[position - 1] if position else time.min
        return datetime.combine(self.on + timedelta(days=wait), hour, self.zone)


def clock_of(root: Jurisdiction, *, on: date) -> Clock:
    """The clock by the rules that hold in a city in the week that begins on that day."""
    week = (on, on + timedelta(days=WEEK))
    conditions = ~Q(weekdays=[]) | ~Q(sources=[]) | Q(from_time__isnull=False)
    rules = list(RoutingRule.objects.filter(conditions, root=root, in_force__overlap=week))
    times = {each for rule in rules for each in (rule.from_time, rule.until_time) if each}
    return Clock(
        on=on,
        zone=ZoneInfo(root.time_zone),
        speaks=bool(rules),
        by_weekday=any(rule.weekdays for rule in rules),
        cuts=sorted(times),
    )


def answers_for(reports: Sequence[Report], *, clock: Clock) -> list[Answer]:
    """What routing says of each report's place, category, way in and accuracy; `category` is read with them."""
    groups: dict[date | datetime, list[int]] = defaultdict(list)
    for position, report in enumerate(reports):
        groups[clock.moment_for(report.received_at)].append(position)
    found: dict[int, Answer] = {}
    for moment, positions in groups.items():
        asked = [_question(reports[position]) for position in positions]
        found |= zip(positions, find_routes(asked, on=moment), strict=True)
    return [found[position] for position in range(len(reports))]


def _question(report: Report) -> Asked:
    return Asked(
        lon=report.location.x,
        lat=report.location.y,
        category=report.category.code,
        source=report.source,
        accuracy_m=report.accuracy_m or 0,
    )


def public_ground(reports: Iterable[Report], *, on: date) -> dict[int, dict[str, str]]:
    """The jurisdictions of the public place, by the report's key, for those whose place is coarsened."""
    coarse = [each for each in reports if not each.public_location.equals_exact(each.location)]
    asked = [
        Asked(lon=each.public_location.x, lat=each.public_location.y, category=each.category.code) for each in coarse
    ]
    answers = find_routes(asked, on=on) if asked else []
    return {
        report.pk: {} if isinstance(answer, OutsideServiceArea) else answer.codes
        for report, answer in zip(coarse, answers, strict=True)
    }
