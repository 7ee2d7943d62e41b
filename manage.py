#!/usr/bin/env python
"""Django's command line, on the checkout's own database unless DATABASE_URL names another."""

import os
import sys

from config.cluster import ensure_running


def main() -> None:
    """Start the private cluster where it is the one in use, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    ensure_running()
    from django.core.management import execute_from_command_line  # once the cluster runs

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
