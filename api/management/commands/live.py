"""Serve live events."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from api.live.serving import serve


class Command(BaseCommand):
    """`manage.py live --port N`: server-sent events at /api/v1/events, until it is ended."""

    help = "Serve live events, until it is ended."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The address."""
        parser.add_argument("--host", default="127.0.0.1", help="The address to listen at.")
        parser.add_argument("--port", type=int, default=8001, help="The port.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve."""
        asyncio.run(serve(host=options["host"], port=options["port"]))
