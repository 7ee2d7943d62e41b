"""Counts instead of reports: clusters for maps, and how many reports each jurisdiction has."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from api.clients import viewer_of
from api.conditional import FOR_ONE, answer, etag_of
from api.negotiation import PlainJSONRenderer
from api.params import Params, bad
from api.permissions import Public
from api.timeouts import query_timeout
from api.v1 import schema
from api.v1.filtering import filter_names, report_filter
from geo.world import WorldBox
from jurisdictions.catalog import read_catalog
from jurisdictions.models import Category, Jurisdiction, Level
from people.access import PUBLIC, Viewer
from reports.density import (
    Cluster,
    TooManyClusters,
    View,
    changes_under,
    clusters,
    ground_counts,
    level_of,
)
from reports.filters import ReportFilter
from reports.workflow import Status

GEOJSON = "application/geo+json"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    params: Params
    viewer: Viewer
    narrowing: ReportFilter
    catalog: str
    """The version of the names by which the answer calls things."""


_STATUSES: Final = tuple(Status.values)


class ClustersView(APIView):
    """The reports of a view of the map, counted in cells of 64 pixels."""

    permission_classes = [Public]

    @extend_schema(operation_id="listClusters", parameters=schema.CLUSTERS, responses=schema.CLUSTER_COLLECTION)
    def get(self, request: Request) -> HttpResponse:
        """Count the reports of a view as GeoJSON points; exact at every zoom, for every box and filter.

        The box is half-open: its northern and eastern edges belong to its neighbours.
        """
        with query_timeout():
            asked = _asked(request, "bbox", "zoom")
            view, zoom = _view(asked.params), asked.params.zoom()
            if zoom is None:
                raise bad("zoom", "required", _("zoom is a whole number from 0 to 24."))

            def make() -> HttpResponse:
                return HttpResponse(
                    _feature_collection(_clusters(asked, view, zoom), _decimals(zoom)), content_type=GEOJSON
                )

            return _answer(request, asked, view.box, make)


class JurisdictionCountsView(APIView):
    """How many reports each jurisdiction of a level has."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="countByJurisdiction", parameters=schema.JURISDICTION_COUNTS, responses=schema.COUNTS)
    def get(self, request: Request) -> HttpResponse:
        """Count the reports of each jurisdiction of a level, by status."""
        with query_timeout():
            asked = _asked(request, "level")
            level = _level(asked.params)
            return _answer(request, asked, None, lambda: JsonResponse(_counts(asked, level)))


def _asked(request: Request, *own_names: str) -> _Asked:
    catalog = read_catalog()
    params = Params(request.GET, known=[*own_names, *filter_names(catalog.levels)])
    narrowing = report_filter(params, levels=catalog.levels)
    return _Asked(params=params, viewer=viewer_of(request), narrowing=narrowing, catalog=catalog.version)


def _view(params: Params) -> View:
    box = params.bbox()
    west, south, east, north = box.extent if box else (-180.0, -90.0, 180.0, 90.0)
    return View.within(west=west, south=south, east=east, north=north)


def _level(params: Params) -> str:
    code = params.text("level")
    known = list(Level.objects.order_by("rank", "code").values_list("code", flat=True))
    if code not in known:
        detail = _("Name a level; known are: %(known)s.") % {"known": ", ".join(known)}
        raise bad("level", "unknown_level" if code else "required", detail)
    return code


def _answer(request: Request, asked: _Asked, box: WorldBox | None, make: Callable[[], HttpResponse]) -> HttpResponse:
    if asked.viewer == PUBLIC:
        # Read before the counts: what changes in between comes under the older validator and is fetched again.
        response = answer(request, make, etag=etag_of(request, asked.catalog, changes_under(box)))
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
    """As many as a tenth of a pixel needs."""
    return max(4, min(7, math.ceil(math.log10(2 ** (zoom + 9) / 36))))


def _feature_collection(found: Sequence[Cluster], decimals: int) -> bytes:
    codes = dict(Category.objects.values_list("pk", "code")) if found else {}
    collection: dict[str, Any] = {"type": "FeatureCollection", "count": sum(each.count for each in found)}
    if found:
        whole = replace(found[0])
        for each in found:
            whole.reach(each)
        collection["bbox"] = _outwards(whole, decimals)
    collection["features"] = [_feature(each, codes, decimals) for each in found]
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _feature(cluster: Cluster, codes: Mapping[int, str], decimals: int) -> dict[str, Any]:
    lon, lat = cluster.center
    return {
        "type": "Feature",
        "id": f"{cluster.level}/{cluster.x}/{cluster.y}",
        "geometry": {"type": "Point", "coordinates": [round(lon, decimals), round(lat, decimals)]},
        "properties": _properties(cluster, codes, decimals),
    }


def _properties(cluster: Cluster, codes: Mapping[int, str], decimals: int) -> dict[str, Any]:
    """Flat, as everything in maps: what has no reports is left out, lists are parted by commas as in filters."""
    top = cluster.top_categories
    return {
        "count": cluster.count,
        "expansion_zoom": cluster.expansion_zoom,
        **dict(zip(("west", "south", "east", "north"), _outwards(cluster, decimals), strict=True)),
        **_by_status(cluster.statuses),
        "top_categories": ",".join(codes[key] for key, _ in top),
        "top_counts": ",".join(str(count) for _, count in top),
        **({"reference": cluster.reference} if cluster.reference else {}),
    }


def _by_status(statuses: Mapping[str, int]) -> dict[str, int]:
    return {f"status_{name}": statuses[name] for name in _STATUSES if statuses.get(name)}


def _outwards(cluster: Cluster, decimals: int) -> tuple[float, float, float, float]:
    """West, south, east and north, rounded so that all reports stay inside."""
    fine = 10**decimals
    west, south, east, north = cluster.bounds
    return (
        math.floor(west * fine) / fine,
        math.floor(south * fine) / fine,
        math.ceil(east * fine) / fine,
        math.ceil(north * fine) / fine,
    )


def _counts(asked: _Asked, level: str) -> dict[str, Any]:
    found = ground_counts(level=level, viewer=asked.viewer, narrowing=asked.narrowing)
    counts = {(each.root_id, each.code): each for each in found}
    rows = [
        {"code": code, "city_code": city_code, "count": 0}
        | ({"count": count.count, **_by_status(count.statuses)} if (count := counts.get((root, code))) else {})
        for root, city_code, code in _jurisdictions(level)
    ]
    return {"level": level, "count": sum(row["count"] for row in rows), "counts": rows}


def _jurisdictions(level: str) -> Sequence[tuple[int, str, str]]:
    """Each jurisdiction of the level: its city's key and code (a city's own), and its code."""
    rows = Jurisdiction.objects.at_level(level).annotate(
        city_id=Coalesce("root_id", "pk"), city_code=Coalesce("root__code", "code")
    )
    return list(rows.order_by("city_code", "pk").values_list("city_id", "city_code", "code"))
