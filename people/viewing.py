"""Who is asking, once for each request."""

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest

from people.access import Viewer, viewer_for


def viewer_of(request: HttpRequest, *, at: datetime) -> Viewer:
    """The viewer who makes the request; asked again within it, the same answer without a query."""
    remembered = cast(Any, request)
    if not hasattr(remembered, "viewer"):
        remembered.viewer = viewer_for(request.user, at=at)
    viewer: Viewer = remembered.viewer
    return viewer
