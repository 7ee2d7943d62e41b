"""The first message to a reporter: that the report arrived, who has it, and where to follow it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from jurisdictions.explanations import explanation
from jurisdictions.routing import Route
from notifications.models import Channel
from notifications.outbox import put
from persian.display import moment_text
from reports.contacts import NewContact
from reports.deadlines import deadline_of
from reports.models import Report
from reports.references import tracking_link


def acknowledge(*, report: Report, route: Route, contact: NewContact, at: datetime) -> None:
    """Put one message for each way the reporter can be reached into the outbox, in this transaction."""
    ways = [(Channel.EMAIL, contact.email), (Channel.SMS, contact.phone)]
    for channel, to in ways:
        if to:
            put(
                key=f"report:{report.reference}:acknowledged:{channel}",
                channel=channel,
                to=to,
                subject=_subject(report),
                body=_long_text(report, route) if channel == Channel.EMAIL else _short_text(report),
                language=report.language,
                at=at,
            )


def _subject(report: Report) -> str:
    with override(report.language):
        return _("Your report %(reference)s") % {"reference": report.reference}


def _short_text(report: Report) -> str:
    with override(report.language):
        text = _("Your report “%(category)s” is registered. Reference: %(reference)s\n%(link)s") % _parts(report)
        return "\n".join(filter(None, [text, _expected(report)]))


def _long_text(report: Report, route: Route) -> str:
    with override(report.language):
        text = _("Your report “%(category)s” is registered. Reference: %(reference)s\n%(link)s") % _parts(report)
        reasons = explanation(route)
        said = [text, _expected(report), reasons["en" if report.language == "en" else "fa"]]
        return "\n\n".join(filter(None, said)) + "\n"


def _expected(report: Report) -> str:
    """By when it is to be resolved, in the active language; empty where no date can be told."""
    deadline = deadline_of(report)
    if deadline is None or deadline.due_at is None:
        return ""
    moment = moment_text(deadline.due_at, time_zone=report.root.time_zone)
    return _("It is to be resolved by %(moment)s.") % {"moment": moment}


def _parts(report: Report) -> dict[str, str]:
    return {
        "category": report.category.name(report.language),
        "reference": report.reference,
        "link": tracking_link(report.reference, language=report.language),
    }
