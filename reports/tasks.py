"""What the worker does: folds changes into counts, looks for duplicates, sees to photos, reminds departments, begins
reroutings and goes on with them.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from reports.deadlines import recomputing
from reports.density import fold, sweep
from reports.duplicates import seek_duplicates
from reports.jobs import enqueue, enqueue_after_commit
from reports.models import DeadlineRun, Report, Rerouting, ReroutingState
from reports.photos import developing, files, uploads
from reports.reminding import escalate, remind
from reports.rerouting import begin_apply, begin_preview, carry_on
from reports.rerouting.flips import sets_that_came_into_force

logger = logging.getLogger(__name__)

REROUTING = "reports.tasks.carry_on_rerouting"
RECOMPUTING = "reports.tasks.carry_on_recomputation"
SEEKING = "reports.tasks.seek"
SEEING_TO_NEW = "reports.tasks.see_to_new"
FILES = 500  # that one sweep deletes: a storage far away takes some hundredths of a second for each
BUDGET = timedelta(seconds=30)  # below the time a job may run, by more than one batch takes
SWEPT = 5_000  # reports in one sweep, at most


class TimeIsUp(Exception):
    """A job has worked long enough: the next one goes on."""


def fold_changes() -> int:
    """Fold what has changed into the map's counts, and sweep what was folded long ago; how many were folded."""
    stop_at = timezone.now() + BUDGET
    done = fold(go_on=lambda: timezone.now() < stop_at)
    sweep(at=timezone.now())
    return done


def see_to_photos() -> int:
    """Decode photos that have come and make the public's copies of those to be shown; how many came to an outcome."""
    return _see_to_photos(stop_at=timezone.now() + BUDGET)


def sweep_photos() -> int:
    """Delete files that nothing needs any more, and see to what a lost job left; how many files."""
    stop_at = timezone.now() + BUDGET
    gone = files.sweep(at=timezone.now(), limit=FILES)
    uploads.sweep(clock=timezone.now)
    _see_to_photos(stop_at=stop_at)
    return gone


def _see_to_photos(*, stop_at: datetime) -> int:
    done = developing.develop(clock=timezone.now, stop_at=stop_at)
    developing.copy_for_public(clock=timezone.now, stop_at=stop_at)
    return done


def hint_new(report: Report, *, has_photos: bool) -> None:
    """Have a new report seen to after the commit, by one job; what a lost one leaves, the sweeps find."""
    enqueue_after_commit(SEEING_TO_NEW if has_photos else SEEKING, report.pk, group="duplicates")


def hint_duplicates(report: Report) -> None:
    """Have the duplicates of a report looked for after the commit; what a lost job leaves, the sweep finds."""
    enqueue_after_commit(SEEKING, report.pk, group="duplicates")


def see_to_new(report_id: int) -> bool:
    """See to the photos of a new report first, by which its duplicates are found as well."""
    try:
        see_to_photos()
    finally:
        found = seek(report_id)
    return found


def seek(report_id: int) -> bool:
    """Look for the duplicates of a report that has come, moved or been taken up again."""
    return seek_duplicates(report_id=report_id, at=timezone.now())


def sweep_duplicates() -> int:
    """Look for the duplicates of what has been waiting, the newest first, for a while; for how many that was done."""
    stop_at = timezone.now() + BUDGET
    done = 0
    for report_id in Report.objects.unsought().values_list("pk", flat=True)[:SWEPT]:
        if timezone.now() >= stop_at:
            break
        try:
            done += seek(report_id)
        except Exception:  # whatever one meets, the others go on
            logger.exception("The duplicates of report %s could not be looked for", report_id)
    return done


def remind_departments() -> int:
    """Remind departments of what they have not accepted, and tell the heads above those that were; of how many reports.

    One clock for both: who is reminded now is not told of to the head now.
    """
    now = timezone.now()
    done = 0
    for act in (remind, escalate):
        while (told := act(at=now)) and timezone.now() < now + BUDGET:
            done += told
        done += told
    return done


def hint_rerouting(rerouting: Rerouting) -> None:
    """Tell the worker after the commit; a broker that is down fails nobody, the sweep finds what is under way."""
    enqueue_after_commit(REROUTING, rerouting.pk, group="rerouting")


def carry_on_rerouting(rerouting_id: int) -> bool:
    """Take a rerouting further for a while; True where it came to an end, else another job is enqueued."""
    rerouting = Rerouting.objects.select_related("root").filter(pk=rerouting_id).first()
    if rerouting is None:
        return True
    try:
        _further(rerouting, stop_at=timezone.now() + BUDGET)
    except TimeIsUp:
        enqueue(REROUTING, rerouting_id, group="rerouting")
        return False
    return True


def _further(rerouting: Rerouting, *, stop_at: datetime) -> None:
    """To the end of what is under way; what a flip has previewed is applied at once where the settings say so."""
    carry_on(rerouting=rerouting, at=timezone.now(), progress=_until(stop_at))
    waits = rerouting.state == ReroutingState.PREVIEWED
    if waits and rerouting.at_flip and settings.REROUTE_AT_FLIP == "apply":
        begin_apply(rerouting=rerouting, at=timezone.now())
        carry_on(rerouting=rerouting, at=timezone.now(), progress=_until(stop_at))


def _until(stop_at: datetime) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if timezone.now() >= stop_at:
            raise TimeIsUp

    return progress


def sweep_reroutings() -> int:
    """Begin what the day asks for and go on with what a lost job left; how many reroutings came to an end."""
    stop_at = timezone.now() + BUDGET
    _begin_flips()
    ended = 0
    for rerouting in [*Rerouting.objects.under_way().order_by("pk"), *_previewed_at_a_flip()]:
        try:
            _further(rerouting, stop_at=stop_at)
        except TimeIsUp:
            break
        except Exception:  # whatever one meets, the others go on
            logger.exception("Rerouting %s could not go on", rerouting.pk)
        else:
            ended += 1
    return ended


def _previewed_at_a_flip() -> list[Rerouting]:
    if settings.REROUTE_AT_FLIP != "apply":
        return []
    return list(Rerouting.objects.filter(at_flip=True, state=ReroutingState.PREVIEWED))


def _begin_flips() -> None:
    now = timezone.now()
    for boundary_set in sets_that_came_into_force(at=now):
        try:
            begin_preview(boundary_set=boundary_set, on=boundary_set.root.day_at(now), at=now, at_flip=True)
        except IntegrityError:  # another worker was first
            continue
        logger.info("Boundary set %s has come into force: what it moves is being previewed", boundary_set.pk)


def hint_recomputation(run: DeadlineRun) -> None:
    """Tell the worker after the commit, as `hint_rerouting` does."""
    enqueue_after_commit(RECOMPUTING, run.pk, group="deadlines")


def carry_on_recomputation(run_id: int) -> bool:
    """Take a recomputation of deadlines further for a while; True where it came to an end, else a job is enqueued."""
    run = DeadlineRun.objects.filter(pk=run_id).first()
    if run is None:
        return True
    try:
        recomputing.carry_on(run=run, at=timezone.now(), progress=_until(timezone.now() + BUDGET))
    except TimeIsUp:
        enqueue(RECOMPUTING, run_id, group="deadlines")
        return False
    return True


def sweep_recomputations() -> int:
    """Go on with the recomputations of deadlines that a lost job left; how many came to an end."""
    stop_at = timezone.now() + BUDGET
    ended = 0
    for run in DeadlineRun.objects.under_way().order_by("pk"):
        try:
            recomputing.carry_on(run=run, at=timezone.now(), progress=_until(stop_at))
        except TimeIsUp:
            break
        except Exception:  # whatever one meets, the others go on
            logger.exception("Recomputation %s could not go on", run.pk)
        else:
            ended += 1
    return ended
