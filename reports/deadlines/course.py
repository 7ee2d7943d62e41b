"""How a report's time has run: from its steps alone. Moments are the numbers of `jurisdictions.calendars`."""

from collections.abc import Iterable
from typing import NamedTuple

from reports.workflow import CLOSED, PAUSED

STANDS = PAUSED | CLOSED

Step = tuple[str, int]  # the status, and since when
Stretch = tuple[int, int]


class Course(NamedTuple):
    """The stretches in which the time ran and that have ended, and where the report stands now."""

    stretches: tuple[Stretch, ...]
    running_since: int | None
    ended_at: int | None

    @property
    def basis(self) -> int | None:
        """Since when the time runs, or ran last where that was to the very end; None: it stands still, or did."""
        if self.running_since is not None or not self.stretches:
            return self.running_since
        began, ended = self.stretches[-1]
        return began if ended == self.ended_at else None

    @property
    def before_basis(self) -> int:
        """How many of the stretches lie before that."""
        runs_no_more = self.running_since is None and self.basis is not None
        return len(self.stretches) - runs_no_more


def course_of(*, received_at: int, steps: Iterable[Step]) -> Course:
    """Follow the steps, which are in their order. The time runs from the report's arrival."""
    stretches: list[Stretch] = []
    running: int | None = received_at
    ended: int | None = None
    for status, at in steps:
        if running is not None and status in STANDS:
            stretches.append((running, max(running, at)))  # clocks differ, and are set back: no time runs twice
            running = None
        elif running is None and status not in STANDS:
            running = max(at, stretches[-1][1])
        ended = (ended or max(at, *stretches[-1])) if status in CLOSED else None
    return Course(tuple(stretches), running, ended)
