"""What the page of a report says about its dates."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from persian.display import digits, moment_text
from reports.deadlines import Outlook, deadline_of, outlook
from reports.models import DeadlineChange, Report

HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Texts ready to be read; empty where there is nothing to say. `moves` are what happened, when, and by whom."""

    due: str
    is_late: bool
    accept_by: str
    used: str
    moves: list[tuple[str, str, str]]


def dates_of(report: Report, *, at: datetime) -> Dates | None:
    """The dates of a report at that moment, in the active language; None where nothing is promised."""
    deadline = deadline_of(report)
    if deadline is None:
        return None
    zone = report.root.time_zone
    changes = DeadlineChange.objects.filter(report=report).select_related("by").order_by("-pk")
    return Dates(
        due=_due(report, at),
        is_late=outlook(report, at=at) == Outlook.LATE,
        accept_by=moment_text(deadline.accept_by, time_zone=zone) if deadline.accept_by else "",
        used=_used(deadline.used_seconds, deadline.resolve_seconds),
        moves=[_move(each, zone) for each in changes],
    )


def _due(report: Report, at: datetime) -> str:
    deadline, said = deadline_of(report), outlook(report, at=at)
    if deadline is not None and deadline.due_at is not None:
        return moment_text(deadline.due_at, time_zone=report.root.time_zone)
    if said == Outlook.PAUSED:
        return _("The time stands still: the citizen is asked.")
    return _("Not known yet: the holidays are not.") if said == Outlook.UNKNOWN else ""


def _used(used: int, given: int | None) -> str:
    """The working hours of the stretches that have ended, of those that the service level gives."""
    if given is None:
        return ""
    text = _("%(given)s working hours")
    if used:
        text = _("%(given)s working hours; %(used)s used before it was last stopped")
    return digits(text % {"given": f"{given / HOUR:g}", "used": f"{used / HOUR:.4g}"})


def _move(change: DeadlineChange, zone: str) -> tuple[str, str, str]:
    was, now = (moment_text(each, time_zone=zone) if each else "—" for each in (change.was, change.now))
    who = change.by.called if change.by else _("the system")
    what = _("%(until)s: from %(was)s to %(now)s") % {"until": change.get_until_display(), "was": was, "now": now}
    return what, str(change.get_why_display()), f"{moment_text(change.at, time_zone=zone)} · {who}"
