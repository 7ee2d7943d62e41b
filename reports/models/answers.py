"""What the staff say and look at when they take a step: reasons, ready answers, checklists."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Category
from jurisdictions.models.named import Named
from reports.models.report import Report
from reports.workflow import CLOSED, Status

CLOSINGS = [status for status in Status if status in CLOSED]


class ClosingReason(Named):
    """Why a report is closed, in words for everybody; `status` is the closed status that it explains."""

    status = models.CharField(_("status"), max_length=20, choices=[(each.value, each.label) for each in CLOSINGS])
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("closing reason")
        verbose_name_plural = _("closing reasons")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="reports_closingreason_code_unique"),
            models.CheckConstraint(condition=Q(status__in=CLOSINGS), name="reports_closingreason_status_is_closed"),
        ]


class StandardAnswerQuerySet(models.QuerySet["StandardAnswer"]):
    """Ready answers, by what they fit."""

    def fitting(self, *, category: Category, status: str) -> Self:
        """Those for a step to `status` of a report of this category: its own first, then those for all."""
        fit = self.filter(Q(category=category) | Q(category__isnull=True), status=status, is_active=True)
        return fit.order_by(models.F("category").asc(nulls_last=True), "rank", "code")


class StandardAnswer(Named):
    """A note ready to be sent with a step to `status`, in both languages; without a category it fits all of them."""

    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="standard_answers", verbose_name=_("category")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    text_fa = models.TextField(_("Persian text"), max_length=2000)
    text_en = models.TextField(_("English text"), max_length=2000, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = StandardAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard answer")
        verbose_name_plural = _("standard answers")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="reports_standardanswer_code_unique"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="reports_standardanswer_status_known"),
        ]

    def text(self, language: str | None = None) -> str:
        """The answer in `language` (`fa` or `en`; the active one by default), else in Persian."""
        english = (language or get_language() or "fa").startswith("en")
        return (english and self.text_en) or self.text_fa


class ChecklistItem(Named):
    """Something to be looked at before a report of a category counts as resolved; `code` is unique in the category."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="checklist", verbose_name=_("category"))
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    is_required = models.BooleanField(_("required"), default=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="reports_checklistitem_code_unique_per_category"),
        ]


class Check(models.Model):
    """An item of the checklist that somebody has looked at for a report; taken back, the row is gone."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="checks", verbose_name=_("report"))
    item = models.ForeignKey(ChecklistItem, models.CASCADE, related_name="+", verbose_name=_("item"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        constraints = [
            models.UniqueConstraint(fields=["report", "item"], name="reports_check_once_per_report_and_item"),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.item}"
