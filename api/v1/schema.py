"""What the OpenAPI description says of parameters and answers that SQL writes."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from reports.models import PhotoKind
from reports.workflow import Status


def query(name: str, description: str, *, required: bool = False, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    """A query parameter."""
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, required=required, description=description)


def feature_of(geometry: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON Feature with a geometry of that type and these properties, and maybe others."""
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {
                "type": "object",
                "properties": {
                    "type": {"type": "string", "enum": [geometry]},
                    "coordinates": {"type": "array", "items": {}},
                },
            },
            "properties": {"type": "object", "properties": properties, "additionalProperties": True},
        },
    }


def collection_of(feature: dict[str, Any]) -> dict[str, Any]:
    """A FeatureCollection of such features, with links."""
    link = {"type": "object", "properties": {name: {"type": "string"} for name in ("rel", "href", "type")}}
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": feature},
            "links": {"type": "array", "items": link},
        },
    }


def geojson_of(schema: dict[str, Any], description: str) -> dict[tuple[int, str], OpenApiResponse]:
    """The answer 200 in GeoJSON."""
    return {(200, "application/geo+json"): OpenApiResponse(schema, description)}


def collection_of_points(properties: dict[str, Any], description: str) -> dict[tuple[int, str], OpenApiResponse]:
    """A FeatureCollection of points with these properties."""
    return geojson_of(collection_of(feature_of("Point", properties)), description)


TEXT = {"type": "string"}
MAYBE = {"type": "string", "nullable": True}
MOMENT = {"type": "string", "format": "date-time"}
NAMED = {
    "type": "object",
    "nullable": True,
    "properties": {"code": TEXT, "name_fa": TEXT, "name_en": TEXT},
}
BOTH = {"type": "object", "nullable": True, "properties": {"fa": TEXT, "en": TEXT}}

_PHOTO = {
    "type": "object",
    "properties": {
        "url": TEXT,
        "thumbnail_url": TEXT,
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "kind": {"type": "string", "enum": PhotoKind.values},
    },
}
REPORT_ROW = feature_of(
    "Point",
    {
        "reference": TEXT,
        "category": TEXT,
        "status": TEXT,
        "received_at": MOMENT,
        "reported_at": MOMENT,
        "text": TEXT,
        "department_code": MAYBE,
        "duplicate": {"type": "boolean"},
        "parent": MAYBE,
    },
)
REPORT = OpenApiResponse(
    feature_of(
        "Point",
        {
            "reference": TEXT,
            "category": TEXT,
            "status": TEXT,
            "text": TEXT,
            "received_at": MOMENT,
            "department": NAMED,
            "jurisdictions": {"type": "object", "additionalProperties": NAMED},
            "explanation": BOTH,
            "expected_at": {"type": "string", "format": "date-time", "nullable": True},
            "deadline_kept": {"type": "boolean", "nullable": True},
            "photos": {"type": "array", "items": _PHOTO},
            "tracking_link": {"type": "string", "format": "uri"},
        },
    ),
    "The report as a GeoJSON Feature.",
)
REPORT_COLLECTION = {
    **geojson_of(collection_of(REPORT_ROW), "A page of reports; `links` (`rel: next`, `prev`) lead on and back."),
    (200, "application/geo+json-seq"): OpenApiResponse(OpenApiTypes.STR, "Features, each behind a record separator."),
    (200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.STR, "Features, one a line."),
    (200, "application/vnd.city-eye.compact+json"): OpenApiResponse(
        {
            "type": "object",
            "required": ["fields", "rows"],
            "properties": {
                "fields": {"type": "array", "items": TEXT},
                "rows": {"type": "array", "items": {"type": "array", "items": {}}},
            },
        },
        "The names of the columns, `lon` and `lat` first, and an array for each report.",
    ),
}


REPORT_LIST = [
    query("bbox", "minlon,minlat,maxlon,maxlat in WGS 84, edges included."),
    query("near", "lon,lat,metres: within so many metres (1 to 50,000) on the ground, the nearest first."),
    query(
        "within",
        "A GeoJSON Polygon or MultiPolygon of at most 1,000 corners, edges included; or a jurisdiction: district:9.",
    ),
    query("category", "Category codes, parted by commas."),
    query("department", "Codes of departments, parted by commas; no report whose place is coarse has one here."),
    query("status", "Statuses, parted by commas."),
    query("q", "Words in the public text, all of them, in any spelling; or a reference. 2 to 100 letters."),
    query("district", "Codes of jurisdictions of this level, parted by commas; so too for every other level."),
    query("from", "The first moment (with its zone), or the first day on the city's calendar."),
    query("to", "The first moment, or day, that is no longer asked for."),
    query("limit", "Features on a page, 1 to 1,000; 100 unless told, 1,000 in a sequence.", kind=OpenApiTypes.INT),
    query("after", "The page key of a `next` link."),
    query("before", "The page key of a `prev` link."),
    query(
        "sort",
        "`-received_at` (unless told), `received_at`; with `near` also `distance`, which it then is unless told.",
    ),
    query("fields", "Names of properties, parted by commas: these alone; none where it is empty. All unless told."),
    query("f", "geojson, geojsonseq, ndjson or compact, whatever the Accept header says."),
]
PROBLEM_COLLECTION = geojson_of(
    collection_of(
        feature_of(
            "Point",
            {
                "reference": TEXT,
                "category": TEXT,
                "status": TEXT,
                "text": TEXT,
                "department_code": MAYBE,
                "count": {"type": "integer", "minimum": 2},
                "first_report_at": MOMENT,
                "last_report_at": MOMENT,
                "categories": TEXT,
                **{edge: {"type": "number"} for edge in ("west", "south", "east", "north")},
            },
        )
    ),
    "A page of problems, each at the place of its main report.",
)
_FILTERS = [
    each
    for each in REPORT_LIST
    if each.name in {"category", "department", "district", "from", "q", "status", "to", "within"}
]
CLUSTERS = [
    query("zoom", "The map's zoom, a whole number from 0 to 24.", required=True, kind=OpenApiTypes.INT),
    query("bbox", "minlon,minlat,maxlon,maxlat in WGS 84, half-open; the world unless told."),
    *_FILTERS,
]
JURISDICTION_COUNTS = [
    query("level", "The level's code: city, district, zone, neighborhood, …", required=True),
    *_FILTERS,
]
_COUNT = {"type": "integer", "minimum": 0}
_CLUSTER = feature_of(
    "Point",
    {
        "count": _COUNT,
        "expansion_zoom": {"type": "integer", "nullable": True},
        **dict.fromkeys(map(str, Status.values), _COUNT),
        "top_categories": TEXT,
        "reference": TEXT,
    },
)
_CLUSTERS = collection_of(_CLUSTER)
CLUSTER_COLLECTION = geojson_of(
    _CLUSTERS | {"properties": _CLUSTERS["properties"] | {"count": _COUNT}},
    "The clusters, whose counts add up to `count`; `expansion_zoom` is the first at which one parts, or null.",
)
COUNTS = OpenApiResponse(
    {
        "type": "object",
        "required": ["level", "count", "problems", "counts"],
        "properties": {
            "level": TEXT,
            "count": _COUNT,
            "problems": _COUNT,
            "counts": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["code", "city_code", "count", "problems"],
                    "properties": {
                        "code": TEXT,
                        "city_code": TEXT,
                        "count": _COUNT,
                        "problems": _COUNT,
                        **dict.fromkeys(map(str, Status.values), _COUNT),
                    },
                },
            },
        },
    },
    "A row for each jurisdiction of the level; a status without reports is left out.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Sent again within a day with the same body, the request gives the first answer and no second report.",
)
TOKEN = query("token", "The last part of the tracking link's path: shows the report as its reporter sees it.")
