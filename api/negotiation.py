"""One format for those who ask for it, for anything, or in one of the ways that map clients ask for it."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

# What clients send who read GeoJSON all the same; GDAL asks for "text/plain, application/json".
GEOJSON_BY_OTHER_NAMES = ("application/json", "text/plain", "application/vnd.geo+json")


class GeoJSONRenderer(JSONRenderer):
    """GeoJSON, by its own media type."""

    media_type = "application/geo+json"
    format = "geojson"
    charset = None


class PlainJSONRenderer(JSONRenderer):
    """JSON that is no geometry."""

    charset = None


class ForgivingNegotiation(DefaultContentNegotiation):
    """As the framework does it; but who asks for JSON by another of its names gets the first format."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and media type to answer with; raises NotAcceptable."""
        available = list(renderers)
        if request.META.get("HTTP_ACCEPT", "*/*") == "*/*":  # most clients: nothing to weigh
            return available[0], str(available[0].media_type)
        try:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(request, available, format_suffix)
        except NotAcceptable:
            accepted: list[Any] = self.get_accept_list(request)
            if not any(str(each).partition(";")[0].strip().lower() in GEOJSON_BY_OTHER_NAMES for each in accepted):
                raise
            return available[0], str(available[0].media_type)
        return chosen
