"""Bring the worker's schedule up to the list of settings.JOBS."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import Schedule

# Tells our rows from those that somebody has made in the admin.
OURS = "City Eye: "


class Command(BaseCommand):
    """Can be run at any time and any number of times; a job's next run is not moved."""

    help = "Write the regular jobs into the worker's schedule, and take out those no longer on the list."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            _one_at_a_time()
            names = [_schedule(job) for job in settings.JOBS]
            Schedule.objects.filter(name__startswith=OURS).exclude(name__in=names).delete()
        self.stdout.write(f"{len(names)} jobs are scheduled.")


def _schedule(job: Any) -> str:
    """Make or bring up to date the row of one job; return its name."""
    name = f"{OURS}{job.name}"
    what = {"func": job.func, "schedule_type": Schedule.MINUTES, "minutes": job.minutes}
    Schedule.objects.update_or_create(name=name, defaults=what, create_defaults={**what, "next_run": timezone.now()})
    return name


def _one_at_a_time() -> None:
    """Schedules have no unique name: of two commands at once, the second waits for the first one's end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('schedule_jobs'))")
