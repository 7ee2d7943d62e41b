"""A rerouting whose process is killed in the middle of a transaction: nothing is half done, and the next goes on."""

import os
import signal
from datetime import datetime
from functools import partial

import pytest
from django.db import connection

from jurisdictions.models import BoundarySet
from reports.models import Assignment, Report, Rerouting
from reports.rerouting import acting, apply, carry_on, planning, preview, undo
from tests.processes import beside
from tests.reports.rerouting_ground import AFTER, BEFORE, NEW_DAY, widen_the_west
from tests.staff import file_report

MOVING = 7


def killed(act: str, *, at: datetime, table: str) -> None:
    """Do it in a process that ends within the second step, having written to the table but not committed."""
    process = beside(partial(_act, act, at=at, table=table))
    process.join()
    assert process.exitcode == -signal.SIGKILL


def _act(act: str, *, at: datetime, table: str) -> None:
    """Two reports a step; the process kills itself when it has sent a statement of the second step's."""
    acting.BATCH = planning.CHUNK = 2
    done = []

    def killing(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if done and connection.in_atomic_block and table in sql:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(killing):
        if act == "preview":
            new = BoundarySet.objects.get(source="act 7")
            preview(boundary_set=new, on=new.first_day, at=at, progress=lambda *far: done.append(far))
        else:
            verb = apply if act == "apply" else undo
            verb(rerouting=Rerouting.objects.get(), at=at, progress=lambda *far: done.append(far))


def states(rerouting: Rerouting) -> list[str]:
    return sorted(rerouting.moves.values_list("state", flat=True))


@pytest.mark.django_db(transaction=True)
def test_R16_a_process_that_is_killed_leaves_whole_batches_and_the_next_goes_on(small_city):
    for number in range(MOVING):
        file_report(small_city.pothole, x=1020 + 20 * number)
    widen_the_west(small_city)

    killed("preview", at=BEFORE, table='INSERT INTO "reports_reroutingmove"')
    rerouting = Rerouting.objects.get()
    assert (rerouting.state, rerouting.looked_at, states(rerouting)) == ("previewing", 2, ["planned"] * 2)
    carry_on(rerouting=rerouting, at=BEFORE)
    assert (rerouting.state, rerouting.on, states(rerouting)) == ("previewed", NEW_DAY, ["planned"] * MOVING)

    killed("apply", at=AFTER, table="INSERT INTO reports_assignment")
    rerouting.refresh_from_db()
    assert (rerouting.state, states(rerouting)) == ("applying", ["applied"] * 2 + ["planned"] * 5)
    assert Report.objects.filter(department=small_city.west_works).count() == 2
    assert Assignment.objects.filter(ended_at=None).count() == MOVING
    apply(rerouting=rerouting, at=AFTER)
    assert (rerouting.state, states(rerouting)) == ("applied", ["applied"] * MOVING)
    assert Assignment.objects.filter(reason="rerouted").count() == MOVING

    killed("undo", at=AFTER, table="INSERT INTO reports_assignment")
    rerouting.refresh_from_db()
    assert (rerouting.state, states(rerouting)) == ("undoing", ["applied"] * 5 + ["undone"] * 2)
    undo(rerouting=rerouting, at=AFTER)
    assert (rerouting.state, states(rerouting)) == ("undone", ["undone"] * MOVING)
    assert set(Report.objects.values_list("department", flat=True)) == {small_city.east_works.pk}
    assert Assignment.objects.filter(ended_at=None).count() == MOVING
