"""What is wrong with a city's calendar and service levels, before a deadline shows it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from jurisdictions.calendars.reading import plan_of
from jurisdictions.models import Category, Jurisdiction, ServiceLevel, Until, WorkingCalendar
from persian.display import day_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AHEAD: Final = timedelta(days=120)  # how long before its end a calendar should be renewed
SOON: Final = timedelta(days=60)  # how long before it an estimated holiday should be confirmed


class CalendarFaultKind(StrEnum):
    """What can be wrong."""

    NO_CALENDAR = "no_calendar"
    NO_WORKING_TIME = "no_working_time"
    HOLIDAYS_UNKNOWN = "holidays_unknown"
    HOLIDAYS_END_SOON = "holidays_end_soon"
    ESTIMATES_SOON = "estimates_soon"
    NO_SERVICE_LEVEL = "no_service_level"
    LONGER_THAN_KNOWN = "longer_than_known"


_SENTENCES: dict[CalendarFaultKind, "StrOrPromise"] = {
    CalendarFaultKind.NO_CALENDAR: _("The city has no working calendar, so no report has a deadline."),
    CalendarFaultKind.NO_WORKING_TIME: _("None of the days whose holidays are known has working hours."),
    CalendarFaultKind.HOLIDAYS_UNKNOWN: _(
        "The holidays are known until %(day)s only, and not beyond: no report gets a deadline."
    ),
    CalendarFaultKind.HOLIDAYS_END_SOON: _(
        "The holidays are known until %(day)s; deadlines beyond that are not told. Read the next year's holidays."
    ),
    CalendarFaultKind.ESTIMATES_SOON: _("These holidays follow the moon and are estimates still: %(days)s."),
    CalendarFaultKind.NO_SERVICE_LEVEL: _("No service level says until when these are resolved: %(categories)s."),
    CalendarFaultKind.LONGER_THAN_KNOWN: _(
        "The service level “%(level)s” reaches beyond %(day)s today: its deadlines are not told."
    ),
}
_ERRORS = {
    CalendarFaultKind.NO_CALENDAR,
    CalendarFaultKind.NO_WORKING_TIME,
    CalendarFaultKind.HOLIDAYS_UNKNOWN,
    CalendarFaultKind.LONGER_THAN_KNOWN,
}


@dataclass(frozen=True, kw_only=True)
class CalendarFault:
    """One thing that is wrong; an error keeps deadlines from being told today, a warning will or may."""

    kind: CalendarFaultKind
    values: dict[str, str]

    @property
    def is_error(self) -> bool:
        """Whether deadlines are missing because of it."""
        return self.kind in _ERRORS

    def __str__(self) -> str:
        return str(_SENTENCES[self.kind]) % self.values


def faults_of_calendar(root: Jurisdiction, *, on: date) -> list[CalendarFault]:
    """What is wrong with a city's calendar and service levels on its day `on`, in the active language."""
    calendar = WorkingCalendar.objects.filter(root=root).first()
    if calendar is None:
        return [_fault(CalendarFaultKind.NO_CALENDAR)]
    if plan_of(root.pk).timetable is None:
        return [_fault(CalendarFaultKind.NO_WORKING_TIME)]
    return [*_unknown_days(calendar, on), *_estimates(calendar, on), *_unpromised(root, on), *_too_long(calendar, on)]


def _fault(kind: CalendarFaultKind, **values: str) -> CalendarFault:
    return CalendarFault(kind=kind, values=values)


def _unknown_days(calendar: WorkingCalendar, on: date) -> list[CalendarFault]:
    if not calendar.known.has(on):
        return [_fault(CalendarFaultKind.HOLIDAYS_UNKNOWN, day=_last_day(calendar))]
    if calendar.known.until - on > AHEAD:
        return []
    return [_fault(CalendarFaultKind.HOLIDAYS_END_SOON, day=_last_day(calendar))]


def _last_day(calendar: WorkingCalendar) -> str:
    return day_text(calendar.known.until - timedelta(days=1))


def _estimates(calendar: WorkingCalendar, on: date) -> list[CalendarFault]:
    rows = calendar.holidays.filter(is_estimate=True, is_withdrawn=False, day__gte=on, day__lt=on + SOON)
    days = [day_text(each.day) for each in rows.order_by("day")]
    return [_fault(CalendarFaultKind.ESTIMATES_SOON, days=_listed(days))] if days else []


def _unpromised(root: Jurisdiction, on: date) -> list[CalendarFault]:
    """Active categories for which no service level speaks in all of the city."""
    levels = ServiceLevel.objects.in_force(on=on).filter(root=root, until=Until.RESOLVE, jurisdiction=None)
    if levels.filter(category=None, group=None).exists():
        return []
    left = Category.objects.active().exclude(pk__in=levels.exclude(category=None).values("category"))
    left = left.exclude(group__in=levels.exclude(group=None).values("group"))
    codes = list(left.order_by("code").values_list("code", flat=True))
    return [_fault(CalendarFaultKind.NO_SERVICE_LEVEL, categories=_listed(codes))] if codes else []


def _too_long(calendar: WorkingCalendar, on: date) -> list[CalendarFault]:
    """Service levels whose working time, begun today, the known days do not hold."""
    plan = plan_of(calendar.root_id)
    if plan.timetable is None or not calendar.known.has(on):
        return []
    first, last = (datetime.combine(day, time.min, plan.zone) for day in (on, calendar.known.until))
    left = plan.timetable.working_time(first, last) or timedelta(0)
    promises = [each for found in plan.promises.values() for each in found if each.seconds > left.total_seconds()]
    rows = ServiceLevel.objects.in_force(on=on).filter(pk__in=[each.id for each in promises]).order_by("pk")
    named = rows.select_related("root", "category", "group", "jurisdiction")
    return [_fault(CalendarFaultKind.LONGER_THAN_KNOWN, level=str(each), day=_last_day(calendar)) for each in named]


def _listed(texts: list[str]) -> str:
    return str(_(", ")).join(texts)
