"""Say whether the worker works: a cluster can stand still with all its processes alive."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django_q.models import Success

PULSE = "notifications.tasks.sweep_outbox"


class Command(BaseCommand):
    """For whoever starts the worker anew when it is stuck: exit status 0 where it works, 1 where it does not."""

    help = "Fail unless the worker has swept the outbox within the last minutes."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--within", type=int, default=5, metavar="MINUTES", help="how old the last sweep may be")

    def handle(self, *args: Any, **options: Any) -> None:
        last = Success.objects.filter(func=PULSE).order_by("-stopped").values_list("stopped", flat=True).first()
        if last is None:
            raise CommandError("The worker has never swept the outbox: run schedule_jobs, then script/worker.")
        if last < timezone.now() - timedelta(minutes=options["within"]):
            raise CommandError(f"The worker stands still: its last sweep ended at {last:%Y-%m-%d %H:%M} UTC.")
        self.stdout.write(f"The worker works: its last sweep ended at {last:%H:%M:%S} UTC.")
