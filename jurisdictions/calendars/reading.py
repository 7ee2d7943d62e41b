"""A city's calendar and service levels, kept by each process for as long as they stay what they are.

To ask whether they do is one small statement; whatever is edited, in whichever process, is seen by the next question.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from jurisdictions.calendars.promises import Promise, first_that_speaks
from jurisdictions.calendars.timetable import Timetable, timetable
from jurisdictions.hours import Span, read_hours
from jurisdictions.models import Jurisdiction, ServiceLevel, Unit, Until, WorkingCalendar

MOST_KEPT: Final = 32  # cities in memory

# Sums do not depend on the order of rows, and need no sort. Ranks and codes of places are part of what is decided.
_VERSION: Final = """
SELECT city.time_zone,
       (SELECT hashtextextended(calendar::text, 1) FROM jurisdictions_workingcalendar AS calendar
        WHERE calendar.root_id = city.id),
       (SELECT sum(hashtextextended(concat_ws(' ', holiday.day, holiday.is_withdrawn), 2))
        FROM jurisdictions_holiday AS holiday JOIN jurisdictions_workingcalendar AS calendar
             ON calendar.id = holiday.calendar_id
        WHERE calendar.root_id = city.id),
       (SELECT sum(hashtextextended(concat_ws(' ', special.in_force, special.week), 3))
        FROM jurisdictions_specialhours AS special JOIN jurisdictions_workingcalendar AS calendar
             ON calendar.id = special.calendar_id
        WHERE calendar.root_id = city.id),
       (SELECT sum(hashtextextended(concat_ws(' ', promise.id, promise.until, promise.category_id, '/',
                   promise.group_id, '/', place.code, level.code, level.rank, promise.amount, promise.unit,
                   promise.in_force), 4))
        FROM jurisdictions_servicelevel AS promise
             LEFT JOIN jurisdictions_jurisdiction AS place ON place.id = promise.jurisdiction_id
             LEFT JOIN jurisdictions_level AS level ON level.id = place.level_id
        WHERE promise.root_id = city.id)
FROM jurisdictions_jurisdiction AS city WHERE city.id = %s"""


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """What a city promises: its working time (None: it has no calendar) and its service levels, at `version`."""

    version: str
    zone: ZoneInfo
    timetable: Timetable | None = None
    day_seconds: int = 0
    promises: Mapping[str, Sequence[Promise]] = field(default_factory=dict)  # by what is to have happened, in order

    def promise(
        self, until: str, *, category_id: int, group_id: int, codes: Mapping[str, str], on: date
    ) -> Promise | None:
        """The service level that speaks for a report of this category, at this ground, that came in on this day."""
        return first_that_speaks(
            self.promises.get(until, ()), category_id=category_id, group_id=group_id, codes=codes, on=on
        )


_kept: OrderedDict[tuple[int, str], Plan] = OrderedDict()
_keeping = Lock()


def plan_of(root_id: int) -> Plan:
    """The plan of the city with this key, as it is now: one query where the process knows it."""
    zone, version = _version(root_id)
    with _keeping:
        plan = _kept.get((root_id, version))
        if plan is not None:
            _kept.move_to_end((root_id, version))
            return plan
    plan = _read(root_id, zone, version)
    if _version(root_id) != (zone, version):
        return plan_of(root_id)  # it was edited while it was read
    _keep(root_id, plan)
    return plan


def _keep(root_id: int, plan: Plan) -> None:
    with _keeping:
        _kept[root_id, plan.version] = plan
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def _version(root_id: int) -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [root_id])
        zone, *sums = cursor.fetchone()
    return zone, " ".join(map(str, [zone, *sums]))


def _read(root_id: int, zone: str, version: str) -> Plan:
    calendar = WorkingCalendar.objects.filter(root=root_id).first()
    if calendar is None:
        return Plan(version=version, zone=ZoneInfo(zone))
    return Plan(
        version=version,
        zone=ZoneInfo(zone),
        timetable=timetable_of(calendar, zone=ZoneInfo(zone)),
        day_seconds=calendar.day_minutes * 60,
        promises=_promises(root_id, calendar.day_minutes * 60),
    )


def timetable_of(calendar: WorkingCalendar, *, zone: ZoneInfo) -> Timetable | None:
    """The calendar's working time in the days whose holidays are known; None where there is none at all."""
    off = set(calendar.holidays.filter(is_withdrawn=False).values_list("day", flat=True))
    usual = _week(calendar.week)
    others = [(each.in_force, _week(each.week)) for each in calendar.special_hours.all()]

    def hours_on(day: date) -> Sequence[Span]:
        if day in off:
            return ()
        week = next((week for days, week in others if day in days), usual)
        return week[day.isoweekday() - 1]

    made = timetable(first=calendar.known.first, until=calendar.known.until, zone=zone, hours_on=hours_on)
    return made if len(made.opens) else None


def _week(texts: Sequence[str]) -> list[list[Span]]:
    return [read_hours(text) for text in texts]


def _promises(root_id: int, day_seconds: int) -> dict[str, list[Promise]]:
    rows = ServiceLevel.objects.filter(root=root_id).select_related("jurisdiction__level")
    found = sorted((_promise(row, day_seconds) for row in rows), key=lambda each: each.order)
    return {until: [each for each in found if each.until == until] for until in Until.values}


def _promise(row: ServiceLevel, day_seconds: int) -> Promise:
    place: Jurisdiction | None = row.jurisdiction
    days: Any = row.in_force
    never = days.isempty
    return Promise(
        id=row.pk,
        until=row.until,
        category_id=row.category_id,
        group_id=row.group_id,
        level=place.level.code if place and place.root_id else None,
        code=place.code if place and place.root_id else None,
        rank=place.level.rank if place else -1,
        seconds=seconds_of(row, day_seconds=day_seconds),
        first=date.min if never else days.lower or date.min,
        until_day=date.min if never else days.upper or date.max,
    )


def seconds_of(row: ServiceLevel, *, day_seconds: int) -> int:
    """The working time that a service level gives, in whole seconds."""
    return round(row.amount * (day_seconds if row.unit == Unit.DAYS else 3600))
