"""What the OpenAPI description says of parameters and answers that SQL writes."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse


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
            "tracking_link": {"type": "string", "format": "uri"},
        },
    ),
    "The report as a GeoJSON Feature.",
)
REPORT_COLLECTION = _geojson(_collection(REPORT_ROW), "A page of reports; `links` with `rel: next` leads to the next.")
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
    query("category", "Category codes, parted by commas."),
    query("status", "Statuses, parted by commas."),
    query("district", "Codes of jurisdictions of this level, parted by commas; so too for every other level."),
    query("from", "The first moment (with its zone), or the first day on the city's calendar."),
    query("to", "The first moment, or day, that is no longer asked for."),
    query("limit", "Features on a page, 1 to 1,000; 100 unless told.", kind=OpenApiTypes.INT),
    query("after", "The page key of a `next` link."),
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Sent again within a day with the same body, the request gives the first answer and no second report.",
)
TOKEN = query("token", "The last part of the tracking link's path: shows the report as its reporter sees it.")
