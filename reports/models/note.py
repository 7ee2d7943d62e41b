"""What the staff tell one another about a report."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.report import Report


class Note(models.Model):
    """An internal note: read by the staff in whose charge the report is, by nobody else, and never changed."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="notes", verbose_name=_("report"))
    text = models.TextField(_("text"), max_length=2000)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")

    def __str__(self) -> str:
        return f"{self.report} · {self.at:%Y-%m-%d %H:%M}"
