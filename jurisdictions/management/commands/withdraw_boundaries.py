"""Withdraw a planned set of boundaries before it comes into force."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurisdictions.boundaries import UnableToWithdraw, withdraw
from jurisdictions.management.days import read_day_in_either_calendar
from jurisdictions.models import BoundarySet


class Command(BaseCommand):
    """Name the set by city, level and first day; the set before holds on in its place."""

    help = "Withdraw a planned set of boundaries: it never comes into force, and the set before holds on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What names a set."""
        parser.add_argument("--city", required=True, metavar="CODE")
        parser.add_argument("--level", required=True, metavar="CODE")
        parser.add_argument("--first-day", required=True, metavar="DAY", help="2025-03-21 or 1404/01/01")

    def handle(self, *_args: str, **options: Any) -> None:
        """Withdraw the set, or say why it stays."""
        found = _find(options)
        try:
            withdraw(boundary_set=found, on=found.root.day_at(timezone.now()))
        except UnableToWithdraw as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Withdrawn: {found.level.code} of {found.root.code} from {found.first_day}.")


def _find(options: dict[str, Any]) -> BoundarySet:
    first_day = read_day_in_either_calendar(options["first_day"])
    sets = BoundarySet.objects.filter(root__code=options["city"], level__code=options["level"])
    found = sets.filter(first_day=first_day).select_related("root", "level").first()
    if found is None:
        days = ", ".join(str(day) for day in sets.order_by("first_day").values_list("first_day", flat=True))
        raise CommandError(f"No such set begins on {first_day}; first days are: {days or 'none'}.")
    return found
