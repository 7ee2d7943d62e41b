"""All that a demo shows, in one process: to start one for each part took longer than most of them."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

FIXTURES = settings.ROOT / "fixtures"


class Command(BaseCommand):
    """Its progress goes to the standard error, the accounts to the standard output."""

    help = "Load the city and what its staff choose from, make reports and accounts; again, what is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many reports."""
        parser.add_argument("--reports", type=int, required=True, help="how many there are to be in all")

    def handle(self, *_args: Any, **options: Any) -> None:
        """One command after the other; the first that fails ends it."""
        call_command("load_city", FIXTURES / "mashhad.json", stdout=sys.stderr)
        call_command("load_duplicates", stdout=sys.stderr)
        call_command("load_answers", FIXTURES / "handling.json", stdout=sys.stderr)
        call_command("seed_reports", count=options["reports"], stdout=sys.stderr)
        call_command("create_demo_staff", stdout=self.stdout)
