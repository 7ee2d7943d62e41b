"""Look for what keeps deadlines from being told: unknown holidays, no calendar, no service level."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from jurisdictions.calendars.checking import faults_of_calendar
from jurisdictions.management.cities import cities_chosen
from jurisdictions.management.days import read_day
from jurisdictions.models import Jurisdiction


class Command(BaseCommand):
    help = "List what is wrong with working calendars and service levels; fails where deadlines cannot be told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--city", metavar="CODE", help="one city; else all")
        parser.add_argument("--on", type=read_day, metavar="DAY", help="as of that day; else today")

    def handle(self, *args: Any, **options: Any) -> None:
        cities = cities_chosen(options["city"])
        with override("en"):
            errors = sum(self._check(city, options["on"]) for city in cities)
        if errors:
            raise CommandError(f"{errors} error{'s' if errors > 1 else ''}.")

    def _check(self, city: Jurisdiction, on: date | None) -> int:
        """List the faults of a city; how many are errors."""
        faults = faults_of_calendar(city, on=on or city.day_at(timezone.now()))
        self.stdout.write(f"{city.code}: {'' if faults else 'no faults'}".rstrip())
        for fault in faults:
            self.stdout.write(f"  {'error' if fault.is_error else 'warning'}: {fault.kind}: {fault}")
        return sum(fault.is_error for fault in faults)
