"""How well dates are kept: of public reports alone, by the ground of their public place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Aggregate, Count, F, FloatField, Q
from django.db.models.fields.json import KeyTextTransform

from reports.models import Deadline
from reports.workflow import Status

FEWEST: Final = 5  # of fewer no median is told: it would say how a single report was dealt with
HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The reports of one jurisdiction that have a service level, by what became of their date.

    `kept` were resolved by it; `missed` later, or are open and past it, as `open_overdue` says. `share_kept` is of
    those two together, `median_hours` the working time until the resolved ones were; None where there are too few.
    """

    root_id: int
    code: str
    reports: int
    resolved: int
    kept: int
    missed: int
    open_overdue: int
    share_kept: float | None
    median_hours: float | None


class Median(Aggregate):
    """The middle of the values."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def kept_by_ground(*, level: str, within: Q, at: datetime) -> list[Kept]:
    """For the jurisdictions of a level; `within` narrows the deadlines, `at` is now."""
    resolved = Q(report__status=Status.RESOLVED)
    overdue = Q(ended_at__isnull=True, due_at__lt=at)
    public = Deadline.objects.filter(within, report__is_public=True, resolve_seconds__isnull=False)
    coded = public.annotate(
        code=KeyTextTransform(level, "report__public_jurisdictions"), root_id=F("report__root")
    ).filter(code__isnull=False)
    rows = coded.order_by("root_id", "code").values("root_id", "code")
    counted = rows.annotate(
        reports=Count("pk"),
        resolved=Count("pk", filter=resolved),
        kept=Count("pk", filter=resolved & Q(is_kept=True)),
        missed=Count("pk", filter=(resolved & Q(is_kept=False)) | overdue),
        open_overdue=Count("pk", filter=overdue),
        seconds=Median("used_seconds", filter=resolved),
    )
    return [_told(dict(row)) for row in counted]


def _told(row: dict[str, Any]) -> Kept:
    seconds, decided = row.pop("seconds"), row["kept"] + row["missed"]
    return Kept(
        share_kept=round(row["kept"] / decided, 4) if decided else None,
        median_hours=round(seconds / HOUR, 2) if seconds is not None and row["resolved"] >= FEWEST else None,
        **row,
    )
