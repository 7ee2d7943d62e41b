"""By what reports are held to be one problem: distances, days, weights and words, kept as data."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Category

MOST_RADIUS_M = 2000
MOST_DAYS = 3650

# What each weight adds to the logarithm of the odds, and its sign: a weight that would turn a reason into its opposite
# is refused. Zero means that there is no sign to keep.
WEIGHT_SIGNS: dict[str, int] = {
    "base": 0,
    "distance": -1,
    "since": -1,
    "gap": -1,
    "at_once": 1,
    "text": 1,
    "meaning": 1,
    "untold": -1,
    "silent": -1,
    "silent_distance": -1,
    "kinship": -1,
    "across_distance": -1,
    "across_since": -1,
    "across_text": 1,
    "across_meaning": 1,
    "across_topic": 1,
    "across_other_topic": -1,
    "same_word": 1,
    "same_landmark": 1,
    "same_number": 1,
    "same_detail": 1,
    "other_landmark": -1,
    "other_number": -1,
    "other_side": -1,
    "other_state": -1,
    "other_thing": -1,
    "other_topic": -1,
    "other_fault": -1,
    "other_look": -1,
    "denied": -1,
    "same_street": 1,
    "other_street": -1,
    "same_address": 1,
    "photo": 1,
    "person": 1,
}
MOST_WEIGHT = 20.0


def check_weights(value: object) -> None:
    """Raise ValidationError unless `value` maps known names to numbers of the right sign."""
    if not isinstance(value, dict):
        raise ValidationError(_("Weights are an object that maps names to numbers."), code="invalid")
    for name, weight in value.items():
        if name not in WEIGHT_SIGNS:
            known = ", ".join(WEIGHT_SIGNS)
            raise ValidationError(
                _("There is no weight “%(name)s”; known are: %(known)s."),
                code="unknown",
                params={"name": name, "known": known},
            )
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not abs(weight) <= MOST_WEIGHT:
            raise ValidationError(
                _("“%(name)s” is a number from -%(most)d to %(most)d."),
                code="invalid",
                params={"name": name, "most": int(MOST_WEIGHT)},
            )
        if WEIGHT_SIGNS[name] * weight < 0:
            raise ValidationError(
                _("“%(name)s” would turn a reason into its opposite: change its sign."),
                code="sign",
                params={"name": name},
            )


class DuplicateProfile(models.Model):
    """How reports of a category are compared; the profile without a category is for all that have none of their own.

    `weights` add up to the logarithm of the odds (reports.duplicates); those that a category's profile does not name
    are the default's.
    """

    category = models.OneToOneField(
        Category,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("Empty: for every category without a profile of its own."),
    )
    radius_m = models.PositiveIntegerField(
        _("radius (m)"), validators=[MinValueValidator(1), MaxValueValidator(MOST_RADIUS_M)]
    )
    window_days = models.PositiveIntegerField(
        _("days"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=_("How far apart in time two reports of one problem may be."),
    )
    scale_m = models.FloatField(
        _("spread (m)"),
        validators=[MinValueValidator(0.5), MaxValueValidator(MOST_RADIUS_M)],
        help_text=_("Over how many metres the problem itself is seen: little for a lamp, much for a flooded street."),
    )
    suggest_from = models.FloatField(
        _("suggest from"), validators=[MinValueValidator(0.0), MaxValueValidator(1.0)], help_text=_("A score, 0 to 1.")
    )
    link_from = models.FloatField(
        _("link from"), validators=[MinValueValidator(0.0), MaxValueValidator(1.0)], help_text=_("A score, 0 to 1.")
    )
    cap_m = models.PositiveIntegerField(
        _("greatest extent (m)"),
        validators=[MinValueValidator(1), MaxValueValidator(2 * MOST_RADIUS_M)],
        help_text=_("Automatic links never make a problem wider than this."),
    )
    weights = models.JSONField(_("weights"), default=dict, blank=True, validators=[check_weights])

    class Meta:
        verbose_name = _("profile of duplicates")
        verbose_name_plural = _("profiles of duplicates")
        constraints = [
            models.UniqueConstraint(
                fields=["category"], nulls_distinct=False, name="reports_duplicateprofile_one_per_category"
            ),
            models.CheckConstraint(
                condition=Q(radius_m__gte=1, radius_m__lte=MOST_RADIUS_M, cap_m__gte=1, cap_m__lte=2 * MOST_RADIUS_M),
                name="reports_duplicateprofile_metres_sensible",
                violation_error_message=_("The radius is 1 to 2,000 metres, the extent 1 to 4,000."),
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=MOST_DAYS, scale_m__gte=0.5),
                name="reports_duplicateprofile_days_and_spread_sensible",
                violation_error_message=_("The days are 1 to 3,650, the spread half a metre or more."),
            ),
            models.CheckConstraint(
                condition=Q(suggest_from__gte=0, link_from__lte=1, suggest_from__lte=F("link_from")),
                name="reports_duplicateprofile_thresholds_in_order",
                violation_error_message=_("Scores are from 0 to 1, and what is linked is suggested as well."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.category or _("all other categories"))


class CategoryKinship(models.Model):
    """Two categories under which people file one and the same problem: 1 as if they were one, near 0 hardly ever."""

    one = models.ForeignKey(Category, models.CASCADE, related_name="+", verbose_name=_("category"))
    other = models.ForeignKey(Category, models.CASCADE, related_name="+", verbose_name=_("other category"))
    kinship = models.FloatField(_("kinship"), validators=[MinValueValidator(0.01), MaxValueValidator(1.0)])

    class Meta:
        verbose_name = _("kinship of categories")
        verbose_name_plural = _("kinships of categories")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="reports_categorykinship_pair_unique"),
            models.CheckConstraint(
                condition=Q(one__lt=F("other")),
                name="reports_categorykinship_in_order",
                violation_error_message=_("Two different categories, the one that was made first first."),
            ),
            models.CheckConstraint(
                condition=Q(kinship__gt=0, kinship__lte=1),
                name="reports_categorykinship_from_0_to_1",
                violation_error_message=_("Kinship is above 0 and at most 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one} ~ {self.other}"


class WordKind(models.TextChoices):
    """What a group of words is about."""

    SYNONYM = "synonym", _("words of one meaning")
    THING = "thing", _("what it is about")
    STATE = "state", _("what is wrong with it")
    LANDMARK = "landmark", _("what it is beside")
    SIDE = "side", _("side, end or direction")
    LOOK = "look", _("color or make")
    STREET = "street", _("before a number: street, alley, house")
    RELATION = "relation", _("before what it is beside: opposite, near")
    MEASURE = "measure", _("after a number that measures: days, metres")
    COMMON = "common", _("words that say little")
    SILENT = "silent", _("words that say nothing")
    TOPIC = "topic", _("words that evoke a category")
    FAULT = "fault", _("one way in which the things of a category are at fault")
    DENIAL = "denial", _("before what it is not: apart from")


class SynonymGroup(models.Model):
    """Words, or phrases of up to three words, that mean the same; groups that share an `axis` contradict each other."""

    kind = models.CharField(_("kind"), max_length=10, choices=WordKind.choices, default=WordKind.SYNONYM)
    axis = models.CharField(
        _("axis"),
        max_length=30,
        blank=True,
        help_text=_(
            "Groups with the same word here exclude each other: left and right, full and broken. "
            "Of words that evoke a category, and of faults, its code."
        ),
    )
    words = ArrayField(models.CharField(max_length=80), verbose_name=_("words"))

    class Meta:
        verbose_name = _("group of words")
        verbose_name_plural = _("groups of words")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=WordKind.values), name="reports_synonymgroup_kind_known"),
            models.CheckConstraint(
                condition=Q(words__len__gte=1),
                name="reports_synonymgroup_has_words",
                violation_error_message=_("Name at least one word."),
            ),
        ]

    def __str__(self) -> str:
        return "، ".join(self.words[:4])
