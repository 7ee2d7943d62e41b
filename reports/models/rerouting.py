"""What a change of boundaries or rules moves: previewed, applied and undone as one, kept report by report."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, F, Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import BoundarySet, Department, Jurisdiction, RoutingRule
from reports.models.batches import PreviewedInBatches, PreviewedInBatchesQuerySet
from reports.models.report import Report
from reports.workflow import Status


class ReroutingState(models.TextChoices):
    """Where a rerouting stands. It can be stopped in each -ing, and goes on from there."""

    PREVIEWING = "previewing", _("being previewed")
    PREVIEWED = "previewed", _("previewed")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


class Rerouting(PreviewedInBatches):
    """All that one change moves in a city (`root`), as routing answers on the day `on`.

    Asked about are the reports that the boundary set or the rule may concern, without either all of the city: the
    open ones, unless `include_closed`. Where a person decided who has a report, it stays, unless `include_decided`.
    """

    UNDER_WAY = (ReroutingState.PREVIEWING, ReroutingState.APPLYING, ReroutingState.UNDOING)

    on = models.DateField(_("as of"))
    boundary_set = models.ForeignKey(
        BoundarySet, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("boundary set")
    )
    rule = models.ForeignKey(
        RoutingRule, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("routing rule")
    )
    include_closed = models.BooleanField(_("closed reports too"), default=False)
    include_decided = models.BooleanField(_("reports that a person gave too"), default=False)
    at_flip = models.BooleanField(_("made at the first day of the set"), default=False)
    state = models.CharField(
        _("state"), max_length=12, choices=ReroutingState.choices, default=ReroutingState.PREVIEWING
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    objects = PreviewedInBatchesQuerySet["Rerouting"].as_manager()

    class Meta:
        verbose_name = _("rerouting")
        verbose_name_plural = _("reroutings")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReroutingState.values), name="reports_rerouting_state_known"),
            models.CheckConstraint(
                condition=Q(boundary_set__isnull=True) | Q(rule__isnull=True), name="reports_rerouting_of_one_change"
            ),
            models.UniqueConstraint(
                fields=["boundary_set"], condition=Q(at_flip=True), name="reports_rerouting_one_at_a_flip"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.boundary_set or self.rule or self.root}"


class MoveState(models.TextChoices):
    """What became of one report."""

    PLANNED = "planned", _("planned")
    APPLIED = "applied", _("applied")
    SKIPPED = "skipped", _("skipped")
    UNDONE = "undone", _("undone")


class Because(models.TextChoices):
    """Why a report was skipped, or (where it stays applied) not brought back."""

    DECIDED = "decided", _("a person decided who has it")
    CLOSED = "closed", _("it has been closed")
    CHANGED = "changed", _("it has been moved or given away meanwhile")
    OUT_OF_REACH = "out_of_reach", _("it lies further away than the service reaches")


class ReroutingMoveQuerySet(models.QuerySet["ReroutingMove"]):
    """Moves, and the numbers they make."""

    def by_state(self) -> list[dict[str, Any]]:
        """How many there are in each state, and why."""
        return list(self.order_by("state", "because").values("state", "because").annotate(count=Count("pk")))

    def by_department(self) -> list[dict[str, Any]]:
        """How many go from which department to which, for each status; None is the dispatcher's desk."""
        named = self.values("status", before=F("from_department__code"), after=F("to_department__code"))
        return list(named.annotate(count=Count("pk")).order_by("before", "after", "status"))

    def by_jurisdiction(self, level: str) -> list[dict[str, Any]]:
        """How many go from which jurisdiction of a level to which other, for each status."""
        before, after = (KeyTextTransform(level, f"{side}_jurisdictions") for side in ("from", "to"))
        nowhere = Value("", output_field=models.TextField())
        apart = self.annotate(
            before=before, after=after, left=Coalesce(before, nowhere), reached=Coalesce(after, nowhere)
        ).exclude(left=F("reached"))
        counted = apart.values("before", "after", "status").annotate(count=Count("pk"))
        return list(counted.order_by("before", "after", "status"))


class ReroutingMove(models.Model):
    """One report's part in a rerouting: from what it was at the preview to what routing says then.

    `assignment` was the current one at the preview: while it still is, nobody has changed the report. `status` is
    the one at the preview.
    """

    rerouting = models.ForeignKey(
        Rerouting, models.CASCADE, related_name="moves", db_index=False, verbose_name=_("rerouting")
    )
    report = models.ForeignKey(Report, models.CASCADE, related_name="+", db_index=False, verbose_name=_("report"))
    assignment = models.ForeignKey(
        "reports.Assignment",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("assignment"),
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    from_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("from department"),
    )
    to_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("to department"),
    )
    from_jurisdictions = models.JSONField(_("from jurisdictions"), encoder=DjangoJSONEncoder, default=dict)
    to_jurisdictions = models.JSONField(_("to jurisdictions"), encoder=DjangoJSONEncoder, default=dict)
    from_public_jurisdictions = models.JSONField(
        _("from public jurisdictions"), encoder=DjangoJSONEncoder, default=dict
    )
    to_public_jurisdictions = models.JSONField(_("to public jurisdictions"), encoder=DjangoJSONEncoder, default=dict)
    from_root = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="+", db_index=False, verbose_name=_("from city")
    )
    to_root = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="+", db_index=False, verbose_name=_("to city")
    )
    route = models.JSONField(_("route"), encoder=DjangoJSONEncoder, default=dict)
    state = models.CharField(_("state"), max_length=10, choices=MoveState.choices, default=MoveState.PLANNED)
    because = models.CharField(_("because"), max_length=12, choices=Because.choices, blank=True)

    objects = ReroutingMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move of a report")
        verbose_name_plural = _("moves of reports")
        indexes = [
            models.Index(fields=["rerouting", "state", "because", "id"], name="reports_reroutingmove_batch"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["rerouting", "report"], name="reports_reroutingmove_one_a_report"),
            models.CheckConstraint(condition=Q(state__in=MoveState.values), name="reports_reroutingmove_state_known"),
            models.CheckConstraint(
                condition=Q(because__in=["", *Because.values]), name="reports_reroutingmove_because_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.to_department or '—'}"
