"""What the OpenAPI description says of the search for reports of the same problem."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

from api.v1.schema import collection_of_points, query

_WORDS: Final = {"type": "array", "items": {"type": "string"}}
_PROPERTIES: Final[dict[str, Any]] = {
    "reference": {"type": "string"},
    "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "How likely it is the same problem."},
    "kind": {
        "type": "string",
        "enum": ["duplicate", "recurrence"],
        "description": "A recurrence was closed before: the problem may have come back.",
    },
    "metres": {"type": "number"},
    "hours": {"type": "number"},
    "category": {"type": "string"},
    "status": {"type": "string"},
    "text": {"type": "string"},
    "received_at": {"type": "string", "format": "date-time"},
    "reports": {"type": "integer", "description": "Reports of this problem that you may know of."},
    "people_waiting": {"type": "integer", "description": "Who has told of it or joined, by devices and accounts."},
    "photo": {"type": "string", "nullable": True, "description": "The address of a public photo."},
    "reasons_fa": _WORDS,
    "reasons_en": _WORDS,
    "features": {
        "type": "object",
        "additionalProperties": True,
        "description": "What the score was made of: metres, hours, sudden, kinship, text_likeness, words_shared, "
        "words_near, same_address, contradictions, same_person, photo_likeness; `evidence` is what each added to "
        "the logarithm of the odds.",
    },
}

ANSWER: Final = collection_of_points(_PROPERTIES, "The likeliest reports, open ones first.")
QUESTION: Final[list[OpenApiParameter]] = [
    query("lon", "Longitude, WGS 84.", required=True),
    query("lat", "Latitude, WGS 84.", required=True),
    query("category", "The code of the category.", required=True),
    query("description", "What is to be told, up to 4,000 characters; longer addresses go as a POST."),
    query("address", "Where it is, in words."),
    query("photo_hash", "The perceptual hash of a photo: 64 bits as sixteen hexadecimal digits."),
    query("accuracy_m", "How far off the place may be, in metres."),
    query("limit", "How many, from 1 to 20 (5)."),
]
