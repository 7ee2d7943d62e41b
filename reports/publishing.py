"""The only changes to what the public sees of a report."""

from django.db import transaction

from jurisdictions.models import Moderation
from reports.duplicates import elect_again, lock_problem_of
from reports.models import Photo, Report
from reports.photos import hint
from reports.visibility import without_personal_data


class NeverPublic(Exception):
    """Reports of this category are not for the public, whoever decides."""


@transaction.atomic
def publish(*, report: Report, text: str | None = None) -> None:
    """Show the report to the public with `text`, or with its description, personal data masked; raises NeverPublic."""
    if report.category.moderation == Moderation.NEVER:
        raise NeverPublic
    lock_problem_of(report.pk)
    Report.objects.filter(pk=report.pk).update(
        is_public=True, public_text=without_personal_data(report.description if text is None else text)
    )
    if Photo.objects.without_copies().filter(report=report.pk).exists():
        hint()
    _elect_again(report)


@transaction.atomic
def hide(*, report: Report) -> None:
    """Take the report from the public's sight; nothing is deleted."""
    lock_problem_of(report.pk)
    Report.objects.filter(pk=report.pk).update(is_public=False, public_text="")
    _elect_again(report)


def _elect_again(report: Report) -> None:
    """What stands for a problem is seen by the public if any of its reports is."""
    cluster_id = Report.objects.filter(pk=report.pk).values_list("duplicate_cluster", flat=True).first()
    if cluster_id is not None:
        elect_again(cluster_id=cluster_id)
