"""Links and clusters reports of one problem: all that nobody has looked at yet, or all again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from jurisdictions.management.cities import cities_chosen
from jurisdictions.models import Jurisdiction
from reports.duplicates.batch import cluster_all, forget
from reports.duplicates.collecting import collecting_rarely
from reports.models import DuplicateCluster, Report


class Command(BaseCommand):
    """`manage.py cluster_duplicates [--city CODE] [--rescore] [--most N] [--processes N]`."""

    help = "Links and clusters the reports of one problem, group by group; goes on where it was interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which city, and whether all is compared again."""
        parser.add_argument("--city", help="the code of one city; all of them unless told")
        parser.add_argument(
            "--rescore", action="store_true", help="compare all reports again, as after a change of the settings"
        )

        parser.add_argument("--most", type=int, help="no more reports of a city than so many: the others wait")
        parser.add_argument("--processes", type=int, default=2, help="that compare at once (2)")

    def handle(self, *args: Any, **options: Any) -> None:
        """City by city."""
        for city in cities_chosen(options["city"]):
            if options["rescore"]:
                forget(city=city)
            self._one(city, most=options["most"], processes=options["processes"])

    def _one(self, city: Jurisdiction, *, most: int | None, processes: int) -> None:
        with collecting_rarely():
            done = cluster_all(city=city, clock=timezone.now, progress=self._progress, most=most, processes=processes)
        problems = DuplicateCluster.objects.filter(city=city).count()
        reports = Report.objects.filter(root=city, duplicate_cluster__isnull=False).count()
        self.stdout.write(f"{city.code}: {done} reports looked at; {reports} tell of {problems} problems with several.")

    def _progress(self, done: int, total: int) -> None:
        if done == total or done % 10_000 < 4_000:
            self.stderr.write(f"{done} of {total}")
