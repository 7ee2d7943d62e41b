"""Import the boundaries of one level of any city, and say what is wrong with them and what they change."""

import json
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from geo.shapes import FaultKind
from jurisdictions.importing import (
    CannotImport,
    Columns,
    FileWanted,
    ImportReport,
    Limits,
    NewCity,
    NewLevel,
    Order,
    ParentColumn,
    import_boundaries,
    report_as_json,
    report_as_text,
    write_report_map,
)
from jurisdictions.importing.order import ENCLAVE_M, TOLERANCE_M
from jurisdictions.management.days import read_day_in_either_calendar

_WIDEST_M = 100_000.0


class Command(BaseCommand):
    """Read a file, judge its shapes, put them in force from a day on; docs/cities.md shows whole calls."""

    help = "Import the boundaries of one level of a city from any file that GDAL reads, or an Overpass answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is imported, then what a new city or level needs, what the file does not say, and how strict to be."""
        parser.add_argument("file", type=Path, help="GeoJSON, Shapefile (or its zip), GeoPackage, KML, FlatGeobuf, …")
        parser.add_argument("--city", required=True, metavar="CODE", help="the city, by its code")
        parser.add_argument("--level", required=True, metavar="CODE", help="the level, such as district")
        parser.add_argument("--first-day", required=True, metavar="DAY", help="2025-03-21 or 1404/01/01")
        parser.add_argument("--source", required=True, metavar="TEXT", help="the act, and where the file is from")
        self._add_columns(parser)
        self._add_new(parser)
        self._add_file(parser)
        self._add_strictness(parser)

    def _add_columns(self, parser: ArgumentParser) -> None:
        columns = parser.add_argument_group("properties of the file")
        columns.add_argument("--code-property", default="", metavar="NAME", help="holds the code")
        columns.add_argument("--name-fa", default="", metavar="NAME", help="holds the Persian name")
        columns.add_argument("--name-en", default="", metavar="NAME", help="holds the English name")
        columns.add_argument(
            "--parent-level", action="append", default=[], metavar="CODE", help="whose jurisdictions are parents"
        )
        columns.add_argument(
            "--parent-property",
            action="append",
            default=[],
            metavar="NAME",
            help="holds the parent's code; without it most ground in common decides",
        )
        columns.add_argument("--unnamed", default="", metavar="TEXT", help="name of the nameless, with {code} in it")
        columns.add_argument("--dissolve", action="store_true", help="features of one code are one jurisdiction")
        columns.add_argument("--rename", action="store_true", help="those that exist get the file's names and parent")

    def _add_new(self, parser: ArgumentParser) -> None:
        city = parser.add_argument_group("a new city")
        city.add_argument("--time-zone", default="", metavar="ZONE", help="such as Asia/Tehran")
        city.add_argument("--city-name-fa", default="", metavar="NAME")
        city.add_argument("--city-name-en", default="", metavar="NAME")
        city.add_argument("--metric-srid", type=int, metavar="SRID", help="to measure in; else its UTM zone")
        city.add_argument("--languages", default="", metavar="CODES", help="such as fa,en")
        city.add_argument("--with-city", action="store_true", help="the city's ground becomes the union of the shapes")
        level = parser.add_argument_group("a new level")
        level.add_argument("--level-name-fa", default="", metavar="NAME")
        level.add_argument("--level-name-en", default="", metavar="NAME")
        level.add_argument("--rank", type=int, help="order for routing; else ten above the highest there is")
        level.add_argument("--closes-gaps", action=BooleanOptionalAction, help="else for a city's first level only")

    def _add_file(self, parser: ArgumentParser) -> None:
        file = parser.add_argument_group("what the file does not say")
        file.add_argument("--layer", default="", metavar="NAME")
        file.add_argument("--crs", default="", metavar="CRS", help="its coordinate system, such as EPSG:32640")
        file.add_argument("--encoding", default="", metavar="NAME", help="of its texts, such as cp1256")
        file.add_argument("--swap-axes", action="store_true", help="its coordinates are latitude before longitude")
        file.add_argument("--buffer", type=float, default=0.0, metavar="METRES", help="to each side of its lines")

    def _add_strictness(self, parser: ArgumentParser) -> None:
        strict = parser.add_argument_group("faults")
        strict.add_argument("--tolerance", type=float, default=TOLERANCE_M, metavar="METRES", help="mended up to here")
        strict.add_argument("--enclave", type=float, default=ENCLAVE_M, metavar="METRES", help="holes meant from here")
        strict.add_argument("--accept", action="append", default=[], choices=list(FaultKind), help="wide ones as well")
        strict.add_argument("--clip", action="store_true", help="cut off what reaches beyond the parent")
        strict.add_argument("--faults", type=Path, metavar="FILE", help="GeoJSON to write faults and changes to")
        strict.add_argument("--json", action="store_true", help="the report as JSON")
        strict.add_argument("--dry-run", action="store_true", help="do all of it and take it back")

    def handle(self, *_args: str, **options: Any) -> None:
        """Import, and print the report whatever becomes of it."""
        order = _order(options)
        self.is_quiet = options["verbosity"] == 0
        try:
            report = import_boundaries(order, at=timezone.now(), say=self._say)
        except CannotImport as error:
            if error.report is not None:
                self._tell(error.report, options)
            raise CommandError(str(error)) from error
        self._tell(report, options)

    def _say(self, step: str) -> None:
        if not self.is_quiet:
            self.stderr.write(step)

    def _tell(self, report: ImportReport, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report_as_json(report), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(report_as_text(report))
        if options["faults"]:
            try:
                write_report_map(options["faults"], report)
            except OSError as error:
                raise CommandError(f"{options['faults']} cannot be written: {error.strerror}.") from error


def _order(options: dict[str, Any]) -> Order:
    file = FileWanted(
        path=options["file"],
        layer=options["layer"],
        crs=options["crs"],
        encoding=options["encoding"],
        swap_axes=options["swap_axes"],
    )
    columns = Columns(code=options["code_property"], name_fa=options["name_fa"], name_en=options["name_en"])
    return Order(
        file=file,
        city=options["city"],
        level=options["level"],
        columns=columns,
        first_day=read_day_in_either_calendar(options["first_day"]),
        source=_source(options["source"]),
        new_city=_new_city(options),
        new_level=_new_level(options),
        parents=_parents(options["parent_level"], options["parent_property"]),
        limits=_limits(options),
        buffer_m=_metres(options, "buffer"),
        dissolve=options["dissolve"],
        with_city=options["with_city"],
        rename=options["rename"],
        unnamed=options["unnamed"],
        dry_run=options["dry_run"],
    )


def _new_city(options: dict[str, Any]) -> NewCity:
    return NewCity(
        name_fa=options["city_name_fa"],
        name_en=options["city_name_en"],
        time_zone=options["time_zone"],
        metric_srid=options["metric_srid"],
        languages=tuple(filter(None, options["languages"].replace(" ", "").split(","))),
    )


def _new_level(options: dict[str, Any]) -> NewLevel:
    return NewLevel(
        name_fa=options["level_name_fa"],
        name_en=options["level_name_en"],
        rank=options["rank"],
        closes_gaps=options["closes_gaps"],
    )


def _limits(options: dict[str, Any]) -> Limits:
    accepted = frozenset(map(FaultKind, options["accept"]))
    tolerance, enclave = _metres(options, "tolerance"), _metres(options, "enclave")
    if enclave < tolerance:
        raise CommandError("--enclave is less than --tolerance: a hole cannot be meant and mended.")
    return Limits(tolerance_m=tolerance, enclave_m=enclave, accepted=accepted, clip=options["clip"])


def _metres(options: dict[str, Any], name: str) -> float:
    metres: float = options[name]
    if not 0 <= metres <= _WIDEST_M:
        raise CommandError(f"--{name} is a number of metres from 0 to {_WIDEST_M:,.0f}.")
    return metres


def _parents(levels: list[str], properties: list[str]) -> tuple[ParentColumn, ...]:
    if len(properties) > len(levels) or 0 < len(properties) < len(levels):
        raise CommandError("Give a --parent-property for each --parent-level, in the same order, or for none.")
    pairs = zip(levels, properties or [""] * len(levels), strict=True)
    return tuple(ParentColumn(level=level, code=name) for level, name in pairs)


def _source(text: str) -> str:
    if not text.strip() or len(text) > 500:
        raise CommandError("--source names the act and where the file is from, in up to 500 letters.")
    return text.strip()
