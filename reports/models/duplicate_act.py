"""What people have done about clusters, as it was, so that it can be undone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Jurisdiction
from reports.models.report import Report


class ActKind(models.TextChoices):
    """What was done."""

    MERGE = "merge", _("merged")
    SPLIT = "split", _("taken apart")
    MOVE = "move", _("moved to another problem")
    ACCEPT = "accept", _("suggestion accepted")
    REJECT = "reject", _("suggestion rejected")
    CLAIM = "claim", _("said by the reporter")
    UNDO = "undo", _("undone")


class DuplicateAct(models.Model):
    """One act: who, when, about which reports.

    `changes` say what to bring back: `links` are [key, state before, act before] ("" for a link that the act made),
    `statuses` are [report, status before, status after].
    """

    city = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+", verbose_name=_("city"))
    kind = models.CharField(_("kind"), max_length=10, choices=ActKind.choices)
    reports = models.ManyToManyField(Report, related_name="duplicate_acts", verbose_name=_("reports"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    note = models.TextField(_("note"), blank=True)
    changes = models.JSONField(_("changes"), default=dict)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name=_("undoes")
    )

    class Meta:
        verbose_name = _("act about a problem with several reports")
        verbose_name_plural = _("acts about problems with several reports")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ActKind.values), name="reports_duplicateact_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=ActKind.UNDO) ^ Q(undoes__isnull=True), name="reports_duplicateact_undoes_iff_undo"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.at:%Y-%m-%d %H:%M}"
