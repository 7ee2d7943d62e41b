"""A step that fifty people hear of, with the real worker killed in the middle: each message is at the gateway once."""

import sys
from datetime import timedelta

import pytest
from django_q.models import OrmQ
from django_q.tasks import async_task

from notifications.fake_gateway import Fault
from notifications.models import Message, State
from reports.handling import change_status
from reports.models import Report
from tests.notifications.helpers import NOON, until
from tests.processes import kill
from tests.reports.duplicate_ground import gathered
from tests.staff import file_report

PEOPLE = 50


@pytest.fixture
def root(small_city, transactional_db) -> Report:
    """One problem that fifty people have told, with nothing in the outbox and no job."""
    reports = [file_report(small_city.pothole, x=500, contact={"phone": f"+98915000{n:04}"}) for n in range(PEOPLE)]
    gathered(*reports)
    Message.objects.all().delete()
    OrmQ.objects.all().delete()
    return reports[0]


def sent() -> bool:
    return not Message.objects.unfinished().exists()


def test_S5_with_the_worker_killed_in_the_middle_each_of_a_cluster_is_told_exactly_once(root, gateway, worker):
    change_status(report=root, to="in_progress", note="اکیپ اعزام شد", at=NOON + timedelta(days=1))
    gateway.inbox.faults = [Fault()] * 12 + [Fault(delay=20)]  # the thirteenth is kept, its answer comes too late
    with worker() as process:
        until(lambda: gateway.inbox.posts >= 13)
        kill(process)
    log("after the worker was killed", gateway)
    states = list(Message.objects.values_list("state", flat=True))
    assert (states.count(State.SENT), len(states), len(gateway.texts)) == (12, PEOPLE, 13)
    Message.objects.filter(state=State.SENDING).update(due_at=NOON)  # the lease ends, as it does after LEASE
    with worker():
        async_task("notifications.tasks.sweep_outbox")  # as the schedule does each minute
        until(sent)
    log("after the next worker's sweep", gateway)
    told = [sms.to for sms in gateway.inbox.newest()]
    assert len(told) == len(set(told)) == PEOPLE
    assert (gateway.inbox.posts, Message.objects.filter(state=State.SENT).count()) == (PEOPLE, PEOPLE)


def log(when: str, gateway) -> None:
    """The outbox in one line, for whoever reads along."""
    states = list(Message.objects.values_list("state", flat=True))
    counts = ", ".join(f"{states.count(state)} {state}" for state in State.values)
    posts, lookups = gateway.inbox.posts, gateway.inbox.lookups
    sys.stderr.write(
        f"{when}: outbox {counts}; gateway kept {len(gateway.texts)} of {posts}, was asked {lookups} times\n"
    )
