"""The worker's schedule, as `manage.py schedule_jobs` writes it."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from config.jobs import Job


def rows() -> set[tuple[str, str, int | None]]:
    return set(Schedule.objects.values_list("name", "func", "minutes"))


def test_every_job_of_the_list_is_scheduled(db):
    call_command("schedule_jobs")
    assert rows() == {(f"City Eye: {job.name}", job.func, job.minutes) for job in settings.JOBS}
    assert set(Schedule.objects.values_list("schedule_type", "repeats")) == {(Schedule.MINUTES, -1)}


@pytest.mark.parametrize("job", settings.JOBS, ids=lambda job: job.name)
def test_every_job_of_the_list_can_be_called(job):
    assert callable(import_string(job.func))


def test_a_second_run_changes_nothing_and_moves_no_next_run(db):
    call_command("schedule_jobs")
    soon = timezone.now() + timedelta(seconds=20)
    Schedule.objects.update(next_run=soon)
    before = rows()
    call_command("schedule_jobs")
    assert rows() == before
    assert set(Schedule.objects.values_list("next_run", flat=True)) == {soon}


def test_a_changed_job_is_brought_up_to_date_and_a_retired_one_taken_out(db, settings):
    settings.JOBS = (Job(name="a", func="old.a", minutes=1), Job(name="b", func="old.b", minutes=1))
    call_command("schedule_jobs")
    Schedule.objects.create(name="somebody's own", func="theirs", schedule_type=Schedule.DAILY)
    settings.JOBS = (Job(name="a", func="new.a", minutes=5),)
    call_command("schedule_jobs")
    assert rows() == {("City Eye: a", "new.a", 5), ("somebody's own", "theirs", None)}


def test_two_at_once_leave_each_job_once(transactional_db):
    start = threading.Barrier(4)

    def work() -> None:
        connection.ensure_connection()
        start.wait()
        call_command("schedule_jobs")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Schedule.objects.count() == len(settings.JOBS)
