"""Look for faults in who answers for what."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from jurisdictions.management.cities import cities_chosen
from jurisdictions.models import Jurisdiction
from jurisdictions.rules import CityFault, faults_of_city


class Command(BaseCommand):
    help = (
        "List what is wrong with rules, departments and categories; fails where a rule leads nowhere or none answers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--city", metavar="CODE", help="one city; else all")

    def handle(self, *args: Any, **options: Any) -> None:
        cities = cities_chosen(options["city"])
        with override("en"):
            errors = sum(self._check(city) for city in cities)
        if errors:
            raise CommandError(f"{_number(errors, 'error')}.")

    def _check(self, city: Jurisdiction) -> int:
        """List the faults of a city; how many are errors."""
        faults = faults_of_city(city, on=city.day_at(timezone.now()))
        self.stdout.write(f"{city.code}: {_counted(faults)}")
        for fault in faults:
            self.stdout.write(f"  {'error' if fault.is_error else 'warning'}: {_named(fault)}: {fault.sentence}")
        return sum(fault.is_error for fault in faults)


def _counted(faults: list[CityFault]) -> str:
    errors = sum(fault.is_error for fault in faults)
    return f"{_number(errors, 'error')}, {_number(len(faults) - errors, 'warning')}" if faults else "no faults"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _named(fault: CityFault) -> str:
    return f"{fault.of._meta.verbose_name_raw} {getattr(fault.of, 'code', fault.of.pk)} ({fault.of})"
