"""Vector tiles for maps, and what describes them to a map."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from api.clients import viewer_of
from api.conditional import FOR_LONG, FOR_ONE, REVALIDATED, answer, answer_kept, etag_of, redirect_to
from api.errors import Problem
from api.negotiation import PlainJSONRenderer, TileRenderer
from api.params import Params
from api.permissions import Public
from api.timeouts import query_timeout
from api.v1 import tile_schema as schema
from api.v1.filtering import filter_names, report_filter
from api.v1.levels import level_codes
from api.v1.outlines import layer_of
from api.v1.tile_layers import (
    PROBLEMS,
    PROBLEMS_FROM,
    REPORTS,
    SINGLES_FROM,
    Layer,
    layers_named,
    problem_layer,
    report_layer,
)
from geo.mvt import CONTENT_TYPE
from geo.tiles import NoSuchTile, Tile
from geo.world import MOST_LATITUDE
from jurisdictions.editions import Edition, editions_at, version_of
from jurisdictions.models import Level
from people.access import PUBLIC, Viewer
from reports.density import State, state_under, tile_state
from reports.filters import ReportFilter

ATTRIBUTION = "© OpenStreetMap contributors"
DEEPEST_MADE = 16  # a step is 15 cm there: maps draw its tiles larger beyond it
COARSEST_PLACE_M = 5000  # how far a public place may lie from the place itself
METRES_IN_DEGREE = 110_000  # of latitude, at least


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What one request asks of tiles; `narrowing` is None where no reports are among the layers."""

    layers: Sequence[Layer]
    editions: dict[str, Edition]
    narrowing: ReportFilter | None
    viewer: Viewer
    state: State | None
    """What validates the reports of the tile, or of the world."""
    version: str | None
    """The version of the boundaries that the address is about, if it says one."""

    @property
    def current(self) -> str:
        """The version of all boundaries that the layers show."""
        return version_of(self.editions.values())


class TileView(APIView):
    """One tile, of one layer or several."""

    permission_classes = [Public]
    renderer_classes = [TileRenderer]

    @extend_schema(
        operation_id="readTile", parameters=[schema.LAYERS, *schema.NUMBERS, *schema.FILTERS], responses=schema.TILE
    )
    def get(self, request: Request, layers: str, z: str, x: str, y: str) -> HttpResponse:
        """Read a vector tile, 4,096 steps wide: reports one by one from zoom 14, clusters above, and boundaries.

        A report is in exactly one tile of a zoom; a tile without anything is empty, not missing.
        """
        return read_tile(request._request, viewer_of(request), layers=layers, z=z, x=x, y=y)


class TileJSONView(APIView):
    """The description of a set of tiles."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="describeTiles", parameters=[schema.LAYERS, *schema.FILTERS], responses=schema.TILEJSON)
    def get(self, request: Request, layers: str) -> HttpResponse:
        """Describe tiles as TileJSON 3, for any map to begin with; filters go on to the tiles."""
        with query_timeout():
            asked = _asked(request._request, viewer_of(request), layers)
            cities = _cities()
        names = asked.state and asked.state.catalog.version
        tag = etag_of(request, names, asked.current, version_of(cities), request.get_host())
        return answer(request, lambda: JsonResponse(_description(request, layers, asked, cities)), etag=tag)


def read_tile(request: HttpRequest, viewer: Viewer, *, layers: str, z: str, x: str, y: str) -> HttpResponse:
    """The tile of an address as the viewer may see it. Raises Problem."""
    tile = _tile(z, x, y)
    with query_timeout():
        asked = _asked(request, viewer, layers, tile)
        if asked.version not in (None, asked.current):
            return redirect_to(_versioned(request, asked.current))
        response = _answer(request, asked, tile)
    if asked.narrowing is not None:
        patch_vary_headers(response, ["Authorization"])
    return response


def _tile(z: str, x: str, y: str) -> Tile:
    try:
        return Tile.named(z, x, y)
    except NoSuchTile:
        detail = _("A tile is zoom/x/y: a zoom from 0 to 24, then two whole numbers from 0 to 2^zoom − 1.")
        raise Problem(status=404, code="unknown_tile", detail=detail) from None


def _asked(request: HttpRequest, viewer: Viewer, names: str, tile: Tile | None = None) -> _Asked:
    levels = [] if names == REPORTS else level_codes()
    layers = layers_named(names, levels)
    drawn = [layer.level for layer in layers if layer.level]
    editions = editions_at(timezone.now(), levels=drawn) if drawn else {}
    if len(drawn) == len(layers):
        version = Params(request.GET, known=["version"]).text("version")
        return _Asked(layers=layers, editions=editions, narrowing=None, viewer=PUBLIC, state=None, version=version)
    # Read before the reports: what changes in between comes under the older validator and is fetched again.
    # What a problem counts may lie anywhere.
    is_local = tile is not None and all(layer.name != PROBLEMS for layer in layers)
    state = tile_state(z=tile.z, x=tile.x, y=tile.y) if tile and is_local else state_under()
    params = Params(request.GET, known=filter_names(state.catalog.levels))
    return _Asked(
        layers=layers,
        editions=editions,
        narrowing=report_filter(params, catalog=state.catalog),
        viewer=viewer,
        state=state,
        version=None,
    )


def _answer(request: HttpRequest, asked: _Asked, tile: Tile) -> HttpResponse:
    def make() -> HttpResponse:
        return HttpResponse(_drawn(asked, tile), content_type=CONTENT_TYPE)

    if asked.state is None:
        tag = etag_of(request, asked.current)
        return answer(request, make, etag=tag, keep=FOR_LONG if asked.version else REVALIDATED)
    if asked.viewer != PUBLIC:
        response = make()
        response["Cache-Control"] = FOR_ONE
        return response
    tag = etag_of(request, asked.state.catalog.version, asked.current, asked.state.changes)
    pending = asked.state.pending
    return answer_kept(request, lambda: _drawn(asked, tile), etag=tag, pending=pending, content_type=CONTENT_TYPE)


def _drawn(asked: _Asked, tile: Tile) -> bytes:
    """The layers one after the other, boundaries from the largest ground down, reports last."""
    drawn = [layer_of(asked.editions[each.level], name=each.name, tile=tile) for each in asked.layers if each.level]
    if asked.narrowing is not None and asked.state is not None:
        names, categories = {each.name for each in asked.layers}, asked.state.catalog.categories
        if REPORTS in names:
            drawn.append(report_layer(tile=tile, viewer=asked.viewer, narrowing=asked.narrowing, categories=categories))
        if PROBLEMS in names:
            drawn.append(problem_layer(tile=tile, narrowing=asked.narrowing, categories=categories))
    return b"".join(drawn)


def _versioned(request: HttpRequest, version: str) -> str:
    return request.build_absolute_uri(f"{request.path}?version={version}")


def _cities() -> list[Edition]:
    levels = Level.objects.filter(rank=0).order_by("code").values_list("code", flat=True)
    return list(editions_at(timezone.now(), levels=list(levels)).values())


def _description(request: Request, names: str, asked: _Asked, cities: Sequence[Edition]) -> dict[str, Any]:
    query = request.GET.urlencode(safe=",:") if asked.narrowing is not None else f"version={asked.current}"
    path = request.path.removesuffix(".json")
    return {
        "tilejson": "3.0.0",
        "name": names,
        "attribution": ATTRIBUTION,
        "scheme": "xyz",
        "tiles": [request.build_absolute_uri(path) + "/{z}/{x}/{y}.mvt" + (f"?{query}" if query else "")],
        "minzoom": 0,
        "maxzoom": DEEPEST_MADE,
        **_extent(cities, has_reports=asked.narrowing is not None),
        "vector_layers": [_vector_layer(layer) for layer in asked.layers],
    }


def _extent(cities: Sequence[Edition], *, has_reports: bool) -> dict[str, list[float]]:
    """The bounds of the cities; with reports as far beyond as these may lie, for a map draws nothing outside."""
    bounds = [each for edition in cities if (each := edition.bounds())]
    if not bounds:
        return {}
    west, south = min(each[0] for each in bounds), min(each[1] for each in bounds)
    east, north = max(each[2] for each in bounds), max(each[3] for each in bounds)
    center = [(west + east) / 2, (south + north) / 2]
    if has_reports:
        more_lat = (settings.OUTSIDE_WITHIN_M + COARSEST_PLACE_M) / METRES_IN_DEGREE
        more_lon = more_lat / max(0.01, math.cos(math.radians(max(-south, north) + more_lat)))
        west, south, east, north = west - more_lon, south - more_lat, east + more_lon, north + more_lat
    edges = [max(-180.0, west), max(-MOST_LATITUDE, south), min(180.0, east), min(MOST_LATITUDE, north)]
    return {"bounds": [round(edge, 5) for edge in edges], "center": [*(round(each, 5) for each in center), 10]}


def _vector_layer(layer: Layer) -> dict[str, Any]:
    """What a layer holds. The zooms are those at which tiles are made."""
    fields, about, first = schema.OUTLINE_FIELDS, f"Jurisdictions of the level {layer.level}.", 0
    if layer.name == REPORTS:
        fields, about = schema.REPORT_FIELDS, f"Reports one by one from zoom {SINGLES_FROM}, in clusters before."
    if layer.name == PROBLEMS:
        fields, about, first = schema.PROBLEM_FIELDS, "Problems with several reports.", PROBLEMS_FROM
    return {"id": layer.name, "description": about, "minzoom": first, "maxzoom": DEEPEST_MADE, "fields": fields}
