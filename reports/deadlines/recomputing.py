"""All open reports of a city reckoned anew, after its calendar or a service level has changed: first only counted.

Step by step, each a transaction of its own, and any of them may be the last for now. Citizens are told nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from jurisdictions.calendars import SECOND, plan_of
from jurisdictions.models import Jurisdiction
from people.models import User
from reports.deadlines.keeping import differences_of
from reports.deadlines.storing import Difference, Note, read_rows, write
from reports.locking import lock_cities
from reports.models import DeadlineRun, Report, RunState, Why
from reports.models.report import ReportQuerySet

BATCH: Final = 2500  # reports that others may have to wait for
_COUNTS: Final = ("later", "earlier", "appear", "vanish", "shift_seconds")
_EXTREMES: Final = ("most_later_seconds", "most_earlier_seconds")
Progress = Callable[[int, int], object]  # told how many reports are done, and of how many


class NotToBeApplied(Exception):
    """A recomputation in this state cannot be applied."""

    def __init__(self, *, state: str) -> None:
        super().__init__(state)
        self.state = state


def begin_preview(*, root: Jurisdiction, at: datetime, by: User | None = None) -> DeadlineRun:
    """A recomputation whose preview is still to be made by `carry_on`."""
    return DeadlineRun.objects.create(
        root=root, version=plan_of(root.pk).version, to_look_at=_open(root).count(), made_at=at, made_by=by
    )


@transaction.atomic
def begin_apply(*, run: DeadlineRun, at: datetime, by: User | None = None) -> None:
    """From now on `carry_on` applies it; one that is being applied is left to go on. Raises NotToBeApplied."""
    locked = _lock(run)
    if locked.state == RunState.PREVIEWED:
        locked.state, locked.applied_at, locked.applied_by = RunState.APPLYING, at, by
        locked.looked_at = locked.last_report_id = 0
        locked.to_look_at = _open(locked.root).count()
        for name in (*_COUNTS, *_EXTREMES):
            setattr(locked, name, 0)
        locked.save()
    if locked.state != RunState.APPLYING:
        raise NotToBeApplied(state=locked.state)
    run.refresh_from_db()


def carry_on(*, run: DeadlineRun, at: datetime, progress: Progress | None = None) -> None:
    """Bring a recomputation from where it stands to the end of its preview or application.

    After each step, which is committed by then, `progress` is called; what it raises stops the work there, and the
    next call goes on. Where the calendar or a service level has changed since it began, it is outdated and ends.
    """
    state, done = run.state, 0
    while taken := _take(run, state, at=at):
        done += taken
        if progress:
            progress(done, max(done, run.to_look_at))
    run.refresh_from_db()


@transaction.atomic
def _take(run: DeadlineRun, state: str, *, at: datetime) -> int:
    """The next batch, if the recomputation is still at it: how many reports; 0 where it has ended."""
    locked = _lock(run)
    if locked.state != state or state not in {RunState.PREVIEWING, RunState.APPLYING}:
        return 0
    if plan_of(locked.root_id).version != locked.version:
        return _end(locked, RunState.OUTDATED)
    applies = state == RunState.APPLYING
    if applies:
        lock_cities([locked.root_id])
    left = _open(locked.root).filter(pk__gt=locked.last_report_id).order_by("pk")
    # No key changes: who only refers to a report need not wait.
    chosen = left.select_for_update(no_key=True) if applies else left
    keys = list(chosen.values_list("pk", flat=True)[:BATCH])
    if not keys:
        return _end(locked, RunState.APPLIED if applies else RunState.PREVIEWED)
    differences = differences_of(read_rows(keys))
    if applies:
        write(differences, note=Note(why=Why.RECOMPUTED, at=at, by=locked.applied_by, run=locked))
    _count(locked, differences)
    locked.last_report_id, locked.looked_at = keys[-1], locked.looked_at + len(keys)
    locked.save()
    return len(keys)


def _open(root: Jurisdiction) -> ReportQuerySet:
    return Report.objects.filter(root=root).open()


def _lock(run: DeadlineRun) -> DeadlineRun:
    rows = DeadlineRun.objects.select_for_update(no_key=True, of=["self"]).select_related("root", "applied_by")
    return rows.get(pk=run.pk)


def _end(run: DeadlineRun, state: RunState) -> int:
    run.state = state
    run.save(update_fields=["state"])
    return 0


def _count(run: DeadlineRun, differences: Sequence[Difference]) -> None:
    """Add to the run's counts what becomes of the dates to be resolved by."""
    for each in differences:
        was, now = each.was.due_at, each.now.due_at
        if was is None or now is None:
            run.appear += was is None and now is not None
            run.vanish += was is not None and now is None
            continue
        shift = (now - was) // SECOND
        run.later += shift > 0
        run.earlier += shift < 0
        run.shift_seconds += shift
        run.most_later_seconds = max(run.most_later_seconds, shift)
        run.most_earlier_seconds = min(run.most_earlier_seconds, shift)
