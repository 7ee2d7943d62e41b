"""Find the repeats in a file of reports, as the service would have found them one by one."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from reports.duplicates.collecting import collecting_rarely
from reports.duplicates.current import current_settings
from reports.duplicates.examples import TooFewLabels
from reports.duplicates.fitting import Fitted, fit
from reports.duplicates.labels import UnusableLabels, read_labels
from reports.duplicates.replay import Matches, match_rows
from reports.duplicates.rows import Rows, UnusableRows, read_rows
from reports.duplicates.settings import Settings
from reports.duplicates.shipped import UnreadableSettings, read_settings, shipped_settings, written_settings

UNANSWERED = 3  # the exit code where rows could not be compared, as of route_points
SENTENCES = {
    "no_number": "Without longitude and latitude",
    "out_of_range": "With a longitude or latitude that is out of range",
    "exchanged": "With longitude and latitude exchanged (are the columns the right way round?)",
    "no_time": "Without a time in created_at",
    "repeated_id": "With an id that stood before",
    "too_few_cells": "With fewer cells than it takes",
}
HEADER = ("id", "suggested_parent", "score", "cluster", "linked", "suggestions")


class Command(BaseCommand):
    """Reads a CSV file and writes another, row for row; texts stay beside memory, however long the file is."""

    help = "Compare each report of a CSV file with those before it: best parent, score, cluster, and whether linked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, and by what settings."""
        parser.add_argument("in", type=Path, metavar="IN.csv", help="id, created_at, closed_at, category, lon, lat, …")
        parser.add_argument("out", type=Path, metavar="OUT.csv", help="the file to write")
        parser.add_argument(
            "--fit", type=Path, metavar="LABELS.csv", help="fit weights first: id and problem or parent_id"
        )
        parser.add_argument("--by", type=Path, metavar="FILE", help="compare by this file, not the database's")
        parser.add_argument("--save", type=Path, metavar="FILE", help="where fitted settings go (OUT.settings.json)")
        parser.add_argument("--processes", type=int, default=2, help="that compare at once (2)")

    def handle(self, *_args: str, **options: Any) -> None:
        """Match, and say on standard error what came of it."""
        try:
            settings = _settings(options["by"])
            with collecting_rarely(), read_rows(options["in"], settings=settings) as rows:
                self._match(rows, settings, options)
        except (UnusableRows, UnusableLabels, TooFewLabels, UnreadableSettings) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _match(self, rows: Rows, settings: Settings, options: dict[str, Any]) -> None:
        began = monotonic()
        if options["fit"]:
            settings = self._fit(rows, settings, options)
        matches = match_rows(rows, settings=settings, processes=options["processes"], advance=self._progress(rows))
        _write(options["out"], rows, matches)
        self._sum_up(rows, matches, monotonic() - began)

    def _fit(self, rows: Rows, settings: Settings, options: dict[str, Any]) -> Settings:
        labels = read_labels(options["fit"], rows=rows)
        if labels.unknown:
            shown = ", ".join(labels.unknown[:5]) + (", …" if len(labels.unknown) > 5 else "")
            self.stderr.write(f"Labels of reports that are not in the file: {len(labels.unknown):,} ({shown})")
        if labels.orphans:
            self.stderr.write(f"Labels whose parent is not in the file: {labels.orphans:,}")
        fitted = fit(rows, labels, settings=settings)
        path = options["save"] or options["out"].with_suffix(".settings.json")
        path.write_text(written_settings(fitted.settings), "utf-8")
        self._tell(fitted, path)
        return fitted.settings

    def _tell(self, fitted: Fitted, path: Path) -> None:
        self.stdout.write(
            f"Fitted to {fitted.examples:,} pairs, {fitted.positives:,} of one problem; pull {fitted.pull:g}."
        )
        self.stdout.write(f"On scenes that the weights had not seen (log loss {fitted.log_loss:.3f}):")
        self.stdout.write(f"{'link from':>10} {'precision':>10} {'recall':>10} {'F1':>6}")
        for limit, precision, recall in fitted.curve[::4]:
            both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
            self.stdout.write(f"{limit:>10.2f} {precision:>10.3f} {recall:>10.3f} {both:>6.3f}")
        self.stdout.write(
            f"Links from {fitted.settings.default.link_from:.2f} on. The settings are in {path}: "
            f"manage.py load_duplicates {path}"
        )

    def _progress(self, rows: Rows) -> Callable[[int], None]:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if len(rows) > 100_000:
                self.stderr.write(f"\r{done:,} of {len(rows):,} rows", ending="" if done < len(rows) else "\n")

        return advance

    def _sum_up(self, rows: Rows, matches: Matches, seconds: float) -> None:
        linked = int(matches.linked.sum())
        self.stderr.write(f"{len(rows):,} rows in {seconds:,.1f} s: {linked:,} linked to an earlier one.")
        for name, fault in rows.faults.items():
            if fault.count:
                first = ", ".join(map(str, sorted(fault.first))) + (", …" if fault.count > len(fault.first) else "")
                self.stderr.write(f"{SENTENCES[name]}: {fault.count:,} (line {first})")
        left_out = len(rows) - int(rows.usable.sum())
        if left_out:
            raise CommandError(f"Rows that were not compared: {left_out:,}", returncode=UNANSWERED)


def _settings(path: Path | None) -> Settings:
    if path is not None:
        shipped = shipped_settings()
        return read_settings(
            path, words=shipped.words, meanings=shipped.meanings, names=shipped.names, also=shipped.also
        )
    try:
        return current_settings()
    except DatabaseError:  # without a database the shipped ones hold
        return shipped_settings()


def _write(path: Path, rows: Rows, matches: Matches) -> None:
    """One line for each row: the best earlier report that was open, however low its score, and the best five."""
    with path.open("w", encoding="utf-8", newline="") as file:
        _write_rows(file, rows, matches)


def _write_rows(file: TextIO, rows: Rows, matches: Matches) -> None:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(HEADER)
    for row in range(len(rows)):
        best = matches.best[row]
        found = [
            {
                "id": rows.id(int(other)),
                "score": round(float(matches.scores[row, place]), 3),
                "kind": "recurrence" if matches.recurs[row, place] else "duplicate",
            }
            for place, other in enumerate(best)
            if other >= 0
        ]
        parent = next((each for each in found if each["kind"] == "duplicate"), None)
        cluster = rows.id(int(matches.cluster[row]))
        linked = "true" if matches.linked[row] else "false"
        suggestions = json.dumps(found, ensure_ascii=False)
        ends = (parent["id"], parent["score"]) if parent else ("", "")
        out.writerow([rows.id(row), *ends, cluster, linked, suggestions])
