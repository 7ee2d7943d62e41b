"""What kinds of problem there are, and which department answers for each."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.periods import InForce, InForceQuerySet
from jurisdictions.models.ground import Jurisdiction, Level
from jurisdictions.models.named import Named


class Function(Named):
    """What a department is there for (civil works, green space, …): the word that rules speak in."""

    class Meta:
        verbose_name = _("function")
        verbose_name_plural = _("functions")
        constraints = [models.UniqueConstraint(fields=["code"], name="jurisdictions_function_code_unique")]


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Departments, by what they are there for."""

    def active(self) -> Self:
        """Those that can be given work."""
        return self.filter(is_active=True)


class Department(Named):
    """Who does the work: one function for one jurisdiction (a district's civil works, the city's water company)."""

    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+", verbose_name=_("city"))
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="departments", verbose_name=_("jurisdiction")
    )
    function = models.ForeignKey(Function, models.PROTECT, related_name="departments", verbose_name=_("function"))
    is_active = models.BooleanField(_("active"), default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            models.UniqueConstraint(fields=["root", "code"], name="jurisdictions_department_code_unique_per_city"),
            models.UniqueConstraint(
                fields=["jurisdiction", "function"],
                name="jurisdictions_department_one_per_jurisdiction_and_function",
                violation_error_message=_("This jurisdiction already has a department with this function."),
            ),
        ]


class CategoryGroup(Named):
    """Categories that belong together on a form."""

    rank = models.PositiveSmallIntegerField(_("rank"), default=0)

    class Meta:
        verbose_name = _("category group")
        verbose_name_plural = _("category groups")
        constraints = [models.UniqueConstraint(fields=["code"], name="jurisdictions_categorygroup_code_unique")]


class Moderation(models.TextChoices):
    """When the public sees a report of this category."""

    AT_ONCE = "at_once", _("at once")
    TEXT_REVIEWED = "text_reviewed", _("at once, its text after review")
    REVIEWED = "reviewed", _("after review")
    NEVER = "never", _("never")


class CategoryQuerySet(models.QuerySet["Category"]):
    """Categories that a report can be filed under."""

    def active(self) -> Self:
        """Those offered to citizens."""
        return self.filter(is_active=True)


class Category(Named):
    """A kind of problem (Open311: service), with the rules for what the public sees of its reports.

    `place_precision_m` coarsens the public place: 0 shows the point, otherwise the middle of a grid cell
    that many metres wide.
    """

    group = models.ForeignKey(CategoryGroup, models.PROTECT, related_name="categories", verbose_name=_("group"))
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    moderation = models.CharField(
        _("moderation"), max_length=20, choices=Moderation.choices, default=Moderation.TEXT_REVIEWED
    )
    place_precision_m = models.PositiveIntegerField(_("coarseness of the public place (m)"), default=0)
    questions = models.JSONField(_("extra questions"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="jurisdictions_category_code_unique"),
            models.CheckConstraint(
                condition=Q(moderation__in=Moderation.values), name="jurisdictions_category_moderation_known"
            ),
            models.CheckConstraint(
                condition=Q(place_precision_m=0) | Q(place_precision_m__gte=10, place_precision_m__lte=5000),
                name="jurisdictions_category_place_precision_sensible",
                violation_error_message=_("Coarseness is 0, or between 10 and 5,000 metres."),
            ),
        ]


class Source(models.TextChoices):
    """By which way a report came in."""

    WEB = "web", _("web page")
    APP = "app", _("app")
    CALL_CENTER = "137", _("137 call center")
    API = "api", _("API")
    IMPORT = "import", _("import")


class RoutingRule(InForce):
    """A category, a group or everything (`category` and `group` empty) goes to a function at a level of one city.

    Conditions narrow it: a time of the city's day from `from_time` until (without) `until_time`, through midnight
    where the first is the later; ISO weekdays (1 is Monday); the ways a report came in. Empty means no condition.
    """

    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="routing_rules", verbose_name=_("city"))
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="routing_rules",
        verbose_name=_("category"),
    )
    group = models.ForeignKey(
        CategoryGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="routing_rules",
        verbose_name=_("group"),
    )
    function = models.ForeignKey(Function, models.PROTECT, related_name="routing_rules", verbose_name=_("function"))
    level = models.ForeignKey(Level, models.PROTECT, related_name="routing_rules", verbose_name=_("level"))
    from_time = models.TimeField(_("from"), null=True, blank=True)
    until_time = models.TimeField(_("until"), null=True, blank=True)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("weekdays"),
        default=list,
        blank=True,
    )
    sources = ArrayField(
        models.CharField(max_length=10, choices=Source.choices),
        verbose_name=_("ways in"),
        default=list,
        blank=True,
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = InForceQuerySet["RoutingRule"].as_manager()

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(group__isnull=True),
                name="jurisdictions_routingrule_category_or_group",
                violation_error_message=_("Name a category or a group, not both."),
            ),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True, until_time__isnull=True)
                | Q(from_time__isnull=False, until_time__isnull=False) & ~Q(from_time=F("until_time")),
                name="jurisdictions_routingrule_times_are_a_span",
                violation_error_message=_("Give both times, the second other than the first, or none."),
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                name="jurisdictions_routingrule_weekdays_known",
                violation_error_message=_("Weekdays are numbers from 1 (Monday) to 7 (Sunday)."),
            ),
            models.CheckConstraint(
                condition=Q(sources__contained_by=Source.values),
                name="jurisdictions_routingrule_sources_known",
                violation_error_message=_("A report comes in by one of the known ways only."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category or self.group or '*'}: {self.function} ({self.level})"
