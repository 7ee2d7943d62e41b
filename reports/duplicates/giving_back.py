"""What a report gets back when it leaves a problem: the status that was its own before it went along with the root."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.deadlines import keep_deadlines
from reports.models import Report, StatusUpdate, Why


class GivenBack(NamedTuple):
    """A report (its key) whose status is its own again."""

    report_id: int
    was: str
    is_now: str


def give_back(left: Collection[int], *, at: datetime) -> list[GivenBack]:
    """Bring back what these reports (by key) had before a step with a root that is not with them any more.

    A step for each says so in its history. The number of statements does not depend on how many there are.
    """
    alone = [step.report_id for step in _last_steps(left) if _is_left_alone(step)]
    if not alone:
        return []
    own = {step.report_id: step.status for step in _last_steps(alone, follows__isnull=True)}
    reports = Report.objects.filter(pk__in=own).only("status", "language")
    given_back = [GivenBack(each.pk, each.status, own[each.pk]) for each in reports if each.status != own[each.pk]]
    languages = {each.pk: each.language for each in reports}
    StatusUpdate.objects.bulk_create(
        StatusUpdate(report_id=key, status=status, at=at, note=_note(languages[key]))
        for key, _was, status in given_back
    )
    set_statuses({each.report_id: each.is_now for each in given_back}, at=at)
    keep_deadlines(reports=[each.report_id for each in given_back], why=Why.RECOMPUTED, at=at)
    return given_back


def set_statuses(statuses: dict[int, str], *, at: datetime) -> None:
    """Let reports (by key) stand where it says; one statement for each status."""
    for status in sorted(set(statuses.values())):
        keys = [key for key, each in statuses.items() if each == status]
        Report.objects.filter(pk__in=keys).update(status=status, status_at=at)


def _last_steps(reports: Collection[int], **conditions: bool) -> list[StatusUpdate]:
    steps = StatusUpdate.objects.filter(report__in=reports, **conditions).order_by("report_id", "-pk")
    chosen = steps.distinct("report_id").select_related("report", "follows__report")
    return list(chosen)


def _is_left_alone(step: StatusUpdate) -> bool:
    """Whether it was taken with the root of a problem that the report is no longer part of."""
    if step.follows is None:
        return False
    cluster_id = step.report.duplicate_cluster_id
    return cluster_id is None or cluster_id != step.follows.report.duplicate_cluster_id


def _note(language: str) -> str:
    with override(language):
        return _("This report is followed up by itself again.")
