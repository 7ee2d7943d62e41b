"""Which reports a list, a tile or a count is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from reports.models.report import ReportQuerySet


@dataclass(frozen=True, kw_only=True)
class ReportFilter:
    """What narrows the reports that a viewer may know of; None or nothing narrows nothing.

    Categories (their keys) and statuses stand apart, because counts are kept by them; `grounds` are the codes of
    jurisdictions by level. `other` is every further condition, on what the public sees.
    """

    categories: Collection[int] | None = None
    statuses: Collection[str] | None = None
    grounds: Mapping[str, Collection[str]] = field(default_factory=dict)
    other: Q = field(default_factory=Q)

    @property
    def is_open(self) -> bool:
        """Whether it narrows nothing."""
        return self.categories is None and self.statuses is None and self.is_counted

    @property
    def is_counted(self) -> bool:
        """Whether counts by category and status are enough to answer."""
        return not self.grounds and not self.other

    def narrow(self, rows: ReportQuerySet) -> ReportQuerySet:
        """The rows that the filter lets through."""
        if self.categories is not None:
            rows = rows.filter(category__in=self.categories)
        if self.statuses is not None:
            rows = rows.filter(status__in=self.statuses)
        for level, codes in self.grounds.items():
            rows = rows.publicly_in(level=level, codes=list(codes))
        return rows.filter(self.other) if self.other else rows
