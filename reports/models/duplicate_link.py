"""Two reports, and whether they tell of one problem."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.models.duplicate_act import DuplicateAct
from reports.models.report import Report


class LinkKind(models.TextChoices):
    """How two reports belong together."""

    DUPLICATE = "duplicate", _("the same problem")
    RECURRENCE = "recurrence", _("it has come back")


class LinkState(models.TextChoices):
    """Who says so."""

    SUGGESTED = "suggested", _("suggested")
    AUTOMATIC = "automatic", _("linked by likeness")
    CLAIMED = "claimed", _("said by the reporter")
    CONFIRMED = "confirmed", _("confirmed by the staff")
    REJECTED = "rejected", _("not the same")


SAID: frozenset[str] = frozenset({LinkState.CLAIMED, LinkState.CONFIRMED})  # by people: hold beyond the cap
JOINING: frozenset[str] = SAID | {LinkState.AUTOMATIC}
BY_MACHINE: frozenset[str] = frozenset({LinkState.SUGGESTED, LinkState.AUTOMATIC})


class DuplicateLinkQuerySet(models.QuerySet["DuplicateLink"]):
    """Links, by what they do."""

    def joining(self) -> Self:
        """Those that make clusters: the two are held to be one problem, now."""
        return self.filter(kind=LinkKind.DUPLICATE, state__in=JOINING)

    def apart(self) -> Self:
        """Those that a person has said no to."""
        return self.filter(state=LinkState.REJECTED)

    def touching(self, reports: object) -> Self:
        """Those with an end among these reports."""
        return self.filter(Q(first__in=reports) | Q(second__in=reports))


class DuplicateLink(models.Model):
    """How alike two reports of one city are, by which features, and what was decided of it.

    `features` are those of `reports.duplicates.score`; `act` is the act of the staff that gave it its present state.
    What a person has rejected stays so: no later score changes it.
    """

    first = models.ForeignKey(Report, models.CASCADE, related_name="+", db_index=False, verbose_name=_("report"))
    second = models.ForeignKey(Report, models.CASCADE, related_name="+", verbose_name=_("other report"))
    score = models.FloatField(_("likeness"))
    features = models.JSONField(_("features"), default=dict)
    kind = models.CharField(_("kind"), max_length=12, choices=LinkKind.choices, default=LinkKind.DUPLICATE)
    state = models.CharField(_("state"), max_length=12, choices=LinkState.choices)
    act = models.ForeignKey(
        DuplicateAct, models.SET_NULL, null=True, blank=True, related_name="links", verbose_name=_("act")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))

    objects = DuplicateLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link between reports")
        verbose_name_plural = _("links between reports")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="reports_duplicatelink_pair_unique"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="reports_duplicatelink_lower_key_first"),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="reports_duplicatelink_kind_known"),
            models.CheckConstraint(condition=Q(state__in=LinkState.values), name="reports_duplicatelink_state_known"),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1), name="reports_duplicatelink_score_from_0_to_1"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(BY_MACHINE)) ^ Q(decided_at__isnull=False),
                name="reports_duplicatelink_decided_iff_by_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.second_id} · {self.get_state_display()}"
