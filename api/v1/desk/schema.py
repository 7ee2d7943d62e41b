"""What the OpenAPI description says of the desks' answers."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from api.v1 import schema
from api.v1.schema import MAYBE, MOMENT, NAMED, TEXT, query
from reports.models import RunState

_NUMBER = {"type": "integer"}
_MAYBE_MOMENT = MOMENT | {"nullable": True}
_FROM_TO = {
    "type": "array",
    "items": {"type": "object", "properties": {"from": MAYBE, "to": MAYBE, "status": TEXT, "count": _NUMBER}},
}

BULK = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "done": _NUMBER,
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "reference": TEXT,
                        "done": {"type": "boolean"},
                        "changed": {"type": "boolean"},
                        "problem": {"type": "object", "nullable": True},
                    },
                },
            },
        },
    },
    "What was done with each of them, in their order.",
)
WHOLE = OpenApiResponse(OpenApiTypes.OBJECT, "All of the report.")
_WORDS_OF = ("code", "name_fa", "name_en", "status", "category", "text_fa", "text_en")
_WORDS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": dict.fromkeys(_WORDS_OF, MAYBE),
    },
}
REASONS = OpenApiResponse({"type": "object", "properties": {"reasons": _WORDS}}, "The closing reasons in use.")
ANSWERS = OpenApiResponse({"type": "object", "properties": {"answers": _WORDS}}, "The ready answers that fit.")
REASON_LIST = [query("status", "`resolved` or `rejected`; both unless told.")]
ANSWER_LIST = [
    query("category", "The code of the report's category.", required=True),
    query("status", "The status of the step.", required=True),
]
INBOX = {(200, "application/geo+json"): OpenApiResponse(OpenApiTypes.OBJECT, "A page of what is in your charge.")}
INBOX_LIST = [
    query("status", "Statuses, parted by commas; the open ones unless told."),
    query("category", "Codes of categories, parted by commas."),
    query("department", "Codes of departments, parted by commas."),
    query("mine", "`true`: what you have in hand, alone or with your crew."),
    query("unaccepted", "`true`: what its department has not accepted."),
    query("contested", "`true`: what none of the departments asked would have."),
    query("waiting", "`true`: what waits for its reporter."),
    query(
        "due",
        "`overdue`; `soon`: within one working day of the city; `unaccepted`: not accepted by the date for that;"
        " `unknown`: without a date, since the holidays are not known so far.",
    ),
    query("q", "Words of what was told, in any spelling, or a reference."),
    query("from", "Received from this moment or day on."),
    query("to", "Received before this moment or day."),
    query("sort", "`-received_at` unless told, `received_at`, or `due`: then those alone that have a date."),
    query("limit", "Features on a page, 1 to 200; 50 unless told.", kind=OpenApiTypes.INT),
    query("after", "The page key of a `next` link."),
    query("before", "The page key of a `prev` link."),
]

DESK_REPORT = schema.REPORT
ASSIGNMENTS = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "reference": TEXT,
            "assignments": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "department": NAMED,
                        "reason": TEXT,
                        "note": TEXT,
                        "declined_by": NAMED,
                        "contested": {"type": "boolean"},
                        "method": TEXT,
                        "assigned_at": MOMENT,
                        "assigned_by": MAYBE,
                        "ended_at": _MAYBE_MOMENT,
                    },
                },
            },
        },
    },
    "Everybody who had the report, and why.",
)
_MAYBE_HOURS = {"type": "number", "nullable": True}
DEADLINES = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "reference": TEXT,
            "deadline": {
                "type": "object",
                "nullable": True,
                "properties": {
                    **dict.fromkeys(("accept_by", "due_at", "running_since", "accepted_at"), _MAYBE_MOMENT),
                    "ended_at": _MAYBE_MOMENT,
                    **dict.fromkeys(("accept_hours", "resolve_hours", "used_hours"), _MAYBE_HOURS),
                    "accept_level": {"type": "integer", "nullable": True},
                    "resolve_level": {"type": "integer", "nullable": True},
                    "kept": {"type": "boolean", "nullable": True},
                },
            },
            "changes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "until": {"type": "string", "enum": ["accept", "resolve"]},
                        "before": _MAYBE_MOMENT,
                        "after": _MAYBE_MOMENT,
                        "why": TEXT,
                        "level": {"type": "integer", "nullable": True},
                        "at": MOMENT,
                        "by": MAYBE,
                        "recomputation": {"type": "integer", "nullable": True},
                    },
                },
            },
        },
    },
    "The dates and what has moved them; hours are working hours.",
)
_REROUTING = {
    "type": "object",
    "properties": {
        "id": _NUMBER,
        "city": TEXT,
        "boundary_set": {"type": "integer", "nullable": True},
        "rule": {"type": "integer", "nullable": True},
        "on": {"type": "string", "format": "date"},
        "state": TEXT,
        "looked_at": _NUMBER,
        "to_look_at": _NUMBER,
        "moves": {
            "type": "array",
            "items": {"type": "object", "properties": {"state": TEXT, "because": TEXT, "count": _NUMBER}},
        },
        "departments": _FROM_TO,
        "jurisdictions": {"type": "object", "additionalProperties": _FROM_TO},
    },
}
REROUTING = OpenApiResponse(_REROUTING, "The rerouting and its numbers.")
NEW_REROUTING = {
    201: OpenApiResponse(_REROUTING, "The preview with its numbers."),
    202: OpenApiResponse(_REROUTING, "The preview is being made."),
}
ACCEPTED = {202: OpenApiResponse(_REROUTING, "The worker is at it.")}
MOVES = {(200, "application/geo+json"): OpenApiResponse(OpenApiTypes.OBJECT, "A page of reports that move.")}
MOVE_LIST = [
    query("state", "States of the moves (planned, applied, skipped, undone), parted by commas."),
    query("limit", "Features on a page, 1 to 1,000; 100 unless told.", kind=OpenApiTypes.INT),
    query("after", "The page key of a `next` link."),
]
_HOURS = {"type": "number"}
_RECOMPUTATION = {
    "type": "object",
    "properties": {
        "id": _NUMBER,
        "city": TEXT,
        "state": {"type": "string", "enum": RunState.values},
        "looked_at": _NUMBER,
        "to_look_at": _NUMBER,
        "made_at": MOMENT,
        "applied_at": _MAYBE_MOMENT,
        **dict.fromkeys(("later", "earlier", "appear", "vanish"), _NUMBER),
        **dict.fromkeys(("furthest_later_hours", "furthest_earlier_hours", "mean_hours"), _HOURS),
    },
}
RECOMPUTATION = OpenApiResponse(_RECOMPUTATION, "The recomputation and its numbers; hours are of the clock.")
NEW_RECOMPUTATION = {
    201: OpenApiResponse(_RECOMPUTATION, "The preview with its numbers."),
    202: OpenApiResponse(_RECOMPUTATION, "The preview is being made."),
}
RECOMPUTATION_ACCEPTED = {202: OpenApiResponse(_RECOMPUTATION, "The worker is at it.")}
_FLAG = {"type": "boolean"}
_NOTE = {"type": "object", "properties": {"id": _NUMBER, "text": TEXT, "at": MOMENT, "by": MAYBE}}
NOTE = OpenApiResponse(_NOTE, "The note.")
NOTES = OpenApiResponse(
    {"type": "object", "properties": {"reference": TEXT, "notes": {"type": "array", "items": _NOTE}}},
    "The internal notes on a report.",
)
_ITEM = {
    "type": "object",
    "properties": {
        "code": TEXT,
        "name_fa": TEXT,
        "name_en": TEXT,
        "is_required": _FLAG,
        "done_at": _MAYBE_MOMENT,
    },
}
CHECKLIST = OpenApiResponse(
    {"type": "object", "properties": {"reference": TEXT, "items": {"type": "array", "items": _ITEM}}},
    "The checklist of a report, with what is done of it.",
)
_LOAD = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "code": TEXT,
            "name": TEXT,
            "departments": {"type": "array", "items": TEXT},
            "open": _NUMBER,
            "overdue": _NUMBER,
        },
    },
}
LOAD = OpenApiResponse(
    {"type": "object", "properties": {"people": _LOAD, "crews": _LOAD, "contractors": _LOAD}},
    "How many open reports everybody has in hand, the most burdened first.",
)
_LINK = {
    "type": "object",
    "properties": {
        "reports": {"type": "array", "items": TEXT},
        "score": {"type": "number"},
        "kind": TEXT,
        "state": TEXT,
        "features": {"type": "object", "additionalProperties": True},
        "reasons_fa": {"type": "array", "items": TEXT},
        "reasons_en": {"type": "array", "items": TEXT},
        "decided_by": MAYBE,
        "decided_at": _MAYBE_MOMENT,
    },
}
_ACT = {
    "type": "object",
    "properties": {
        "act": _NUMBER,
        "kind": TEXT,
        "reports": {"type": "array", "items": TEXT},
        "at": MOMENT,
        "by": MAYBE,
        "note": TEXT,
        "undone_by": _NUMBER | {"nullable": True},
        "clusters": {"type": "array", "items": {"type": "object", "properties": {"root": TEXT, "count": _NUMBER}}},
    },
}
CLUSTER = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "root": MAYBE,
            "count": _NUMBER,
            "people_waiting": _NUMBER,
            "first_report_at": MOMENT,
            "last_report_at": MOMENT,
            "categories": {"type": "array", "items": TEXT},
            "members": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
            "links": {"type": "array", "items": _LINK},
            "acts": {"type": "array", "items": _ACT},
        },
    },
    "A problem with several reports; links and acts only where it is in your charge.",
)
CLUSTER_ACT = OpenApiResponse(_ACT, "What was done, and the problems that its reports are part of now.")
CLUSTER_LINKS = OpenApiResponse(
    {"type": "object", "properties": {"reference": TEXT, "duplicates": {"type": "array", "items": _LINK}}},
    "The links of a report, the likeliest first.",
)
