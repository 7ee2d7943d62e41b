"""Route the points of a file: who answers for each, on a day."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from time import monotonic
from typing import Any
from zlib import error as DamagedGzip  # noqa: N812 - an exception

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from geo.pointfiles import (
    FORMATS,
    STREAM,
    Columns,
    InPlace,
    OutPlace,
    UnusableFile,
    format_of,
    open_reader,
    open_writer,
)
from jurisdictions.index import BoundaryIndex, one_snapshot
from jurisdictions.management.cities import find_city
from jurisdictions.management.days import read_day
from jurisdictions.management.progress import Progress
from jurisdictions.models import Boundary, Jurisdiction, Level
from jurisdictions.routed_files import Tally, added_columns, route_rows

UNANSWERED = 3  # the exit code where rows have no answer; 1 is for what could not be done

SENTENCES = {
    "no_number": "Without longitude and latitude",
    "out_of_range": "With a longitude or latitude that is out of range",
    "unknown_category": "With a category that does not exist",
    "exchanged": "Outside, but inside with longitude and latitude exchanged (are the columns the right way round?)",
    "too_far": "Further from every city than the service reaches",
}


class Command(BaseCommand):
    """Reads and writes in chunks; memory does not grow with the file."""

    help = "Write a file of points again, with who answers for each: a column a level, department, method, edge_m."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files first; columns have the names of the API where nothing else is said."""
        parser.add_argument("in", metavar="IN", help="the file to read, or - for standard input")
        parser.add_argument("out", metavar="OUT", help="the file to write, or - for standard output")
        parser.add_argument("--on", type=read_day, metavar="DAY", help="YYYY-MM-DD; today where not given")
        parser.add_argument("--city", metavar="CODE", help="whose today and whose levels; of all cities if not given")
        parser.add_argument("--from", choices=FORMATS, help="the format of IN, if its name does not tell")
        parser.add_argument("--to", choices=FORMATS, help="the format of OUT, if its name does not tell")
        for name in ("lon", "lat", "category"):
            parser.add_argument(f"--{name}", default=name, metavar="COLUMN", help=f"the column of IN, if not {name}")
        parser.add_argument("--prefix", default="", help="before the names of the new columns")

    def handle(self, *_args: str, **options: Any) -> None:
        """Route, and say what came of it on standard error."""
        city = find_city(options["city"]) if options["city"] is not None else None
        on = options["on"] or self._today(city)
        progress = Progress(self.stderr, clock=monotonic)
        began = monotonic()
        try:
            with one_snapshot():
                tally = self._route(options, on, city, progress)
        except UnusableFile as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from error
        except (EOFError, DamagedGzip) as error:
            raise CommandError(f"{options['in']} is damaged: {error}") from error
        finally:
            progress.end()
        self._sum_up(tally, monotonic() - began)

    def _route(self, options: dict[str, Any], on: date, city: Jurisdiction | None, progress: Progress) -> Tally:
        source_format = _format(options["in"], options["from"], "--from")
        target_format = _format(options["out"], options["to"] or _if_stream(options["out"], source_format), "--to")
        levels = _levels(on, city)
        columns = Columns(
            lon=options["lon"],
            lat=options["lat"],
            category=options["category"],
            added=added_columns(levels, prefix=options["prefix"]),
        )
        with InPlace(options["in"]) as source:
            if source.is_same_as(options["out"]):
                raise CommandError("IN and OUT are the same file.")
            reader = open_reader(source.stream, format=source_format, columns=columns)
            index = BoundaryIndex.for_day(on=on)
            with OutPlace(options["out"]) as target:
                return route_rows(
                    reader=reader,
                    writer=open_writer(target.stream, format=target_format, columns=columns, reader=reader),
                    index=index,
                    levels=levels,
                    tell=lambda rows: progress.tell(rows, source.share_read()),
                )

    def _today(self, city: Jurisdiction | None) -> date:
        now = timezone.now()
        days = {each.day_at(now) for each in ([city] if city else Jurisdiction.objects.cities())}
        if len(days) > 1:
            raise CommandError("It is not the same day in all cities now: say which by --on, or whose by --city.")
        return days.pop() if days else now.date()

    def _sum_up(self, tally: Tally, seconds: float) -> None:
        speed = f"{tally.rows / max(seconds, 0.001):,.0f} rows a second"
        methods = ", ".join(f"{count:,} {method}" for method, count in tally.methods.most_common() if count)
        self.stderr.write(f"{tally.rows:,} rows in {seconds:,.1f} s ({speed}){': ' if methods else ''}{methods}.")
        for name, fault in tally.faults.items():
            if fault.count:
                first = ", ".join(map(str, fault.first)) + (", …" if fault.count > len(fault.first) else "")
                self.stderr.write(f"{SENTENCES[name]}: {fault.count:,} ({tally.unit} {first})")
        if tally.unanswered:
            raise CommandError(f"Rows without an answer: {tally.unanswered:,}", returncode=UNANSWERED)


def _format(name: str, given: str | None, option: str) -> str:
    if found := given or format_of(name):
        return found
    raise CommandError(f"{name} does not tell its format: say {option} {'|'.join(FORMATS)}.")


def _if_stream(name: str, format: str) -> str | None:
    return format if name == STREAM else None


def _levels(on: date, city: Jurisdiction | None) -> Sequence[str]:
    """The levels that have ground on the day, larger ones first."""
    places = Jurisdiction.objects.of_city(city) if city else Jurisdiction.objects.all()
    ground = Boundary.objects.in_force(on=on).filter(jurisdiction__in=places)
    present = ground.values("jurisdiction__level")
    found = list(Level.objects.filter(pk__in=present).order_by("rank", "code").values_list("code", flat=True))
    if not found:
        raise CommandError(f"No boundaries are in force on {on}.")
    return found
