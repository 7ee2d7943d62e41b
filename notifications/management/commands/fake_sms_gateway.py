"""Run an SMS gateway that sends nothing and shows what it got."""

from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from notifications.fake_gateway import Inbox, serve


class Command(BaseCommand):
    """For demos and tests. Messages are kept in memory, and are gone with the command."""

    help = "Run a gateway that accepts SMS, sends none, and shows them at its address."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, required=True, help="the port to listen on; 0 takes a free one")
        parser.add_argument("--fail-rate", type=_share, default=0.0, help="the share of messages refused, 0 to 1")

    def handle(self, *args: Any, host: str, port: int, fail_rate: float, **options: Any) -> None:
        inbox = Inbox(clock=timezone.now, token=settings.SMS_GATEWAY_TOKEN, fail_rate=fail_rate)
        try:
            server = serve(inbox, host=host, port=port)
        except (OSError, OverflowError) as error:
            raise CommandError(f"The gateway cannot listen on {host}:{port}: {error}") from error
        self.stdout.write(f"SMS are shown at http://{host}:{server.server_port}/")
        self.stdout.flush()
        with server:
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("")


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ArgumentTypeError(f"{text} is not from 0 to 1")
    return share
