"""The only changes to what the public sees of a report."""

from django.db import transaction

from jurisdictions.models import Moderation
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
    Report.objects.filter(pk=report.pk).update(
        is_public=True, public_text=without_personal_data(report.description if text is None else text)
    )
    if Photo.objects.without_copies().filter(report=report.pk).exists():
        hint()


@transaction.atomic
def hide(*, report: Report) -> None:
    """Take the report from the public's sight; nothing is deleted."""
    Report.objects.filter(pk=report.pk).update(is_public=False, public_text="")
