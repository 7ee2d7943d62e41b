"""A rerouting taken on step by step: each is a transaction of its own, and any of them may be the last for now."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from jurisdictions.models import BoundarySet, Jurisdiction, RoutingRule
from people.models import User
from reports.models import MoveState, Rerouting, ReroutingState
from reports.rerouting.acting import apply_batch, begin_apply, begin_undo, undo_batch
from reports.rerouting.planning import begin_preview, planner

Progress = Callable[[int, int], object]  # told how many reports are done, and of how many
Step = Callable[[Rerouting], int]  # does the next part of a locked rerouting; 0: nothing was left, and it has ended


def preview(
    *,
    on: date,
    at: datetime,
    root: Jurisdiction | None = None,
    boundary_set: BoundarySet | None = None,
    rule: RoutingRule | None = None,
    by: User | None = None,
    include_closed: bool = False,
    include_decided: bool = False,
    progress: Progress | None = None,
) -> Rerouting:
    """What a change moves: the whole of a city, what a boundary set or what a rule may concern. One is given.

    Nothing but the preview itself is written; it may be of a day to come. A chunk of reports is one transaction.
    """
    rerouting = begin_preview(
        on=on,
        at=at,
        root=root,
        boundary_set=boundary_set,
        rule=rule,
        by=by,
        include_closed=include_closed,
        include_decided=include_decided,
    )
    carry_on(rerouting=rerouting, at=at, progress=progress)
    return rerouting


def apply(*, rerouting: Rerouting, at: datetime, by: User | None = None, progress: Progress | None = None) -> None:
    """Carry out what was previewed; called again after a stop or a crash, it goes on. Citizens are told nothing.

    A report that was closed, moved or given away since the preview is skipped. Raises NotYetInForce, NotInState.
    """
    begin_apply(rerouting=rerouting, at=at, by=by)
    carry_on(rerouting=rerouting, at=at, progress=progress)


def undo(*, rerouting: Rerouting, at: datetime, by: User | None = None, progress: Progress | None = None) -> None:
    """Bring back what was applied and nobody has changed since; the history stays. Raises NotInState."""
    begin_undo(rerouting=rerouting, at=at, by=by)
    carry_on(rerouting=rerouting, at=at, progress=progress)


def carry_on(*, rerouting: Rerouting, at: datetime, progress: Progress | None = None) -> None:
    """Bring a rerouting from where it stands to the end of its preview, application or undoing.

    After each step, which is committed by then, `progress` is called; what it raises stops the work there, and the
    next call goes on. Two at once share the steps: each locks the rerouting while it takes one.
    """
    state, done, total = rerouting.state, 0, _left(rerouting)
    step = _step_of(rerouting, at=at)
    while step and (taken := _take(step, rerouting, state)):
        done += taken
        if progress:
            progress(done, max(done, total))
    rerouting.refresh_from_db()


def _take(step: Step, rerouting: Rerouting, state: str) -> int:
    """One step, if the rerouting is still at it: another may have brought it to its end, or turned it round."""
    with transaction.atomic():
        locked = Rerouting.objects.select_for_update(no_key=True).get(pk=rerouting.pk)
        return step(locked) if locked.state == state else 0


def _step_of(rerouting: Rerouting, *, at: datetime) -> Step | None:
    if rerouting.state == ReroutingState.PREVIEWING:
        return planner(rerouting)
    if rerouting.state == ReroutingState.APPLYING:
        return lambda locked: apply_batch(locked, at=at)
    if rerouting.state == ReroutingState.UNDOING:
        return lambda locked: undo_batch(locked, at=at)
    return None


def _left(rerouting: Rerouting) -> int:
    """How many reports the work under way has before it."""
    if rerouting.state == ReroutingState.PREVIEWING:
        return rerouting.to_look_at - rerouting.looked_at
    state = MoveState.APPLIED if rerouting.state == ReroutingState.UNDOING else MoveState.PLANNED
    return rerouting.moves.filter(state=state, because="").count()
