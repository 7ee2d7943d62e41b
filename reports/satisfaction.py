"""How satisfied reporters are with what was done: of public reports alone, by ground or by department."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Avg, Count, F, Q
from django.db.models.fields.json import KeyTextTransform

from reports.models import Feedback

FEWEST_RATINGS: Final = 5  # of fewer no mean is told: it would say what one person thinks


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The answers to closings: how many, how many said “solved”, how many reopened the report; the mean of 1 to 5.

    `root_id` is the city's key, `code` that of the jurisdiction or department; `mean` is None for few `ratings`.
    """

    root_id: int
    code: str
    answers: int
    solved: int
    reopened: int
    ratings: int
    mean: float | None


def by_ground(*, level: str, within: Q) -> list[Satisfaction]:
    """For the jurisdictions of a level, by the public place of the reports; `within` narrows the answers."""
    return _counted(within, code=KeyTextTransform(level, "report__public_jurisdictions"))


def by_department(*, within: Q) -> list[Satisfaction]:
    """For the departments that had the reports when they were closed; not where a coarse place hides who had them."""
    exact = Q(report__category__place_precision_m=0)
    return _counted(within & exact, code=F("department__code"))


def _counted(within: Q, *, code: Any) -> list[Satisfaction]:
    public = Feedback.objects.filter(within, report__is_public=True)
    # Ordered by what it is grouped by, so that a model's own order does not part the groups.
    coded = public.annotate(code=code, root_id=F("report__root")).filter(code__isnull=False)
    rows = coded.order_by("root_id", "code").values("root_id", "code")
    counted = rows.annotate(
        answers=Count("pk"),
        solved=Count("pk", filter=Q(was_solved=True)),
        reopened=Count("pk", filter=Q(has_reopened=True)),
        ratings=Count("satisfaction"),
        average=Avg("satisfaction"),
    )
    return [_told(dict(row)) for row in counted]


def _told(row: dict[str, Any]) -> Satisfaction:
    average = row.pop("average")
    mean = round(average, 2) if average is not None and row["ratings"] >= FEWEST_RATINGS else None
    return Satisfaction(mean=mean, **row)
