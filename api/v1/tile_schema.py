"""What the OpenAPI description and TileJSON say of tiles."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.v1.schema import CLUSTERS, TEXT, query
from geo.mvt import CONTENT_TYPE
from reports.workflow import Status

_NUMBERS = {"type": "array", "items": {"type": "number"}}

LAYERS = OpenApiParameter(
    "layers",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description="`reports`, `duplicate-clusters`, or a level by its code or its code with an s (`districts`); "
    "several parted by commas.",
)
FILTERS = [
    *(each for each in CLUSTERS if each.name not in {"zoom", "bbox"}),
    query("version", "For levels alone: the version that TileJSON names; such a tile may be kept for long."),
]
NUMBERS = [
    OpenApiParameter(name, OpenApiTypes.INT, OpenApiParameter.PATH, description=description)
    for name, description in (
        ("z", "The zoom, 0 to 24."),
        ("x", "The column, from the west."),
        ("y", "The row, from the north."),
    )
]
TILE = {(200, CONTENT_TYPE): OpenApiResponse(OpenApiTypes.BINARY, "A Mapbox Vector Tile 2.1, 4,096 steps wide.")}
TILEJSON = OpenApiResponse(
    {
        "type": "object",
        "required": ["tilejson", "tiles", "vector_layers"],
        "properties": {
            "tilejson": {"type": "string", "enum": ["3.0.0"]},
            "name": TEXT,
            "attribution": TEXT,
            "scheme": TEXT,
            "tiles": {"type": "array", "items": TEXT},
            "minzoom": {"type": "integer"},
            "maxzoom": {"type": "integer"},
            "bounds": _NUMBERS,
            "center": _NUMBERS,
            "vector_layers": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "fields"],
                    "properties": {
                        "id": TEXT,
                        "description": TEXT,
                        "minzoom": {"type": "integer"},
                        "maxzoom": {"type": "integer"},
                        "fields": {"type": "object", "additionalProperties": TEXT},
                    },
                },
            },
        },
    },
    "TileJSON 3.",
)

# The fields of layers, as TileJSON names them.
OUTLINE_FIELDS = {
    "level": "String",
    "code": "String",
    "name_fa": "String",
    "name_en": "String",
    "parent_level": "String",
    "parent_code": "String",
    "city_code": "String",
}
REPORT_FIELDS = {
    "reference": "String",
    "category": "String",
    "status": "String",
    "count": "Number",
    "cluster": "Boolean",
    "point_count_abbreviated": "String",
    "expansion_zoom": "Number",
    "top_category": "String",
    **dict.fromkeys(Status.values, "Number"),
}
PROBLEM_FIELDS = {"reference": "String", "category": "String", "status": "String", "count": "Number"}
