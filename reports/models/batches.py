"""What is previewed for a whole city and then applied to it, a batch of reports at a time, by whoever is at work."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Jurisdiction
from people.access import Right, Viewer

Row = TypeVar("Row", bound="PreviewedInBatches")


class PreviewedInBatchesQuerySet(models.QuerySet[Row]):
    """Such works, by whom they concern and what is left to do."""

    def of(self, viewer: Viewer) -> Self:
        """Those of the cities throughout which the viewer may reroute."""
        if viewer.sees_everything:
            return self.all()
        return self.filter(root__in=viewer.cities(Right.REROUTE))

    def under_way(self) -> Self:
        """Those that somebody has begun and nobody has brought to an end."""
        return self.filter(state__in=self.model.UNDER_WAY)


class PreviewedInBatches(models.Model):
    """One such work: begun, stopped and gone on with, until its `state` is none of UNDER_WAY.

    Each batch is a transaction that holds this row; `last_report_id` is how far the state's own pass has come, in the
    order of keys.
    """

    UNDER_WAY: ClassVar[Sequence[str]] = ()

    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+", verbose_name=_("city"))
    state: Any  # of its own choices
    looked_at = models.PositiveIntegerField(_("reports looked at"), default=0)
    to_look_at = models.PositiveIntegerField(_("reports to look at"), default=0)
    last_report_id = models.BigIntegerField(_("looked at up to"), default=0, editable=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applied by")
    )

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        """Whether it is still to come to an end."""
        return self.state in self.UNDER_WAY
