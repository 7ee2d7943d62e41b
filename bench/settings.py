"""The settings of the server that holds the bare views and the peers: the same database, and nothing before a view."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
MIDDLEWARE: list[str] = []  # type: ignore[no-redef]
