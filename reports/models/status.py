"""The steps of a report's life, in the order they were taken."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.answers import ClosingReason
from reports.models.report import Report
from reports.workflow import Actor, Status


class StatusUpdate(models.Model):
    """One step: who, when, to which status, why, with a note that is public or for staff. Never changed afterwards.

    What the reporter wrote with a step (`actor`) is for the reporter and the staff, not for the public.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="status_updates", verbose_name=_("report"))
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    reason = models.ForeignKey(
        ClosingReason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason")
    )
    note = models.TextField(_("note"), blank=True)
    is_public = models.BooleanField(_("public"), default=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    follows = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="followed_by",
        db_index=False,
        verbose_name=_("follows"),
        help_text=_("The step of the main report that this one was taken with."),
    )
    actor = models.CharField(_("taken by"), max_length=10, choices=Actor.choices, default=Actor.SYSTEM)

    class Meta:
        verbose_name = _("status update")
        verbose_name_plural = _("status updates")
        indexes = [
            models.Index(fields=["follows"], condition=Q(follows__isnull=False), name="reports_statusupdate_followed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="reports_statusupdate_status_known"),
            models.CheckConstraint(condition=Q(actor__in=Actor.values), name="reports_statusupdate_actor_known"),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.get_status_display()}"
