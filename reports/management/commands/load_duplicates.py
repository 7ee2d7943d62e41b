"""Load the settings by which duplicates are found."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.duplicates.loading import load_settings
from reports.duplicates.shipped import UnreadableSettings, read_settings, shipped_settings


class Command(BaseCommand):
    """Without a file, what comes with the service; with one, such as `match_duplicates --fit` writes."""

    help = "Load profiles, kinships and words of duplicates; run again, it changes what the file has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what becomes of words that are there."""
        parser.add_argument("file", nargs="?", type=Path, help="a file such as fixtures/duplicates.json")
        parser.add_argument("--replace-words", action="store_true", help="also where the staff has edited them")

    def handle(self, *_args: str, **options: Any) -> None:
        """Load, and say what was loaded."""
        shipped = shipped_settings()
        try:
            settings = read_settings(options["file"], words=shipped.words) if options["file"] else shipped
        except UnreadableSettings as error:
            raise CommandError(str(error)) from error
        loaded = load_settings(settings, replace_words=options["replace_words"])
        self.stdout.write(
            f"Loaded: profiles {loaded.profiles}, kinships {loaded.kinships}, groups of words {loaded.words}."
        )
        if loaded.unknown:
            self.stdout.write(f"Passed over, since there are no such categories: {', '.join(sorted(loaded.unknown))}.")
