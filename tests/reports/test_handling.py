"""Steps of a report's life, and two people who take one at the same time."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from reports.handling import TransitionNotAllowed, change_status
from reports.intake import submit_report
from reports.models import Report, StatusUpdate
from reports.workflow import CLOSED, OPEN, TRANSITIONS, Status
from tests.shapes import at

NOON = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def report(small_city) -> Report:
    """A report just received."""
    return submit_report(
        location=at(500, 200), category=small_city.pothole, description="چاله", received_at=NOON, source="web"
    )


def test_every_status_is_open_or_closed_and_leads_somewhere():
    assert set(Status) == OPEN | CLOSED
    assert not OPEN & CLOSED
    assert set(TRANSITIONS) == set(Status)


def test_a_step_is_kept_with_who_and_why(report):
    change_status(report=report, to=Status.RESOLVED, note="پر شد", at=NOON)
    assert Report.objects.get().status == Status.RESOLVED
    assert list(StatusUpdate.objects.order_by("id").values_list("status", "note")) == [
        ("received", ""),
        ("resolved", "پر شد"),
    ]


def test_a_step_that_may_not_follow_is_refused_and_leaves_no_trace(report):
    change_status(report=report, to=Status.RESOLVED, note="done", at=NOON)
    with pytest.raises(TransitionNotAllowed):
        change_status(report=report, to=Status.REJECTED, note="done", at=NOON)
    assert Report.objects.get().status == Status.RESOLVED
    assert StatusUpdate.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_at_the_same_time_one_is_told_that_it_is_closed(report):
    outcomes, start = [], threading.Barrier(2)

    def close(to: Status) -> None:
        start.wait()
        try:
            change_status(report=Report.objects.get(), to=to, note="done", at=NOON)
            outcomes.append("done")
        except TransitionNotAllowed:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=[to]) for to in (Status.RESOLVED, Status.REJECTED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert StatusUpdate.objects.count() == 2
