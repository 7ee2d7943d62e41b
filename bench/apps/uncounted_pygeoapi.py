"""pygeoapi as it comes, but that it does not count what matches: it cannot be told so, and ours has no count."""

from typing import Any

from sqlalchemy.orm import Query  # type: ignore[import-not-found]  # of the environment that this runs in


def _no_count(_query: Any) -> int:
    return 0


Query.count = _no_count

from pygeoapi.flask_app import APP as app  # type: ignore[import-not-found] # noqa: E402, N811

__all__ = ["app"]
