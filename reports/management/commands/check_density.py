"""Prove that the counts of the map are those of the reports."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.density import compare


class Command(BaseCommand):
    """`manage.py check_density`: exit 1 and the first cells that differ, where any do. Changes nothing."""

    help = "Compare the counts of the map to the reports' table, while the service runs; fails where they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, and say so."""
        found = compare()
        if found.wrong:
            lines = "\n  ".join(found.first)
            raise CommandError(f"{found.wrong} counts are wrong (rebuild_density puts them right), first:\n  {lines}")
        self.stdout.write(f"All counts are right: {found.reports} public reports.")
