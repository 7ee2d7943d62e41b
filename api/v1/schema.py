"""What the OpenAPI description says of parameters and answers that SQL writes."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from reports.workflow import Status


def query(name: str, description: str, *, required: bool = False, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    """A query parameter."""
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, required=required, description=description)


def _feature(geometry: str, properties: dict[str, Any]) -> dict[str, Any]:
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


def _collection(feature: dict[str, Any]) -> dict[str, Any]:
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


def _geojson(schema: dict[str, Any], description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(200, "application/geo+json"): OpenApiResponse(schema, description)}


def collection_of_points(properties: dict[str, Any], description: str) -> dict[tuple[int, str], OpenApiResponse]:
    """A FeatureCollection of points with these properties."""
    return _geojson(_collection(_feature("Point", properties)), description)


_TEXT = {"type": "string"}
_MAYBE = {"type": "string", "nullable": True}
_MOMENT = {"type": "string", "format": "date-time"}
_NAMED = {
    "type": "object",
    "nullable": True,
    "properties": {"code": _TEXT, "name_fa": _TEXT, "name_en": _TEXT},
}
_BOTH = {"type": "object", "nullable": True, "properties": {"fa": _TEXT, "en": _TEXT}}

REPORT_ROW = _feature(
    "Point",
    {
        "reference": _TEXT,
        "category": _TEXT,
        "status": _TEXT,
        "received_at": _MOMENT,
        "reported_at": _MOMENT,
        "text": _TEXT,
        "department_code": _MAYBE,
        "duplicate": {"type": "boolean"},
        "parent": _MAYBE,
    },
)
REPORT = OpenApiResponse(
    _feature(
        "Point",
        {
            "reference": _TEXT,
            "category": _TEXT,
            "status": _TEXT,
            "text": _TEXT,
            "received_at": _MOMENT,
            "department": _NAMED,
            "jurisdictions": {"type": "object", "additionalProperties": _NAMED},
            "explanation": _BOTH,
            "expected_at": {"type": "string", "format": "date-time", "nullable": True},
            "deadline_kept": {"type": "boolean", "nullable": True},
            "tracking_link": {"type": "string", "format": "uri"},
        },
    ),
    "The report as a GeoJSON Feature.",
)
REPORT_COLLECTION = {
    **_geojson(_collection(REPORT_ROW), "A page of reports; `links` (`rel: next`, `prev`) lead on and back."),
    (200, "application/geo+json-seq"): OpenApiResponse(OpenApiTypes.STR, "Features, each behind a record separator."),
    (200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.STR, "Features, one a line."),
    (200, "application/vnd.city-eye.compact+json"): OpenApiResponse(
        {
            "type": "object",
            "required": ["fields", "rows"],
            "properties": {
                "fields": {"type": "array", "items": _TEXT},
                "rows": {"type": "array", "items": {"type": "array", "items": {}}},
            },
        },
        "The names of the columns, `lon` and `lat` first, and an array for each report.",
    ),
}
JURISDICTION_COLLECTION = _geojson(
    _collection(
        _feature(
            "MultiPolygon",
            {
                "level": _TEXT,
                "code": _TEXT,
                "name_fa": _TEXT,
                "name_en": _TEXT,
                "parent_level": _MAYBE,
                "parent_code": _MAYBE,
                "city_code": _TEXT,
                "first_day": {"type": "string", "format": "date"},
            },
        )
    ),
    "The boundaries in force today.",
)
STREET_COLLECTION = _geojson(
    _collection(_feature("MultiLineString", {"name_fa": _TEXT, "name_en": _TEXT, "road_class": _TEXT})),
    "The main streets.",
)
_ROUTE = {
    "city": _TEXT,
    "category": _MAYBE,
    "on": {"type": "string", "format": "date"},
    "at": {"type": "string", "format": "date-time", "nullable": True},
    "department": _NAMED,
    "method": {"type": "string", "enum": ["covers", "nearest", "outside"]},
    "edge_m": {"type": "number"},
    "near_boundary": {"type": "boolean"},
    "runners_up": {"type": "array", "items": _NAMED},
    "ambiguous": {"type": "boolean"},
    "candidates": {"type": "array", "items": _NAMED},
    "rule_id": {"type": "integer", "nullable": True},
    "boundary_id": {"type": "integer"},
    "explanation": _BOTH,
}
ROUTE = _geojson(
    _feature("Point", _ROUTE), "Who answers there, and why; one further property for each level of the city."
)
_PROBLEM = {"type": "object", "properties": {"field": _TEXT, "code": _TEXT, "detail": _TEXT}}
ROUTES = _geojson(
    _collection(_feature("Point", _ROUTE | {"problem": _PROBLEM})),
    "The answers in the order of the questions; where there is none, a `problem`.",
)
REPORT_ROUTE = _geojson(
    _feature("Point", _ROUTE),
    "The stored decision; `replayed` is the same question asked again, `differs` what differs.",
)
ROUTE_QUESTION = [
    query("category", "A category's code; without one, no department is named."),
    query("on", "A day on the city's calendar, or a moment; now, unless told."),
    query("source", "The way in (web, app, 137, api, import), for rules that depend on it."),
]
PLACES = _collection(
    _feature("Point", {"category": _TEXT, "source": _TEXT, "accuracy_m": {"type": "number", "minimum": 0}})
)

CATEGORIES = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "groups": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "code": _TEXT,
                        "name_fa": _TEXT,
                        "name_en": _TEXT,
                        "categories": {"type": "array", "items": _NAMED},
                    },
                },
            }
        },
    },
    "The categories a report can be filed under, in groups.",
)

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
PROBLEM_LIST = [each for each in REPORT_LIST if each.name != "fields"] + [
    query("fields", "Names of properties, parted by commas: these alone; none where it is empty. All unless told.")
]
PROBLEM_COLLECTION = _geojson(
    _collection(
        _feature(
            "Point",
            {
                "reference": _TEXT,
                "category": _TEXT,
                "status": _TEXT,
                "text": _TEXT,
                "department_code": _MAYBE,
                "count": {"type": "integer", "minimum": 2},
                "first_report_at": _MOMENT,
                "last_report_at": _MOMENT,
                "categories": _TEXT,
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
_CLUSTER = _feature(
    "Point",
    {
        "count": _COUNT,
        "expansion_zoom": {"type": "integer", "nullable": True},
        **dict.fromkeys(map(str, Status.values), _COUNT),
        "top_categories": _TEXT,
        "reference": _TEXT,
    },
)
_CLUSTERS = _collection(_CLUSTER)
CLUSTER_COLLECTION = _geojson(
    _CLUSTERS | {"properties": _CLUSTERS["properties"] | {"count": _COUNT}},
    "The clusters, whose counts add up to `count`; `expansion_zoom` is the first at which one parts, or null.",
)
COUNTS = OpenApiResponse(
    {
        "type": "object",
        "required": ["level", "count", "problems", "counts"],
        "properties": {
            "level": _TEXT,
            "count": _COUNT,
            "problems": _COUNT,
            "counts": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["code", "city_code", "count", "problems"],
                    "properties": {
                        "code": _TEXT,
                        "city_code": _TEXT,
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
OUTLINES = [
    query(
        "zoom",
        "Draw the outlines for maps of this zoom, 0 to 24, with shared edges kept; whole without it.",
        kind=OpenApiTypes.INT,
    ),
    query("city", "A city's code, where there are several."),
]
VERSION = OpenApiParameter(
    "version", OpenApiTypes.STR, OpenApiParameter.PATH, description="As the `canonical` link of listJurisdictions says."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Sent again within a day with the same body, the request gives the first answer and no second report.",
)
TOKEN = query("token", "The last part of the tracking link's path: shows the report as its reporter sees it.")
