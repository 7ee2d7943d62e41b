"""Draw the life of a report."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.workflow import diagram


class Command(BaseCommand):
    """`manage.py draw_workflow [--language en]`: the diagram of docs/workflow.md, as Mermaid reads it."""

    help = "Print the workflow of reports as a Mermaid state diagram."

    def add_arguments(self, parser: CommandParser) -> None:
        """The language of the labels."""
        parser.add_argument("--language", choices=["fa", "en"], default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(diagram(language=options["language"]))
