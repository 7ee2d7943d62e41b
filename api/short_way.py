"""The short way to what maps ask for most: past the middlewares that only pages need, and past REST framework.

These cost more than a tile. Only the public's plain GET and HEAD go this way. A token, another method or a format to be
weighed takes the long one; it ends in the same functions and answers the same, header by header.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.views import APIView

from api.errors import Problem
from api.v1 import clusters, listing, reports, routing, tiles
from people.access import PUBLIC

UNWEIGHED: Final = frozenset({"", "*/*"})  # Accept headers that leave the format to us


@dataclass(frozen=True, eq=False)
class Way:
    """A read by the public: `read` is called with the request, PUBLIC, and what the address names."""

    read: Callable[..., HttpResponse]
    view: type[APIView]
    """The long way, which says what else may be done there."""

    def answer(self, request: HttpRequest, named: Mapping[str, str]) -> HttpResponse:
        """What is read, or why it is refused."""
        try:
            response = self._read(request, named)
        except Problem as problem:
            response = problem.response()
        response.headers["Allow"] = self._allowed
        response.headers["Content-Length"] = str(len(response.content))
        return response

    def _read(self, request: HttpRequest, named: Mapping[str, str]) -> HttpResponse:
        """Without asking first whether the database is still there: a read that fails for that is done once more."""
        connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it
        try:
            return self.read(request, PUBLIC, **named)
        except (InterfaceError, OperationalError):
            if connection.is_usable():
                raise
            connection.close()
            return self.read(request, PUBLIC, **named)

    @cached_property
    def _allowed(self) -> str:
        view = self.view()
        view.head = view.get  # type: ignore[attr-defined]  # as Django gives each view that reads
        return ", ".join(view.allowed_methods)


WAYS: Final[Mapping[str, Way]] = {
    "/api/v1/clusters": Way(clusters.read_clusters, clusters.ClustersView),
    "/api/v1/reports": Way(listing.list_reports, reports.ReportsView),
    "/api/v1/route": Way(routing.read_route, routing.RouteView),
}
TO_TILES: Final = Way(tiles.read_tile, tiles.TileView)
TILE: Final = re.compile(r"/api/v1/tiles/(?P<layers>[^/]+)/(?P<z>[^/]+)/(?P<x>[^/]+)/(?P<y>[^/]+)\.mvt")


class ShortWayMiddleware:
    """Stands behind what every answer needs, and before what only pages need."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_plain(request):
            return self.get_response(request)
        way, named = WAYS.get(request.path_info), dict[str, str]()
        if way is None and (tile := TILE.fullmatch(request.path_info)):
            way, named = TO_TILES, tile.groupdict()
        if way is None:
            return self.get_response(request)
        request.get_host()  # refused here as by the middleware that is passed by
        return way.answer(request, named)


def _is_plain(request: HttpRequest) -> bool:
    """Whether it is the public that reads, and takes any format."""
    said = request.META
    return (
        request.method in {"GET", "HEAD"}
        and "HTTP_AUTHORIZATION" not in said
        and said.get("HTTP_ACCEPT", "") in UNWEIGHED
    )
