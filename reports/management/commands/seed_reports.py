"""Fill a city with plausible reports, for a demo or a bench."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurisdictions.management.days import read_day
from jurisdictions.models import Jurisdiction
from reports.seeding import NothingToSeed, UnreadablePhrases, read_phrases, seed_reports


class Command(BaseCommand):
    help = "Bring the imported reports of a city up to a number, with plausible ones along its streets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True, help="how many there are to be in all")
        parser.add_argument("--seed", type=int, default=1, help="another number, other reports (1)")
        parser.add_argument("--days", type=int, default=90, help="over how many days they came in (90)")
        parser.add_argument("--until", type=read_day, help="the first day without reports (today)")
        parser.add_argument("--city", help="the city's code, where there are several")
        parser.add_argument("--texts", type=Path, default=settings.ROOT / "fixtures" / "seed_texts.json")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 0 or options["days"] < 1:
            raise CommandError("--count must not be negative, and --days at least 1.")
        city = self._city(options["city"])
        try:
            made = seed_reports(
                city=city,
                count=options["count"],
                seed=options["seed"],
                until=options["until"] or city.day_at(timezone.now()),
                days=options["days"],
                phrases=read_phrases(options["texts"]),
                say=self.stdout.write,
            )
        except (NothingToSeed, UnreadablePhrases) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} reports made." if made else "The reports are there already.")

    def _city(self, code: str | None) -> Jurisdiction:
        cities = Jurisdiction.objects.cities().order_by("pk")
        found = list(cities.filter(code=code) if code else cities)
        if not found:
            raise CommandError(f"There is no city {code or 'yet'}: load one with load_city.")
        if len(found) > 1:
            codes = ", ".join(city.code for city in found)
            raise CommandError(f"There are several cities: choose one with --city ({codes}).")
        return found[0]
