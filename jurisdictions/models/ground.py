"""Jurisdictions, and the boundaries they have had."""

from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Area
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.crs import WGS84
from geo.functions import Geography
from geo.periods import InForce, InForceQuerySet
from jurisdictions.models.named import Named


class LevelQuerySet(models.QuerySet["Level"]):
    """Levels, largest ground first."""

    def below_city(self) -> Self:
        """Those that lie within a city, in the order of their rank."""
        return self.filter(rank__gt=0).order_by("rank", "code")


class Level(Named):
    """A kind of jurisdiction: city, district, zone, neighborhood; a park or a corridor is one as well.

    `rank` orders the levels for routing: where rules are equally specific, the higher rank decides; a city's is 0.
    A level that `closes_gaps` is meant to fill its city: a point that none of its shapes covers belongs to the
    nearest one within the tolerance. A park's is not: a point beside a park is not in it.
    """

    rank = models.PositiveSmallIntegerField(_("rank"))
    closes_gaps = models.BooleanField(_("closes gaps"), default=False)

    objects = LevelQuerySet.as_manager()

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="jurisdictions_level_code_unique"),
        ]


class JurisdictionQuerySet(models.QuerySet["Jurisdiction"]):
    """Jurisdictions, asked for in the words of the field."""

    def cities(self) -> Self:
        """The roots."""
        return self.filter(root__isnull=True)

    def of_city(self, city: "Jurisdiction") -> Self:
        """A city and everything in it."""
        return self.filter(Q(pk=city.pk) | Q(root=city))

    def at_level(self, code: str) -> Self:
        """Those of one level, by the level's code."""
        return self.filter(level__code=code)


class Jurisdiction(Named):
    """A body responsible for ground. The root (a city) carries the calendar, the metric CRS and the languages.

    Codes are unique per city and level. A jurisdiction is never deleted once it has had a boundary.
    """

    root = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="descendants", verbose_name=_("city")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    level = models.ForeignKey(Level, models.PROTECT, related_name="jurisdictions", verbose_name=_("level"))
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    metric_srid = models.PositiveIntegerField(_("metric SRID"), null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        constraints = [
            models.UniqueConstraint(
                fields=["root", "level", "code"],
                name="jurisdictions_jurisdiction_code_unique_per_city_and_level",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(root__isnull=True),
                name="jurisdictions_jurisdiction_city_code_unique",
            ),
            models.CheckConstraint(
                condition=Q(root__isnull=False, parent__isnull=False, time_zone="", metric_srid__isnull=True)
                | Q(root__isnull=True, parent__isnull=True, time_zone__gt="", metric_srid__isnull=False),
                name="jurisdictions_jurisdiction_only_a_city_has_a_calendar",
                violation_error_message=_(
                    "A city has a time zone and a metric SRID; whatever lies in it has a parent."
                ),
            ),
        ]

    @property
    def city(self) -> "Jurisdiction":
        """The root of this jurisdiction: itself, for a city."""
        return self.root or self

    def day_at(self, at: datetime) -> date:
        """The day that a moment falls on in this jurisdiction's city."""
        return at.astimezone(ZoneInfo(self.city.time_zone)).date()


class BoundarySet(models.Model):
    """Boundaries of one level of one city that came into force together, by one legal act."""

    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="boundary_sets", verbose_name=_("city"))
    level = models.ForeignKey(Level, models.PROTECT, related_name="boundary_sets", verbose_name=_("level"))
    first_day = models.DateField(_("first day"))
    source = models.CharField(_("act and source"), max_length=500)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("boundary set")
        verbose_name_plural = _("boundary sets")
        constraints = [
            models.UniqueConstraint(
                fields=["root", "level", "first_day"], name="jurisdictions_boundaryset_one_a_day_per_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} · {self.source}"


class Boundary(InForce):
    """The shape of a jurisdiction during `in_force`: WGS 84, longitude before latitude, never simplified on read."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="boundaries", verbose_name=_("jurisdiction")
    )
    boundary_set = models.ForeignKey(
        BoundarySet, models.PROTECT, related_name="boundaries", verbose_name=_("boundary set")
    )
    shape = models.MultiPolygonField(_("shape"), srid=WGS84)
    area_m2 = models.GeneratedField(
        expression=Area(Geography(F("shape"))),
        output_field=models.FloatField(),
        db_persist=True,
        verbose_name=_("area (m²)"),
    )

    objects = InForceQuerySet["Boundary"].as_manager()

    class Meta:
        verbose_name = _("boundary")
        verbose_name_plural = _("boundaries")
        constraints = [
            ExclusionConstraint(
                name="jurisdictions_boundary_one_shape_a_day",
                expressions=[("jurisdiction", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
                violation_error_message=_("This jurisdiction already has a boundary on one of these days."),
            ),
            models.CheckConstraint(condition=Q(shape__isvalid=True), name="jurisdictions_boundary_shape_is_valid"),
        ]

    def __str__(self) -> str:
        return str(self.jurisdiction)


class Street(models.Model):
    """A main street of a city, for the map below the reports: lines in WGS 84, longitude before latitude."""

    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="streets", verbose_name=_("city"))
    name_fa = models.CharField(_("Persian name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    road_class = models.CharField(_("road class"), max_length=40)
    line = models.MultiLineStringField(_("line"), srid=WGS84)

    class Meta:
        verbose_name = _("street")
        verbose_name_plural = _("streets")

    def __str__(self) -> str:
        return self.name_fa
