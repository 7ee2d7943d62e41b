"""When a city works: the hours of its week, its holidays, and the days on which it keeps other hours."""

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _

from geo.periods import InForce, InForceQuerySet
from jurisdictions.hours import DAY, LONGEST, NEVER, WEEK, NotHours, read_hours
from jurisdictions.models.ground import Jurisdiction

if TYPE_CHECKING:
    Texts = ArrayField[list[str], list[str]]
else:
    Texts = ArrayField

_STORED = r"(\d\d:\d\d-\d\d:\d\d( \d\d:\d\d-\d\d:\d\d)*)?"


def validate_hours(text: str) -> None:
    """Refuse what names no hours."""
    try:
        read_hours(text)
    except NotHours as error:
        raise ValidationError(
            _("Write hours such as 07:00-14:15, or 07:00-12:00 13:00-16:00; nothing for no work."), code="invalid"
        ) from error


class WeekField(Texts):
    """The hours of the seven days, Monday's first, each a text of `jurisdictions.hours`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"base_field": models.CharField(max_length=LONGEST, blank=True, validators=[validate_hours])}
        super().__init__(**(kwargs | {"size": WEEK}))

    def deconstruct(self) -> Any:
        """What migrations write: the field makes its parts itself."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: value for key, value in kwargs.items() if key not in {"base_field", "size"}}


def _week_is_hours() -> Regex:
    """Seven texts of hours; checked as one, since a value that is not stored yet has no parts for the database."""
    joined = models.Func(models.F("week"), Value("|"), function="array_to_string", output_field=models.TextField())
    return Regex(joined, Value(rf"^{_STORED}(\|{_STORED}){{{WEEK - 1}}}$"))


class KnownDays(NamedTuple):
    """Half-open days whose holidays are known."""

    first: date
    until: date

    def has(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day < self.until


class WorkingCalendar(models.Model):
    """The calendar of one city. What is not known to be a holiday is a working day only within `holidays_known`.

    A service level in working days counts `day_minutes` of working time for each. `country` and `subdivision` name
    the holidays of a kept library, from which rows of Holiday are made; without a country they are written by hand.
    """

    root = models.OneToOneField(Jurisdiction, models.PROTECT, related_name="working_calendar", verbose_name=_("city"))
    week = WeekField(verbose_name=_("hours of the week"))
    day_minutes = models.PositiveSmallIntegerField(
        _("minutes of a working day"),
        validators=[MinValueValidator(1), MaxValueValidator(DAY)],
        help_text=_("So much working time is meant by a working day of a service level."),
    )
    country = models.CharField(_("country of the holidays"), max_length=2, blank=True)
    subdivision = models.CharField(_("part of the country"), max_length=10, blank=True)
    holidays_known = DateRangeField(
        _("days whose holidays are known"),
        help_text=_("Beyond these days no deadline is told: nobody knows yet what will be a holiday."),
    )

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        constraints = [
            models.CheckConstraint(
                condition=_week_is_hours(),
                name="jurisdictions_workingcalendar_week_is_hours",
                violation_error_message=_("Write hours such as 07:00-14:15 for each day of the week."),
            ),
            models.CheckConstraint(
                condition=~Q(week=list(NEVER)),
                name="jurisdictions_workingcalendar_has_a_working_day",
                violation_error_message=_("A week without working hours is no calendar: give at least one day hours."),
            ),
            models.CheckConstraint(
                condition=Q(day_minutes__gte=1, day_minutes__lte=DAY),
                name="jurisdictions_workingcalendar_day_has_minutes",
            ),
            models.CheckConstraint(
                condition=Q(holidays_known__isempty=False, holidays_known__startswith__isnull=False)
                & Q(holidays_known__endswith__isnull=False),
                name="jurisdictions_workingcalendar_known_days_end",
                violation_error_message=_("Give the first day and the first day that is no longer known."),
            ),
        ]

    @property
    def known(self) -> KnownDays:
        """The days whose holidays are known."""
        days: Any = self.holidays_known  # a range or, before it is stored, a pair
        return KnownDays(*days) if isinstance(days, tuple) else KnownDays(days.lower, days.upper)

    def __str__(self) -> str:
        return str(self.root)


class Holiday(models.Model):
    """A day without work. One that the city works on all the same is withdrawn, and stays so when holidays are read.

    `is_estimate` marks one that depends on the moon and may still move by a day.
    """

    calendar = models.ForeignKey(
        WorkingCalendar, models.CASCADE, related_name="holidays", db_index=False, verbose_name=_("working calendar")
    )
    day = models.DateField(_("day"))
    name_fa = models.CharField(_("Persian name"), max_length=300)
    name_en = models.CharField(_("English name"), max_length=300, blank=True)
    is_estimate = models.BooleanField(_("estimate"), default=False)
    is_withdrawn = models.BooleanField(
        _("withdrawn"), default=False, help_text=_("The city works on this day all the same.")
    )
    by_hand = models.BooleanField(
        _("by hand"), default=True, help_text=_("Reading the country's holidays again leaves it as it is.")
    )

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "day"],
                name="jurisdictions_holiday_one_a_day",
                violation_error_message=_("This day is in the calendar already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name_fa}"


class SpecialHours(InForce):
    """Other hours during some days, such as those of Ramadan, or one shortened day. A holiday stays one."""

    calendar = models.ForeignKey(
        WorkingCalendar, models.CASCADE, related_name="special_hours", verbose_name=_("working calendar")
    )
    week = WeekField(verbose_name=_("hours of the week"))
    name_fa = models.CharField(_("Persian name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)

    objects = InForceQuerySet["SpecialHours"].as_manager()

    class Meta:
        verbose_name = _("special hours")
        verbose_name_plural = _("special hours")
        constraints = [
            models.CheckConstraint(condition=_week_is_hours(), name="jurisdictions_specialhours_week_is_hours"),
            ExclusionConstraint(
                name="jurisdictions_specialhours_one_a_day",
                expressions=[("calendar", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
                violation_error_message=_("There are other special hours on one of these days."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_fa
