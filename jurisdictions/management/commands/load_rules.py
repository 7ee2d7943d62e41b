"""Bring departments and rules of a city up to date from one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurisdictions.loading import CannotLoad, Loading, load_responsibility
from jurisdictions.management.cities import find_city
from jurisdictions.management.days import read_day


class Command(BaseCommand):
    help = "Load departments and rules (JSON or CSV) of one city; run again, it changes what the file has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="functions, departments and rules (JSON), or one of the last two (CSV)"
        )
        parser.add_argument("--city", required=True, metavar="CODE", help="the city's code")
        parser.add_argument("--first-day", type=read_day, metavar="DAY", help="of what is new; else today")
        parser.add_argument("--end-others", action="store_true", help="end the rules that the file does not name")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        city = find_city(options["city"])
        how = Loading(**{name: options[name] for name in ("first_day", "end_others", "dry_run")})
        self.stdout.write(f"Loading {file.name}")
        try:
            changed = load_responsibility(
                file, city=city.code, on=city.day_at(timezone.now()), say=self.stdout.write, how=how
            )
        except CannotLoad as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_outcome(changed=changed, dry_run=how.dry_run))


def _outcome(*, changed: bool, dry_run: bool) -> str:
    if not changed:
        return "Nothing has changed."
    return "A dry run: nothing was stored." if dry_run else "Departments and rules are loaded."
