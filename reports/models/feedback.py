"""What the reporter says after the report was closed: was it solved?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Department
from reports.models.report import Report
from reports.models.status import StatusUpdate


class Feedback(models.Model):
    """One answer to one closing. `satisfaction` is 1 (not at all) to 5 (very); `department` had it when it was closed.

    Where it was not solved and the rules allow it, the answer has reopened the report (`has_reopened`).
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="feedback", verbose_name=_("report"))
    closing = models.OneToOneField(StatusUpdate, models.CASCADE, related_name="feedback", verbose_name=_("closing"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    was_solved = models.BooleanField(_("solved"))
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True)
    words = models.TextField(_("words"), max_length=2000, blank=True)
    has_reopened = models.BooleanField(_("has reopened it"), default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer to a closing")
        verbose_name_plural = _("answers to closings")
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
                name="reports_feedback_satisfaction_from_1_to_5",
            ),
            models.CheckConstraint(condition=Q(was_solved=True) | ~Q(words=""), name="reports_feedback_no_says_why"),
            models.CheckConstraint(
                condition=Q(was_solved=False) | Q(has_reopened=False), name="reports_feedback_yes_reopens_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.was_solved}"
