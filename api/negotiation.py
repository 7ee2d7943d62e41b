"""The format that a client asks for; GeoJSON by whichever of its names, or where anything will do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from rest_framework.exceptions import NotAcceptable
from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from geo.mvt import CONTENT_TYPE

if TYPE_CHECKING:  # the framework's views import the negotiation that the settings name
    from rest_framework.views import APIView

GEOJSON: Final = "application/geo+json"
# What clients send who read GeoJSON all the same; GDAL asks for "text/plain, application/json".
GEOJSON_BY_OTHER_NAMES = ("application/json", "text/plain", "application/vnd.geo+json")


class GeoJSONRenderer(JSONRenderer):
    """GeoJSON, by its own media type."""

    media_type = GEOJSON
    format = "geojson"
    charset = None


class PlainJSONRenderer(JSONRenderer):
    """JSON that is no geometry."""

    charset = None


class TileRenderer(BaseRenderer):
    """Vector tiles."""

    media_type = CONTENT_TYPE
    format = "mvt"
    charset = None
    render_style = "binary"


class PDFRenderer(BaseRenderer):
    """Pages for paper."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"


class TextSequenceRenderer(GeoJSONRenderer):
    """GeoJSON features, each behind a record separator (RFC 8142)."""

    media_type = "application/geo+json-seq"
    format = "geojsonseq"


class LinesRenderer(GeoJSONRenderer):
    """GeoJSON features, one a line."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class CompactRenderer(GeoJSONRenderer):
    """Names once, then a short array for each feature."""

    media_type = "application/vnd.city-eye.compact+json"
    format = "compact"


class AllowAlone(BaseMetadata):
    """What OPTIONS tells: the methods, in its Allow header; the rest is in the API's description."""

    def determine_metadata(self, request: Request, view: APIView) -> None:
        """Nothing, whatever the format: JSON's renderer is the one that can write that."""
        request.accepted_renderer = PlainJSONRenderer()


class ForgivingNegotiation(DefaultContentNegotiation):
    """By the weights of the Accept header; who asks for JSON by another of its names gets the first format."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and media type to answer with; raises NotAcceptable."""
        available = list(renderers)
        first = available[0]
        if request.META.get("HTTP_ACCEPT", "") in ("", "*/*"):  # most clients: nothing to weigh
            return first, str(first.media_type)
        known = {str(each.media_type): each for each in available}
        preferred = request._request.get_preferred_type([*known, *GEOJSON_BY_OTHER_NAMES])
        if preferred is None:
            raise NotAcceptable(available_renderers=available)
        chosen = known.get(preferred, first)
        return chosen, str(chosen.media_type)
