"""The only changes to what the public sees of a report."""

from django.db import transaction

from reports.models import Report
from reports.visibility import without_personal_data


@transaction.atomic
def publish(*, report: Report, text: str | None = None) -> None:
    """Show the report to the public with `text`, or with its description, personal data masked."""
    Report.objects.filter(pk=report.pk).update(
        is_public=True, public_text=without_personal_data(report.description if text is None else text)
    )


@transaction.atomic
def hide(*, report: Report) -> None:
    """Take the report from the public's sight; nothing is deleted."""
    Report.objects.filter(pk=report.pk).update(is_public=False, public_text="")
