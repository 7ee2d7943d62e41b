"""Load what the staff choose from when they take a step."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.answers_loading import UnreadableAnswers, load_answers


class Command(BaseCommand):
    """`manage.py load_answers FILE`: closing reasons, standard answers and checklists, as in fixtures/handling.json."""

    help = "Bring closing reasons, standard answers and checklists up to a JSON file; run again, nothing changes."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and say how much there was."""
        try:
            counts = load_answers(options["file"])
        except UnreadableAnswers as error:
            raise CommandError(str(error)) from error
        self.stdout.write(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
