"""The real worker: what it does with messages and jobs, also when it is killed."""

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django_q.models import Failure, OrmQ, Schedule, Success
from django_q.scheduler import scheduler
from django_q.tasks import async_task

from notifications.leases import LEASE
from notifications.models import Message, State
from notifications.outbox import BUDGET, DRAIN_JOB
from tests.notifications.helpers import NOON, until
from tests.processes import kill, running_worker

pytestmark = pytest.mark.long


def sent() -> bool:
    return not Message.objects.unfinished().exists()


def the_lease_ends() -> None:
    """As it does after LEASE: nothing is said about how long that is."""
    assert Message.objects.filter(state=State.SENDING).update(due_at=NOON) == 1


def the_broker_gives_the_job_out_again() -> None:
    """As it does after `Q_CLUSTER["retry"]`."""
    assert OrmQ.objects.update(lock=NOON) == 1


def test_a_message_goes_out_as_soon_as_it_is_put(gateway, message, transactional_db):
    with running_worker(SMS_GATEWAY_URL=settings.SMS_GATEWAY_URL, SMS_GATEWAY_TOKEN=settings.SMS_GATEWAY_TOKEN):
        message(body="سلام")
        until(sent)
    assert gateway.texts == ["سلام"]
    assert not Failure.objects.exists()


@pytest.mark.parametrize(
    ("where", "fault", "posts"),
    [("after the gateway took it", {"delay": 20}, 1), ("before it did", {"delay": 20, "status": 503}, 2)],
)
def test_a_worker_killed_while_it_sends_leads_to_exactly_one_message(gateway, worker, message, where, fault, posts):
    gateway.told_to(**fault)
    with worker() as process:
        told = message()
        until(lambda: gateway.inbox.posts)
        kill(process)
    told.refresh_from_db()
    assert told.state == State.SENDING
    the_lease_ends()
    the_broker_gives_the_job_out_again()
    with worker():
        until(sent)
    told.refresh_from_db()
    assert (told.state, told.attempts) == (State.SENT, 2)
    assert (gateway.inbox.posts, gateway.inbox.lookups, len(gateway.texts)) == (posts, 1, 1)


def test_a_sweep_sends_what_a_lost_job_has_left_and_shows_that_the_worker_works(gateway, worker, message):
    with pytest.raises(CommandError, match="never swept"):
        call_command("check_worker")
    call_command("schedule_jobs")
    Schedule.objects.exclude(func="notifications.tasks.sweep_outbox").delete()
    message()
    assert OrmQ.objects.all().delete()[0] == 1
    scheduler()
    assert [job.func() for job in OrmQ.objects.all()] == ["notifications.tasks.sweep_outbox"]
    with worker():
        until(sent)
        until(Success.objects.exists)
    assert len(gateway.texts) == 1
    call_command("check_worker")
    with (
        time_machine.travel(Success.objects.get().stopped.timestamp() + 301),
        pytest.raises(CommandError, match="stands still"),
    ):
        call_command("check_worker")


def test_a_job_that_fails_is_tried_once_and_written_down(worker):
    async_task("notifications.tasks.no_such_job")
    with worker():
        until(Failure.objects.exists)
        until(lambda: not OrmQ.objects.exists())
    assert Failure.objects.get().attempt_count == 1


def test_no_worker_at_work_outlives_its_lease():
    job_may_run, given_out_again = settings.Q_CLUSTER["timeout"], settings.Q_CLUSTER["retry"]
    assert BUDGET.total_seconds() < job_may_run < given_out_again
    assert job_may_run < LEASE.total_seconds()


def test_a_hint_names_a_job_that_there_is(gateway, message, transactional_db):
    message()
    (job,) = OrmQ.objects.all()
    assert job.func() == DRAIN_JOB
