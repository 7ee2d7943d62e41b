"""Make the counts of the map anew from the reports."""

from typing import Any

from django.core.management.base import BaseCommand

from reports.density import rebuild


class Command(BaseCommand):
    """`manage.py rebuild_density`: while the service runs; only what is wrong is written."""

    help = "Make the counts of the map anew from the reports' table, while the service runs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say what was done."""
        found = rebuild()
        self.stdout.write(f"{found.reports} public reports are counted; {found.wrong} counts were written anew.")
