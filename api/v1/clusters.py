"""Counts instead of reports: clusters for maps, and how many reports each jurisdiction has."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from api.clients import viewer_of
from api.conditional import FOR_ONE, answer, answer_kept, etag_of
from api.negotiation import GEOJSON, PlainJSONRenderer
from api.params import Params, bad
from api.permissions import Public
from api.timeouts import query_timeout
from api.v1 import schema
from api.v1.filtering import filter_names, report_filter
from api.v1.levels import level_asked
from geo.world import WorldBox, in_degrees
from jurisdictions.models import Jurisdiction
from people.access import PUBLIC, Viewer
from reports.density import (
    Cluster,
    GroundCount,
    State,
    TooManyClusters,
    View,
    clusters,
    ground_counts,
    level_of,
    state_under,
)
from reports.duplicates import repeats_in
from reports.filters import ReportFilter
from reports.workflow import Status


@dataclass(frozen=True, kw_only=True)
class _Asked:
    viewer: Viewer
    narrowing: ReportFilter
    state: State


_STATUSES: Final = tuple(Status.values)


class ClustersView(APIView):
    """The reports of a view of the map, counted in cells of 64 pixels."""

    permission_classes = [Public]

    @extend_schema(operation_id="listClusters", parameters=schema.CLUSTERS, responses=schema.CLUSTER_COLLECTION)
    def get(self, request: Request) -> HttpResponse:
        """Count the reports of a view as GeoJSON points; exact at every zoom, for every box and filter.

        The box is half-open: its northern and eastern edges belong to its neighbors.
        """
        return read_clusters(request._request, viewer_of(request))


class JurisdictionCountsView(APIView):
    """How many reports each jurisdiction of a level has."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="countByJurisdiction", parameters=schema.JURISDICTION_COUNTS, responses=schema.COUNTS)
    def get(self, request: Request) -> HttpResponse:
        """Count the reports of each jurisdiction of a level, by status, and the problems that they tell of.

        A problem with several reports counts once where it lies, and once in all where it lies across an edge.
        """
        with query_timeout():
            params = Params(request.GET)
            asked = _asked(viewer_of(request), params, None, "level")
            level = level_asked(params)
            return _counts_answer(request, asked, lambda: JsonResponse(_counts(asked, level)))


def read_clusters(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The clusters of a view as the viewer may see them. Raises Problem."""
    with query_timeout():
        params = Params(request.GET)
        view, zoom = _view(params), params.zoom()
        asked = _asked(viewer, params, view.box, "bbox", "zoom")
        if zoom is None:
            raise bad("zoom", "required", _("zoom is a whole number from 0 to 24."))

        def make() -> bytes:
            found, codes = _clusters(asked, view, zoom), asked.state.catalog.categories
            return _feature_collection(found, codes, _decimals(zoom))

        return _clusters_answer(request, asked, make)


def _asked(viewer: Viewer, params: Params, box: WorldBox | None, *own_names: str) -> _Asked:
    # Read before the counts: what changes in between comes under the older validator and is fetched again.
    state = state_under(box)
    params.expect([*own_names, *filter_names(state.catalog.levels)])
    narrowing = report_filter(params, catalog=state.catalog)
    return _Asked(viewer=viewer, narrowing=narrowing, state=state)


def _view(params: Params) -> View:
    west, south, east, north = params.bbox() or (-180.0, -90.0, 180.0, 90.0)
    return View.within(west=west, south=south, east=east, north=north)


def _clusters_answer(request: HttpRequest, asked: _Asked, make: Callable[[], bytes]) -> HttpResponse:
    if asked.viewer == PUBLIC:
        etag = etag_of(request, asked.state.catalog.version, asked.state.changes)
        response = answer_kept(request, make, etag=etag, pending=asked.state.pending, content_type=GEOJSON)
    else:
        response = HttpResponse(make(), content_type=GEOJSON, headers={"Cache-Control": FOR_ONE})
    patch_vary_headers(response, ["Accept", "Authorization"])
    return response


def _counts_answer(request: Request, asked: _Asked, make: Callable[[], HttpResponse]) -> HttpResponse:
    if asked.viewer == PUBLIC:
        response = answer(request, make, etag=etag_of(request, asked.state.catalog.version, asked.state.changes))
    else:
        response = make()
        response["Cache-Control"] = FOR_ONE
    patch_vary_headers(response, ["Accept", "Authorization"])
    return response


def _clusters(asked: _Asked, view: View, zoom: int) -> list[Cluster]:
    try:
        return clusters(view=view, level=level_of(zoom), viewer=asked.viewer, narrowing=asked.narrowing)
    except TooManyClusters:
        detail = _("The box holds too many clusters at this zoom: ask for a smaller box, or a smaller zoom.")
        raise bad("bbox", "too_many_clusters", detail) from None


def _decimals(zoom: int) -> int:
    """As many as half a pixel needs."""
    return max(4, min(7, math.ceil(math.log10(2 ** (zoom + 9) / 180))))


def _feature_collection(found: Sequence[Cluster], codes: Mapping[int, str], decimals: int) -> bytes:
    """The clusters as GeoJSON, written by hand: there may be thousands."""
    head = f'{{"type":"FeatureCollection","count":{sum(each.count for each in found)}'
    places, boxes = _places(found, decimals)
    if found:
        wests, souths, easts, norths = zip(*boxes, strict=True)
        head += f',"bbox":[{min(wests)},{min(souths)},{max(easts)},{max(norths)}]'
    said = {key: _quoted(code) for key, code in codes.items()}
    features = ",".join(map(partial(_feature, said), found, places, boxes))
    return f'{head},"features":[{features}]}}'.encode()


def _quoted(code: str) -> str:
    """Text as it stands within a JSON string."""
    return json.dumps(code, ensure_ascii=False)[1:-1]


def _feature(codes: Mapping[int, str], cluster: Cluster, place: Sequence[float], box: Sequence[float]) -> str:
    """Flat properties, as everywhere in maps: what has no reports is left out, lists are parted by commas."""
    zoom = cluster.expansion_zoom
    statuses = "".join([f',"{name}":{count}' for name in _STATUSES if (count := cluster.statuses.get(name))])
    top = ",".join([f"{codes[key]}:{count}" for key, count in cluster.top_categories])
    reference = f',"reference":"{cluster.reference}"' if cluster.reference else ""
    return (
        f'{{"type":"Feature","id":"{cluster.level}/{cluster.x}/{cluster.y}",'
        f'"bbox":[{box[0]},{box[1]},{box[2]},{box[3]}],'
        f'"geometry":{{"type":"Point","coordinates":[{place[0]},{place[1]}]}},'
        f'"properties":{{"count":{cluster.count},"expansion_zoom":{"null" if zoom is None else zoom}{statuses},'
        f'"top_categories":"{top}"{reference}}}}}'
    )


def _places(found: Sequence[Cluster], decimals: int) -> tuple[list[list[float]], list[list[float]]]:
    """Of each cluster longitude and latitude, and the box around its reports, rounded so that all stay inside."""
    means = [(each.sum_x / each.count + 0.5, each.sum_y / each.count + 0.5) for each in found]
    edges = [(each.west, each.south + 1, each.east + 1, each.north) for each in found]
    places, boxes = in_degrees(means, 2).round(decimals), in_degrees(edges, 4) * 10**decimals
    boxes[:, :2], boxes[:, 2:] = np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])
    return places.tolist(), (boxes / 10**decimals).tolist()


def _by_status(statuses: Mapping[str, int]) -> dict[str, int]:
    return {name: statuses[name] for name in _STATUSES if statuses.get(name)}


def _counts(asked: _Asked, level: str) -> dict[str, Any]:
    found = ground_counts(level=level, viewer=asked.viewer, narrowing=asked.narrowing)
    counts = {(each.root_id, each.code): each for each in found}
    repeats, repeated = repeats_in(level=level, viewer=asked.viewer, narrowing=asked.narrowing)
    rows: list[dict[str, Any]] = [
        {"code": code, "city_code": city_code, "count": 0, "problems": 0}
        | (_count(count, repeats.get((root, code), 0)) if (count := counts.get((root, code))) else {})
        for root, city_code, code in _jurisdictions(level)
    ]
    total = sum(row["count"] for row in rows)
    return {"level": level, "count": total, "problems": total - repeated, "counts": rows}


def _count(ground: GroundCount, repeats: int) -> dict[str, int]:
    return {"count": ground.count, "problems": ground.count - repeats, **_by_status(ground.statuses)}


def _jurisdictions(level: str) -> Sequence[tuple[int, str, str]]:
    """Each jurisdiction of the level: its city's key and code (a city's own), and its code."""
    rows = Jurisdiction.objects.at_level(level).annotate(
        city_id=Coalesce("root_id", "pk"), city_code=Coalesce("root__code", "code")
    )
    return list(rows.order_by("city_code", "pk").values_list("city_id", "city_code", "code"))
