"""The statuses of a report, the named sets of them, and which may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a report stands."""

    RECEIVED = "received", _("received")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting for the citizen")
    RESOLVED = "resolved", _("resolved")
    REJECTED = "rejected", _("rejected")


OPEN = frozenset({Status.RECEIVED, Status.IN_PROGRESS, Status.WAITING})
CLOSED = frozenset({Status.RESOLVED, Status.REJECTED})

TRANSITIONS: dict[str, frozenset[Status]] = {
    Status.RECEIVED: frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.REJECTED}),
    Status.IN_PROGRESS: frozenset({Status.WAITING, Status.RESOLVED, Status.REJECTED}),
    Status.WAITING: frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.REJECTED}),
    Status.RESOLVED: frozenset({Status.IN_PROGRESS}),
    Status.REJECTED: frozenset({Status.IN_PROGRESS}),
}


def may_follow(current: str, to: str) -> bool:
    """Whether a report that is `current` may become `to`."""
    return to in TRANSITIONS[current]
