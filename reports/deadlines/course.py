"""How a report's time has run: from its steps alone."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from reports.workflow import CLOSED, PAUSED

Step = tuple[str, datetime]  # the status, and since when
Stretch = tuple[datetime, datetime]


class Course(NamedTuple):
    """The stretches in which the time ran and that have ended, and where the report stands now."""

    stretches: tuple[Stretch, ...]
    running_since: datetime | None
    ended_at: datetime | None

    @property
    def basis(self) -> datetime | None:
        """Since when the time runs, or ran last where that was to the very end; None: it stands still, or did."""
        if self.running_since or not self.stretches:
            return self.running_since
        began, ended = self.stretches[-1]
        return began if ended == self.ended_at else None

    @property
    def before_basis(self) -> tuple[Stretch, ...]:
        """The stretches before that."""
        return self.stretches if self.running_since or self.basis is None else self.stretches[:-1]


def course_of(*, received_at: datetime, steps: Iterable[Step]) -> Course:
    """Follow the steps, which are in their order. The time runs from the report's arrival."""
    stretches: list[Stretch] = []
    running: datetime | None = received_at
    ended: datetime | None = None
    for status, at in steps:
        stands = status in PAUSED or status in CLOSED
        if running and stands:
            stretches.append((running, max(running, at)))  # the clocks of two servers may differ
            running = None
        elif not running and not stands:
            running = at
        ended = (ended or max(at, *stretches[-1])) if status in CLOSED else None
    return Course(tuple(stretches), running, ended)
