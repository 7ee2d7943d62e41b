"""What the page of a report shows of the work on it: hands, checklist, internal notes, what the reporter said after."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from people.access import Right, Viewer
from people.models import User
from persian.display import digits, moment_text
from reports.admin.scope import has_right
from reports.admin.work_forms import ChecklistForm, InternalNoteForm
from reports.models import Assignment, Delegation, Feedback, Note, Report
from reports.workflow import OPEN


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that somebody wrote or did: what, when, by whom, and the words."""

    what: str = ""
    at: str
    by: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkPage:
    """The work, in the active language, moments on the city's clock; forms only for who handles the report."""

    accepted: Line | None
    told: list[str]  # that the department was reminded, that its head was told
    passed_on: str  # how often the report went on to another department; empty for never
    hands: Line | None
    their_reference: str
    had: list[Line]  # whose hands it was in before
    notes: list[Line]
    note_form: InternalNoteForm | None
    checklist: ChecklistForm | None
    ticked: list[tuple[str, bool]]
    feedback: list[Line]
    may_tick: bool
    acts: list[tuple[str, str]]


def work_of(report: Report, *, viewer: Viewer) -> WorkPage:
    """The work on a report, as one member of staff may see it."""
    zone = report.root.time_zone
    handles = has_right(viewer, Right.HANDLE, report)
    had = list(report.assignments.select_related("accepted_by").order_by("pk"))
    hands = list(report.delegations.select_related("user", "crew", "contractor", "by").order_by("-pk"))
    current = next((each for each in hands if each.ended_at is None), None)
    checklist = ChecklistForm(report=report)
    return WorkPage(
        accepted=_accepted(had[-1], zone) if had else None,
        told=_told(had[-1], zone) if had else [],
        passed_on=digits(str(len(had) - 1)) if len(had) > 1 else "",
        hands=_hands(current, zone) if current else None,
        their_reference=current.external_reference if current else "",
        had=[_hands(each, zone) for each in hands if each.ended_at is not None],
        notes=[_note(each, zone) for each in Note.objects.filter(report=report).select_related("by").order_by("-pk")],
        note_form=InternalNoteForm() if handles else None,
        checklist=checklist if checklist.items else None,
        ticked=[
            (str(checklist.fields[each.code].label), bool(checklist[each.code].initial)) for each in checklist.items
        ],
        feedback=[_feedback(each, zone) for each in report.feedback.order_by("-pk")],
        may_tick=handles,
        acts=_acts(report, viewer, had, current) if handles else [],
    )


def _acts(report: Report, viewer: Viewer, had: list[Assignment], current: Delegation | None) -> list[tuple[str, str]]:
    if report.status not in OPEN or report.department is None:
        return []
    acts = [("delegate", _("Put into hands…"))]
    if had and had[-1].accepted_at is None and viewer.acts_for(report.department, Right.HANDLE):
        acts.insert(0, ("accept", _("Accept")))
    if current is not None:
        acts.append(("take_back", _("Take out of their hands")))
    return acts


def _accepted(current: Assignment, zone: str) -> Line | None:
    if current.accepted_at is None:
        return None
    return Line(at=moment_text(current.accepted_at, time_zone=zone), by=_who(current.accepted_by))


def _told(current: Assignment, zone: str) -> list[str]:
    lines = []
    if current.reminded_at:
        moment = moment_text(current.reminded_at, time_zone=zone)
        lines.append(_("The department was reminded: %(moment)s") % {"moment": moment})
    if current.escalated_at:
        moment = moment_text(current.escalated_at, time_zone=zone)
        lines.append(_("The head above it was told: %(moment)s") % {"moment": moment})
    return lines


def _hands(row: Delegation, zone: str) -> Line:
    name = _who(row.user) if row.user else str(row.to)
    return Line(what=name, at=moment_text(row.at, time_zone=zone), by=_who(row.by), words=row.note)


def _note(row: Note, zone: str) -> Line:
    return Line(at=moment_text(row.at, time_zone=zone), by=_who(row.by), words=row.text)


def _feedback(row: Feedback, zone: str) -> Line:
    what = _("It was solved") if row.was_solved else _("It was not solved")
    satisfaction = _("satisfaction %(n)s of 5") % {"n": row.satisfaction} if row.satisfaction else ""
    reopened = _("opened again") if row.has_reopened else ""
    parts = " · ".join(filter(None, [what, satisfaction, reopened]))
    return Line(what=digits(parts), at=moment_text(row.at, time_zone=zone), words=row.words)


def _who(user: User | None) -> str:
    return user.called if user else _("the system")
