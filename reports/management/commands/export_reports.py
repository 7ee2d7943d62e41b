"""Write the public's reports to a file: open data."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from jurisdictions.management.cities import find_city
from reports.exporting import export_problems, export_reports


class Command(BaseCommand):
    """`manage.py export_reports OUT.csv [--city CODE] [--problems]`: nothing that the public may not know."""

    help = "Write all public reports as CSV, or the problems that they tell of, each once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what goes into it."""
        parser.add_argument("out", metavar="OUT", help="the file to write, or - for standard output")
        parser.add_argument("--city", metavar="CODE", help="of this city alone")
        parser.add_argument("--problems", action="store_true", help="a line a problem, with how many tell of it")

    def handle(self, *_args: str, **options: Any) -> None:
        """Write it whole or not at all, and say how many on standard error."""
        city = find_city(options["city"]) if options["city"] is not None else None
        write = export_problems if options["problems"] else export_reports
        try:
            count = _written(options["out"], lambda file: write(file, city=city))
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error.strerror}.") from error
        self.stderr.write(f"{count:,} {'problems' if options['problems'] else 'reports'} written.")


def _written(name: str, write: Callable[[BinaryIO], int]) -> int:
    """What `write` wrote into the file, which is there only once it is whole."""
    if name == "-":
        return write(sys.stdout.buffer)
    out = Path(name)
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            count = write(file)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return count
