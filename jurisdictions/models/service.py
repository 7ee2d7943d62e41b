"""How long something may take: a promise in working time, for a kind of problem and some ground."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from geo.periods import InForce, InForceQuerySet
from jurisdictions.models.ground import Jurisdiction
from jurisdictions.models.responsibility import Category, CategoryGroup

MOST = 10_000  # hours or days


class Until(models.TextChoices):
    """What is to have happened by then."""

    ACCEPT = "accept", _("accepted")
    RESOLVE = "resolve", _("resolved")


class Unit(models.TextChoices):
    """What working time is counted in."""

    HOURS = "hours", _("working hours")
    DAYS = "days", _("working days")


def _or_none(name: str) -> Coalesce:
    return Coalesce(F(name), Value(0, output_field=models.BigIntegerField()))


class ServiceLevel(InForce):
    """A category, a group or everything (both empty), in one jurisdiction or all of the city (empty), takes so long.

    The one that speaks for a report is that of its day of arrival: first the more specific in kind (the category
    before its group before everything), then the more specific in place (the higher rank of the level).
    """

    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="service_levels", verbose_name=_("city"))
    until = models.CharField(_("until it is"), max_length=10, choices=Until.choices, default=Until.RESOLVE)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="service_levels", verbose_name=_("category")
    )
    group = models.ForeignKey(
        CategoryGroup, models.PROTECT, null=True, blank=True, related_name="service_levels", verbose_name=_("group")
    )
    jurisdiction = models.ForeignKey(
        Jurisdiction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="own_service_levels",
        verbose_name=_("jurisdiction"),
        help_text=_("Empty: all of the city."),
    )
    amount = models.DecimalField(
        _("takes at most"), max_digits=7, decimal_places=2, validators=[MinValueValidator(0.01)]
    )
    unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices, default=Unit.DAYS)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = InForceQuerySet["ServiceLevel"].as_manager()

    class Meta:
        verbose_name = _("service level")
        verbose_name_plural = _("service levels")
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(group__isnull=True),
                name="jurisdictions_servicelevel_category_or_group",
                violation_error_message=_("Name a category or a group, not both."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MOST),
                name="jurisdictions_servicelevel_takes_time",
                violation_error_message=_("More than nothing, and at most 10,000."),
            ),
            models.CheckConstraint(condition=Q(until__in=Until.values), name="jurisdictions_servicelevel_until_known"),
            models.CheckConstraint(condition=Q(unit__in=Unit.values), name="jurisdictions_servicelevel_unit_known"),
            ExclusionConstraint(
                name="jurisdictions_servicelevel_one_a_day",
                expressions=[
                    ("root", RangeOperators.EQUAL),
                    ("until", RangeOperators.EQUAL),
                    (_or_none("category"), RangeOperators.EQUAL),
                    (_or_none("group"), RangeOperators.EQUAL),
                    (_or_none("jurisdiction"), RangeOperators.EQUAL),
                    ("in_force", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("There is another service level for the same on one of these days."),
            ),
        ]

    def __str__(self) -> str:
        subject, place = self.category or self.group or "*", self.jurisdiction or self.root
        return f"{subject} · {place}: {self.amount} {self.get_unit_display()}"
