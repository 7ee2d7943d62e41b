"""Who in a department, or outside of it, does the work on a report."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models import Contractor, Crew
from reports.models.report import Report

_ONE = (
    Q(user__isnull=False, crew__isnull=True, contractor__isnull=True)
    | Q(user__isnull=True, crew__isnull=False, contractor__isnull=True)
    | Q(user__isnull=True, crew__isnull=True, contractor__isnull=False)
)


class Delegation(models.Model):
    """A report in the hands of a person, a crew, or a contractor; the department keeps answering for it.

    `external_reference` is what a contractor's own system calls it. A report is in one pair of hands at a time.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="delegations", verbose_name=_("report"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name=_("person"),
    )
    crew = models.ForeignKey(
        Crew, models.PROTECT, null=True, blank=True, related_name="delegations", verbose_name=_("crew")
    )
    contractor = models.ForeignKey(
        Contractor, models.PROTECT, null=True, blank=True, related_name="delegations", verbose_name=_("contractor")
    )
    note = models.TextField(_("note"), blank=True)
    external_reference = models.CharField(_("their reference"), max_length=100, blank=True)
    at = models.DateTimeField(_("since"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(condition=_ONE, name="reports_delegation_to_one"),
            models.UniqueConstraint(
                fields=["report"], condition=Q(ended_at__isnull=True), name="reports_delegation_one_current"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("at")),
                name="reports_delegation_ends_after_it_starts",
            ),
        ]

    @property
    def to(self) -> object:
        """The person, crew or contractor."""
        return self.user or self.crew or self.contractor

    def __str__(self) -> str:
        return f"{self.report} · {self.to}"
