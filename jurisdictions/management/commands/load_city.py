"""Load a city, or bring it up to date, from its manifest."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurisdictions.loading import CannotLoad, load_city


class Command(BaseCommand):
    help = "Load a city from its manifest (JSON); run again, it changes what the files have changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("manifest", type=Path, help="the manifest; the files it names lie beside it")

    def handle(self, *args: Any, **options: Any) -> None:
        manifest: Path = options["manifest"]
        self.stdout.write(f"Loading {manifest.name}")
        try:
            changed = load_city(manifest, at=timezone.now(), say=self.stdout.write)
        except CannotLoad as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The city is loaded." if changed else "Nothing has changed.")
