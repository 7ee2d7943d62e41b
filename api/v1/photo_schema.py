"""What the OpenAPI description says of photos."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.v1.schema import MAYBE, TEXT, TOKEN
from reports.models import PhotoKind, PhotoState, Refusal

_NUMBER = {"type": "integer"}
_PHOTO = {
    "type": "object",
    "properties": {
        "number": _NUMBER,
        "kind": {"type": "string", "enum": PhotoKind.values},
        "state": {"type": "string", "enum": PhotoState.values},
        "refusal": {"type": "string", "enum": Refusal.values, "nullable": True},
        "refusal_detail": MAYBE,
        "format": TEXT,
        "bytes": _NUMBER,
        "url": MAYBE,
        "thumbnail_url": MAYBE,
        "width": {"type": "integer", "nullable": True},
        "height": {"type": "integer", "nullable": True},
        "is_public": {"type": "boolean"},
        "uploaded_at": {"type": "string", "format": "date-time"},
        "from_reporter": {"type": "boolean"},
        "original_url": MAYBE,
        "sha256": TEXT,
        "taken_at": {"type": "string", "format": "date-time", "nullable": True},
        "gps_distance_m": {"type": "number", "nullable": True},
        "redactions": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        "reviewed_at": {"type": "string", "format": "date-time", "nullable": True},
    },
}
PHOTO = OpenApiResponse(_PHOTO, "The photo; the staff see the members from `from_reporter` on.")
PHOTOS = OpenApiResponse(
    {"type": "object", "required": ["photos"], "properties": {"photos": {"type": "array", "items": _PHOTO}}},
    "The photos, each as the viewer may see it.",
)
_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
_KEEP = {"type": "string", "enum": ["true", "false"], "default": "false"}
FORM = {
    "multipart/form-data": {
        "type": "object",
        "required": ["photo"],
        "properties": {
            "photo": _FILES,
            "kind": {"type": "string", "enum": PhotoKind.values, "default": "before"},
            "keep_original": _KEEP
            | {"description": "The sender lets the staff keep the original with the place and time in it."},
        },
    }
}
ONE_PHOTO = {
    "multipart/form-data": {
        "type": "object",
        "required": ["photo"],
        "properties": {"photo": {"type": "string", "format": "binary"}},
    }
}
HASH = OpenApiResponse(
    {"type": "object", "properties": {"photo_hash": {"type": "string", "nullable": True}}},
    "Sixteen hexadecimal digits.",
)
FILING_FORM = {
    "type": "object",
    "required": ["report"],
    "properties": {
        "report": {"type": "string", "description": "The report, as application/json has it."},
        "photo": _FILES,
        "keep_original": _KEEP,
    },
}
KEYS = [
    TOKEN,
    OpenApiParameter(
        "Tracking-Token", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The same token, out of the address."
    ),
]
FILE_KEYS = [
    *KEYS,
    OpenApiParameter("file", OpenApiTypes.STR, OpenApiParameter.PATH, enum=["view", "thumbnail", "original"]),
]
FILE = {
    (200, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY, "The picture."),
    (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "An original, in its own format."),
}

_VERSION = OpenApiParameter("Tus-Resumable", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, enum=["1.0.0"])
TUS = [_VERSION]
TUS_BEGIN = [
    *KEYS,
    _VERSION,
    OpenApiParameter("Upload-Length", OpenApiTypes.INT, OpenApiParameter.HEADER, required=True),
    OpenApiParameter(
        "Upload-Metadata",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="`filetype`, `kind`, `keep_original`, each with a value in Base64, parted by commas.",
    ),
]
TUS_PIECE = [_VERSION, OpenApiParameter("Upload-Offset", OpenApiTypes.INT, OpenApiParameter.HEADER, required=True)]
PIECE = {"type": "string", "format": "binary"}
BEGUN = OpenApiResponse(description="Begun: `Location` is its address, `Upload-Expires` its end.")
STANDS = OpenApiResponse(description="`Upload-Offset` is how far it has come.")
