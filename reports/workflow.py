"""The life of a report as data: the statuses, the named sets of them, and each step that may be taken.

`manage.py draw_workflow` draws it; the diagram in docs/workflow.md is made so.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class Status(models.TextChoices):
    """Where a report stands."""

    RECEIVED = "received", _("received")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting for the citizen")
    RESOLVED = "resolved", _("resolved")
    REJECTED = "rejected", _("rejected")


OPEN = frozenset({Status.RECEIVED, Status.IN_PROGRESS, Status.WAITING})
CLOSED = frozenset({Status.RESOLVED, Status.REJECTED})
PAUSED = frozenset({Status.WAITING})  # open, but it is not for us to act: no working time passes


class Actor(models.TextChoices):
    """Who takes a step."""

    STAFF = "staff", _("the staff")
    REPORTER = "reporter", _("the reporter")
    SYSTEM = "system", _("the system")


class Need(models.TextChoices):
    """What must come with a step."""

    NOTHING = "nothing", _("nothing")
    QUESTION = "question", _("a note that the reporter may read")
    WORDS = "words", _("a note")
    REASON = "reason", _("a reason or a note")
    REASON_OR_PHOTO = "reason_or_photo", _("a reason, a note or a photo of the work")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step: from a status to another, who may take it, and what must come with it."""

    before: Status
    to: Status
    by: Actor = Actor.STAFF
    needs: Need = Need.NOTHING


WORKFLOW = (
    Transition(before=Status.RECEIVED, to=Status.IN_PROGRESS),
    Transition(before=Status.RECEIVED, to=Status.WAITING, needs=Need.QUESTION),
    Transition(before=Status.RECEIVED, to=Status.RESOLVED, needs=Need.REASON_OR_PHOTO),
    Transition(before=Status.RECEIVED, to=Status.REJECTED, needs=Need.REASON),
    Transition(before=Status.IN_PROGRESS, to=Status.WAITING, needs=Need.QUESTION),
    Transition(before=Status.IN_PROGRESS, to=Status.RESOLVED, needs=Need.REASON_OR_PHOTO),
    Transition(before=Status.IN_PROGRESS, to=Status.REJECTED, needs=Need.REASON),
    Transition(before=Status.WAITING, to=Status.IN_PROGRESS),
    Transition(before=Status.WAITING, to=Status.IN_PROGRESS, by=Actor.REPORTER, needs=Need.WORDS),
    Transition(before=Status.WAITING, to=Status.RESOLVED, needs=Need.REASON_OR_PHOTO),
    Transition(before=Status.WAITING, to=Status.REJECTED, needs=Need.REASON),
    Transition(before=Status.RESOLVED, to=Status.IN_PROGRESS),
    Transition(before=Status.RESOLVED, to=Status.RECEIVED, by=Actor.REPORTER, needs=Need.WORDS),
    Transition(before=Status.REJECTED, to=Status.IN_PROGRESS),
    Transition(before=Status.REJECTED, to=Status.RECEIVED, by=Actor.REPORTER, needs=Need.WORDS),
)

# What the staff may do next, from each status.
TRANSITIONS: dict[str, frozenset[Status]] = {
    status: frozenset(each.to for each in WORKFLOW if each.before == status and each.by == Actor.STAFF)
    for status in Status
}


def transition(*, current: str, to: str, by: Actor = Actor.STAFF) -> Transition | None:
    """The step by which a report that is `current` becomes `to` through `by`; None where there is none.

    The system takes the steps that the staff may take.
    """
    hand = Actor.REPORTER if by == Actor.REPORTER else Actor.STAFF
    return next((each for each in WORKFLOW if (each.before, each.to, each.by) == (current, to, hand)), None)


def may_follow(current: str, to: str) -> bool:
    """Whether the staff may take a report that is `current` to `to`."""
    return transition(current=current, to=to) is not None


def diagram(*, language: str) -> str:
    """The workflow as a Mermaid state diagram, in `language` (`fa` or `en`)."""
    with override(language):
        lines = ["stateDiagram-v2", *(f'    state "{each.label}" as {each.value}' for each in Status)]
        lines.append(f"    [*] --> {Status.RECEIVED.value}")
        lines += [f"    {each.before.value} --> {each.to.value}: {_edge(each)}" for each in WORKFLOW]
        lines += [f"    {each.value} --> [*]" for each in Status if each in CLOSED]
    return "\n".join(lines)


def _edge(step: Transition) -> str:
    who = str(step.by.label)
    return who if step.needs == Need.NOTHING else f"{who}; {step.needs.label}"
