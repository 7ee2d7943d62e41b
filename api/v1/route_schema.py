"""What the OpenAPI description says of routes: the questions and the answers."""

from api.v1.schema import BOTH, MAYBE, NAMED, TEXT, collection_of, feature_of, geojson_of, query

_ROUTE = {
    "city": TEXT,
    "category": MAYBE,
    "on": {"type": "string", "format": "date"},
    "at": {"type": "string", "format": "date-time", "nullable": True},
    "department": NAMED,
    "method": {"type": "string", "enum": ["covers", "nearest", "outside"]},
    "edge_m": {"type": "number"},
    "near_boundary": {"type": "boolean"},
    "runners_up": {"type": "array", "items": NAMED},
    "ambiguous": {"type": "boolean"},
    "candidates": {"type": "array", "items": NAMED},
    "rule_id": {"type": "integer", "nullable": True},
    "boundary_id": {"type": "integer"},
    "explanation": BOTH,
}
ROUTE = geojson_of(
    feature_of("Point", _ROUTE), "Who answers there, and why; one further property for each level of the city."
)
_PROBLEM = {"type": "object", "properties": {"field": TEXT, "code": TEXT, "detail": TEXT}}
ROUTES = geojson_of(
    collection_of(feature_of("Point", _ROUTE | {"problem": _PROBLEM})),
    "The answers in the order of the questions; where there is none, a `problem`.",
)
REPORT_ROUTE = geojson_of(
    feature_of("Point", _ROUTE),
    "The stored decision; `replayed` is the same question asked again, `differs` what differs.",
)
ROUTE_QUESTION = [
    query("category", "A category's code; without one, no department is named."),
    query("on", "A day on the city's calendar, or a moment; now, unless told."),
    query("source", "The way in (web, app, 137, api, import), for rules that depend on it."),
]
PLACES = collection_of(
    feature_of("Point", {"category": TEXT, "source": TEXT, "accuracy_m": {"type": "number", "minimum": 0}})
)
