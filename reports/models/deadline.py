"""Until when a report is to be accepted and resolved, how that came to be, and what a change of calendars moves."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import ServiceLevel, Until
from reports.models.batches import PreviewedInBatches, PreviewedInBatchesQuerySet
from reports.models.report import Report


class Deadline(models.Model):
    """A report's dates by its service levels; kept by `reports.deadlines` alone, from the report's own history.

    `due_at` is null while the time stands still (waiting for the citizen), where no service level speaks, and where
    the date would lie beyond the days whose holidays are known. A closed report keeps the date that stood last, and
    `is_kept` says whether it was met. `used_seconds` is the working time that has passed before `running_since`.
    """

    report = models.OneToOneField(
        Report, models.CASCADE, primary_key=True, related_name="deadline", verbose_name=_("report")
    )
    accept_level = models.ForeignKey(
        ServiceLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("service level until it is accepted"),
    )
    resolve_level = models.ForeignKey(
        ServiceLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("service level until it is resolved"),
    )
    accept_seconds = models.IntegerField(_("working seconds until it is accepted"), null=True, blank=True)
    resolve_seconds = models.IntegerField(_("working seconds until it is resolved"), null=True, blank=True)
    accept_by = models.DateTimeField(_("to be accepted by"), null=True, blank=True)
    due_at = models.DateTimeField(_("to be resolved by"), null=True, blank=True)
    used_seconds = models.IntegerField(_("working seconds used"), default=0)
    running_since = models.DateTimeField(_("running since"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    is_kept = models.BooleanField(_("kept"), null=True, blank=True)

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        indexes = [
            models.Index(
                fields=["due_at", "report"],
                condition=Q(ended_at__isnull=True, due_at__isnull=False),
                name="reports_deadline_due",
            ),
            models.Index(
                fields=["accept_by", "report"],
                condition=Q(ended_at__isnull=True, accepted_at__isnull=True, accept_by__isnull=False),
                name="reports_deadline_accept",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(running_since__isnull=True) | Q(ended_at__isnull=True),
                name="reports_deadline_closed_does_not_run",
            ),
            models.CheckConstraint(
                condition=Q(is_kept__isnull=True) | Q(ended_at__isnull=False), name="reports_deadline_kept_at_the_end"
            ),
        ]

    def __str__(self) -> str:
        return str(self.report)


class Why(models.TextChoices):
    """What has moved a date."""

    PAUSED = "paused", _("waiting for the citizen: the time stands still")
    RESUMED = "resumed", _("the citizen has answered: the time goes on")
    CLOSED = "closed", _("it was closed")
    REOPENED = "reopened", _("it was opened again")
    MOVED = "moved", _("it was moved")
    CATEGORY = "category", _("its category was changed")
    DECLINED = "declined", _("it was declined")
    DISPATCHED = "dispatched", _("a dispatcher gave it")
    REROUTED = "rerouted", _("boundaries or rules changed")
    UNDONE = "undone", _("a change of boundaries or rules was undone")
    RECOMPUTED = "recomputed", _("the calendar or a service level changed")


class RunState(models.TextChoices):
    """Where a recomputation stands; each -ing goes on where it was stopped."""

    PREVIEWING = "previewing", _("being previewed")
    PREVIEWED = "previewed", _("previewed")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    OUTDATED = "outdated", _("outdated: the calendar or a service level has changed since")


class DeadlineRun(PreviewedInBatches):
    """The deadlines of a city's open reports reckoned anew: first only counted, then stored.

    `version` is that of the calendar and service levels it was previewed with: with others it does not go on.
    Counts are of the state's own pass: dates to be resolved by that come later, earlier, appear, or go.
    """

    UNDER_WAY = (RunState.PREVIEWING, RunState.APPLYING)

    version = models.CharField(_("version"), max_length=300, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=RunState.choices, default=RunState.PREVIEWING)
    later = models.PositiveIntegerField(_("later"), default=0)
    earlier = models.PositiveIntegerField(_("earlier"), default=0)
    appear = models.PositiveIntegerField(_("get a date"), default=0)
    vanish = models.PositiveIntegerField(_("lose their date"), default=0)
    shift_seconds = models.BigIntegerField(_("shift of all that move (s)"), default=0)
    most_later_seconds = models.BigIntegerField(_("furthest later (s)"), default=0)
    most_earlier_seconds = models.BigIntegerField(_("furthest earlier (s)"), default=0)

    objects = PreviewedInBatchesQuerySet["DeadlineRun"].as_manager()

    class Meta:
        verbose_name = _("recomputation of deadlines")
        verbose_name_plural = _("recomputations of deadlines")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="reports_deadlinerun_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.root}"


class DeadlineChange(models.Model):
    """A date that moved: from what to what, why, when, by whom (None: the system). Never changed afterwards.

    That the service level and the recomputation are there is the ORM's to see to: for the database to look them up for
    each of 200,000 rows took a quarter of the time of a recomputation, and neither is ever deleted while it is named.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="deadline_changes", verbose_name=_("report"))
    until = models.CharField(_("until it is"), max_length=10, choices=Until.choices)
    was = models.DateTimeField(_("before"), null=True, blank=True)
    now = models.DateTimeField(_("after"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=12, choices=Why.choices)
    level = models.ForeignKey(
        ServiceLevel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("service level"),
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )
    run = models.ForeignKey(
        DeadlineRun,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="changes",
        db_constraint=False,
        verbose_name=_("recomputation"),
    )

    class Meta:
        verbose_name = _("change of a deadline")
        verbose_name_plural = _("changes of deadlines")
        constraints = [
            models.CheckConstraint(condition=Q(until__in=Until.values), name="reports_deadlinechange_until_known"),
            models.CheckConstraint(condition=Q(why__in=Why.values), name="reports_deadlinechange_why_known"),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.get_until_display()}"
