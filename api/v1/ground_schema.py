"""What the OpenAPI description says of jurisdictions, streets and categories."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.v1.schema import MAYBE, NAMED, TEXT, collection_of, feature_of, geojson_of, query

JURISDICTION_COLLECTION = geojson_of(
    collection_of(
        feature_of(
            "MultiPolygon",
            {
                "level": TEXT,
                "code": TEXT,
                "name_fa": TEXT,
                "name_en": TEXT,
                "parent_level": MAYBE,
                "parent_code": MAYBE,
                "city_code": TEXT,
                "first_day": {"type": "string", "format": "date"},
            },
        )
    ),
    "The boundaries in force today.",
)
STREET_COLLECTION = geojson_of(
    collection_of(feature_of("MultiLineString", {"name_fa": TEXT, "name_en": TEXT, "road_class": TEXT})),
    "The main streets.",
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
                        "code": TEXT,
                        "name_fa": TEXT,
                        "name_en": TEXT,
                        "categories": {"type": "array", "items": NAMED},
                    },
                },
            }
        },
    },
    "The categories a report can be filed under, in groups.",
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
