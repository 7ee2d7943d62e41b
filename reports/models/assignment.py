"""Which department has a report, and by which decision."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Boundary, Department, RoutingRule
from jurisdictions.routing import Method
from reports.models.report import Report
from reports.models.rerouting import Rerouting
from reports.workflow import OPEN


class Reason(models.TextChoices):
    """Why a report was given to somebody."""

    FILED = "filed", _("it came in")
    MOVED = "moved", _("it was moved")
    CATEGORY = "category", _("its category was changed")
    DECLINED = "declined", _("it was declined")
    DISPATCHED = "dispatched", _("a dispatcher gave it")
    REROUTED = "rerouted", _("boundaries or rules changed")
    UNDONE = "undone", _("a change of boundaries or rules was undone")


BY_A_PERSON = [Reason.DECLINED, Reason.DISPATCHED]  # not by the route alone


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Assignments, by what is to be done about them."""

    def unaccepted(self) -> Self:
        """The current ones of open reports whose department has not said that it takes them."""
        current = self.filter(ended_at__isnull=True, accepted_at__isnull=True, department__isnull=False)
        return current.filter(report__status__in=OPEN)

    def to_be_reminded(self, *, at: datetime) -> Self:
        """Those of which nobody was reminded, past the date of their service level.

        Where none says until when they are to be accepted: given away `ACCEPT_WITHIN_HOURS` ago or longer.
        """
        late = Q(report__deadline__accept_by__lte=at)
        since = at - timedelta(hours=settings.ACCEPT_WITHIN_HOURS)
        late |= Q(report__deadline__accept_by__isnull=True, assigned_at__lte=since)
        return self.filter(late, reminded_at__isnull=True)

    def to_be_escalated(self, *, at: datetime) -> Self:
        """Those whose department was reminded `ESCALATE_AFTER_HOURS` ago or longer, and whose head was not told."""
        since = at - timedelta(hours=settings.ESCALATE_AFTER_HOURS)
        return self.filter(escalated_at__isnull=True, reminded_at__lte=since)


class Assignment(models.Model):
    """A report given to a department, with the Route that says why; without a department it waits for a dispatcher.

    `declined_by` is the department that said it was not its own; `is_contested` marks what none of those asked
    would have, or one was given a second time and declined again: it stays with the dispatcher. A department that has
    not accepted its report in time is reminded, then its head is told (`escalated_at`).
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="assignments", verbose_name=_("report"))
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("department"),
    )
    method = models.CharField(_("method"), max_length=10, choices=Method.choices)
    boundary = models.ForeignKey(
        Boundary, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("boundary")
    )
    rule = models.ForeignKey(
        RoutingRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rule")
    )
    edge_m = models.FloatField(_("metres to the edge"), null=True, blank=True)
    route = models.JSONField(_("route"), encoder=DjangoJSONEncoder)
    assigned_at = models.DateTimeField(_("assigned at"))
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned by"),
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, default=Reason.FILED)
    note = models.TextField(_("note"), blank=True)
    declined_by = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("declined by")
    )
    is_contested = models.BooleanField(_("refused again and again"), default=False)
    rerouting = models.ForeignKey(
        Rerouting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rerouting")
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [
            models.Index(
                fields=["assigned_at"],
                condition=Q(ended_at__isnull=True, accepted_at__isnull=True, department__isnull=False),
                name="reports_assignment_unaccepted",
            ),
            models.Index(
                fields=["report"],
                condition=Q(ended_at__isnull=True, is_contested=True),
                name="reports_assignment_contested",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(ended_at__isnull=True), name="reports_assignment_one_current"
            ),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="reports_assignment_method_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("assigned_at")),
                name="reports_assignment_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="reports_assignment_reason_known"),
            models.CheckConstraint(
                condition=Q(reason=Reason.DECLINED, declined_by__isnull=False)
                | (~Q(reason=Reason.DECLINED) & Q(declined_by__isnull=True)),
                name="reports_assignment_declined_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.department or '—'}"
