"""The settings of the server that holds the bare views and the peers: the same database, and nothing before a view."""

from typing import Any

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
MIDDLEWARE: list[str] = []  # type: ignore[no-redef]
# As the framework comes, for the peer that stands on it.
REST_FRAMEWORK: dict[str, Any] = {  # type: ignore[no-redef]
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
