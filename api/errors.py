"""Every refusal as RFC 9457 problem details: a stable code, a sentence that helps, the field it is about."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

# Every code there is; the documentation shows this table, and what a code means does not change.
CODES = {
    "malformed_request": "The request could not be read at all.",
    "malformed_json": "The body is not valid JSON in UTF-8 (NaN and Infinity are no JSON).",
    "not_an_object": "The body is JSON, but not one object.",
    "repeated_member": "A member of an object is there twice.",
    "body_too_deep": "The body is nested too deeply.",
    "body_too_large": "The body is larger than the service reads.",
    "length_required": "The body came without a Content-Length.",
    "unknown_member": "The object has a member that is not known.",
    "required": "A member or parameter is missing.",
    "wrong_type": "The value is of another type.",
    "blank": "The text is empty.",
    "too_long": "The text or the list is too long.",
    "invalid_characters": "The text holds control characters.",
    "unknown_value": "The value is none of those listed.",
    "unknown_category": "There is no such category.",
    "unknown_report": "There is no report with this reference.",
    "same_report": "A report is named together with itself.",
    "other_city": "The two reports lie in different cities.",
    "too_far_apart": "The two reports lie more than a kilometre apart.",
    "contradicting_claims": "Something is said to be the same and not the same at once.",
    "unknown_status": "There is no such status.",
    "unknown_level": "There is no such level.",
    "unknown_city": "There is no such city.",
    "unknown_department": "There is no such department in the city of the report.",
    "unknown_boundary_set": "There is no such boundary set in a city of yours.",
    "unknown_rule": "There is no such routing rule in a city of yours.",
    "unknown_district": "There is no such district; so too unknown_ with the code of every other level.",
    "not_a_feature_collection": "The body is no GeoJSON FeatureCollection.",
    "not_a_feature": "The member of a collection is no GeoJSON Feature.",
    "too_many_features": "The collection has more features than are answered at once.",
    "not_a_point": "The location is not a GeoJSON Point.",
    "invalid_coordinates": "The coordinates are not two finite numbers.",
    "three_dimensional": "The coordinates have a height.",
    "coordinates_out_of_range": "Longitude or latitude is out of range.",
    "coordinates_exchanged": "The place lies outside; with the numbers exchanged it lies inside.",
    "no_boundaries": "No boundaries are known for that day.",
    "outside_service_area": "The place is further away than the service reaches; nearest and distance_m say how far.",
    "invalid_number": "The value is not a number, or out of range.",
    "invalid_time": "The value is not a day or moment.",
    "no_time_zone": "The moment has no time zone.",
    "in_future": "The moment lies in the future.",
    "too_long_ago": "The moment lies before the year 2000.",
    "invalid_phone": "The value is no telephone number.",
    "invalid_email": "The value is no e-mail address.",
    "invalid_bbox": "The box is not minlon,minlat,maxlon,maxlat.",
    "bbox_across_antimeridian": "The box crosses the antimeridian.",
    "invalid_zoom": "The zoom is not a whole number from 0 to 24.",
    "unknown_tile": "There is no tile with these numbers.",
    "unknown_layer": "There is no such layer of tiles, or it is named twice.",
    "invalid_near": "The circle is not lon,lat,metres, or wider than 50,000 metres.",
    "invalid_polygon": "The polygon is no GeoJSON Polygon or MultiPolygon, or crosses itself.",
    "too_many_corners": "The polygon has more than 1,000 corners.",
    "too_short": "The text is too short.",
    "query_too_expensive": "The question takes too long to answer; a narrower one will not.",
    "limit_out_of_range": "The limit is not from 1 to 1,000, or 20 for similar reports.",
    "invalid_hash": "The photo's hash is not sixteen hexadecimal digits.",
    "invalid_page_key": "The page key is not one of ours.",
    "too_many_clusters": "The view holds more than 10,000 clusters at that zoom.",
    "unknown_parameter": "There is no such query parameter.",
    "repeated_parameter": "The query parameter is there twice.",
    "invalid_idempotency_key": "The Idempotency-Key is not 1 to 255 visible ASCII characters.",
    "idempotency_key_reused": "The Idempotency-Key was sent before with another body.",
    "not_authenticated": "There is no token, or it opens nothing.",
    "forbidden": "The account does not have the right.",
    "exactly_one": "Exactly one of several members is to be given.",
    "inactive_department": "The department takes no work at present.",
    "together_already": "The reports are held to be one problem already.",
    "held_apart": "Somebody has said that two of them are not the same; pairs says which.",
    "not_in_cluster": "The report is not, or no longer, part of the problem; references says which.",
    "nobody_left": "None of the problem's reports would stay.",
    "too_many_at_once": "The act would part too many pairs, or join too many reports, at once.",
    "undone_already": "The act has been undone before, or is an undoing itself.",
    "decided_since": "Somebody has decided anew about the same reports; acts says what is to be undone first.",
    "own_report": "The device that told a report is counted with it.",
    "nobody_in_particular": "Neither account nor device, telephone or e-mail: nobody could be told from another.",
    "report_closed": "The problem is closed: what is seen again is told again; recurrence_of says of which.",
    "report_changed": "Somebody else has changed the report meanwhile.",
    "nothing_to_decline": "The report is closed, or no department has it.",
    "transition_not_allowed": "The report is in a status that this step does not follow; current says which.",
    "reason_missing": "The step needs a reason, a note, or (resolved) a photo of the work.",
    "question_missing": "To wait for the citizen needs a note that the reporter may read.",
    "unknown_reason": "There is no such closing reason for that status.",
    "checklist_open": "Required items of the checklist are not done; items names them.",
    "unknown_item": "There is no such item on the report's checklist.",
    "nothing_to_accept": "The report is closed, or no department has it.",
    "nothing_to_delegate": "The report is closed, or no department has it.",
    "unknown_hands": "There is no such person, crew or contractor, or not for the department that has the report.",
    "not_with_a_contractor": "No contractor has the report.",
    "reopened_before": "The reporter has reopened the report once already.",
    "too_late": "The time in which this could be answered is over.",
    "not_closed": "The report is not closed: there is nothing to answer.",
    "answered_before": "This closing has been answered already.",
    "not_waiting": "Nobody waits for an answer of the reporter.",
    "not_in_force_yet": "What was previewed holds from a later day; first_day says which.",
    "wrong_state": "What was previewed (a rerouting, a recomputation) is in another state; state says which.",
    "not_found": "There is nothing at this address.",
    "method_not_allowed": "The address does not know the method; Allow names those it knows.",
    "not_acceptable": "The answer is not available in that format.",
    "unsupported_media_type": "The body is of a type that the address does not read, such as application/json.",
    "unsupported_charset": "The body says that it is in another encoding than UTF-8.",
    "not_followed_live": "Live events cannot be chosen by this parameter of lists.",
    "too_many_streams": "One address has too many live streams open; Retry-After says when to come back.",
    "live_full": "All places for live events are taken; Retry-After says when to come back.",
    "live_away": "Live events are not available at present; Retry-After says when to come back.",
    "body_cut_short": "The body ended before its Content-Length.",
    "malformed_multipart": "The body is not multipart/form-data as RFC 7578 has it.",
    "photo_missing": "The request holds no file in a part named photo.",
    "too_many_files": "The request holds more files than are taken at once.",
    "empty_file": "The file is empty.",
    "photo_too_large": "The file has more bytes than are taken.",
    "unknown_photo_format": "The file is neither JPEG, PNG, WebP nor HEIC, whatever it is called.",
    "photo_type_mismatch": "The file is of another kind than its part says.",
    "not_only_a_photo": "The file holds more than a photo, such as a page, a script or an archive.",
    "photo_refused": "The photo could not be decoded within the limits; detail says why.",
    "documents_only_from_staff": "Only the staff add documents.",
    "too_many_photos": "The report has as many photos as it may have.",
    "invalid_rectangles": "The rectangles are not [x, y, width, height] as parts of the picture, 50 at most.",
    "not_for_the_public": "The photo is not ready, is no picture, or its category is never public.",
    "storage_away": "The files cannot be kept or read at present; nothing was stored.",
    "photo_away": "The photo was not kept in time; nothing was stored, and the request may be sent again.",
    "unsupported_tus_version": "Tus-Resumable is not 1.0.0.",
    "invalid_upload_length": "Upload-Length is missing or no number of bytes that we take.",
    "invalid_upload_metadata": "Upload-Metadata is not as tus has it, or has a value that is not known.",
    "wrong_offset": "Upload-Offset is not where the upload stands; HEAD says where it does.",
    "upload_too_long": "The piece reaches beyond the upload's length.",
    "upload_in_too_many_pieces": "The upload comes in too many pieces.",
    "rate_limited": "Too many reports, points, photos, … from one address; Retry-After says when to come back.",
    "server_error": "The mistake is ours; nothing was stored.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: where (`category`, `location.coordinates`, `bbox`, …), its code, and what to do."""

    field: str
    code: str
    detail: str


@dataclass(kw_only=True)
class Problem(Exception):
    """A refusal on its way to the client. `more` are further members of the answer, `headers` of the response."""

    status: int
    code: str
    detail: str
    errors: Sequence[Fault] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> JsonResponse:
        """The problem as the client gets it."""
        body = {
            "type": f"{settings.PUBLIC_URL}/api/docs#{self.code}",
            "title": _title(self.status),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.more,
        }
        if self.errors:
            body["errors"] = [{"field": each.field, "code": each.code, "detail": each.detail} for each in self.errors]
        return JsonResponse(
            body,
            status=self.status,
            headers=dict(self.headers),
            content_type=CONTENT_TYPE,
            json_dumps_params={"ensure_ascii": False},
        )


def refusal(faults: Sequence[Fault], *, status: int = 400, **more: Any) -> Problem:
    """The problem that these faults make; the first one gives it its code and sentence."""
    return Problem(status=status, code=faults[0].code, detail=faults[0].detail, errors=faults, more=more)


def _title(status: int) -> str:
    titles = {
        400: _("The request is not right"),
        401: _("Who are you?"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("This address does not know that method"),
        406: _("Not available in that format"),
        409: _("This cannot be done as it stands"),
        411: _("The length is missing"),
        412: _("Another version of the protocol"),
        413: _("Too large"),
        415: _("Unknown content type"),
        422: _("The request cannot be carried out"),
        429: _("Too many requests"),
        503: _("Not available now"),
    }
    return titles.get(status, _("Something went wrong here"))


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler: everything it raises itself, in our words."""
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, Http404):
        return not_found().response()
    if isinstance(error, exceptions.APIException):
        return _translated(error, context).response()
    return None


def not_found() -> Problem:
    """There is no such address."""
    return Problem(status=404, code="not_found", detail=_("There is nothing at this address."))


def _translated(error: exceptions.APIException, context: Mapping[str, Any]) -> Problem:
    status = error.status_code
    codes: dict[int, tuple[str, str]] = {
        401: ("not_authenticated", _("Send a valid token as “Authorization: Bearer …”.")),
        403: ("forbidden", _("Your account does not have this right.")),
        405: ("method_not_allowed", _("Use one of the methods that the Allow header names.")),
        406: ("not_acceptable", _("Ask for application/geo+json or application/json.")),
        415: ("unsupported_media_type", _("Send the body as %(types)s.") % {"types": _media_types(context)}),
    }
    code, detail = codes.get(status, ("malformed_request", _("The request could not be read.")))
    headers = {"Allow": ", ".join(context["view"].allowed_methods)} if status == 405 else {}
    if status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return Problem(status=status, code=code, detail=detail, headers=headers)


def _media_types(context: Mapping[str, Any]) -> str:
    """What the view reads."""
    return ", ".join(parser.media_type for parser in context["view"].parser_classes)


_ANSWERED_BY_DJANGO = (Http404, SuspiciousOperation, PermissionDenied)  # with a 4xx, which becomes a problem as well


class ProblemMiddleware:
    """Below /api, what answers with a page of its own (an unknown address, a refused host, a bug) gives a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_error = response.status_code >= 400
        if is_error and request.path_info.startswith("/api/") and not _speaks_json(response):
            return problem_for(response.status_code).response()
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A bug below /api is logged, and answered without telling its insides."""
        if not request.path_info.startswith("/api/") or isinstance(error, _ANSWERED_BY_DJANGO):
            return None
        logger.exception("Unexpected error")
        return problem_for(500).response()


def _speaks_json(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith(CONTENT_TYPE)


def problem_for(status: int) -> Problem:
    """The problem where nothing but a status is known."""
    if status == 404:
        return not_found()
    if status >= 500:
        detail = _("The mistake is ours. Nothing was stored; please try again later.")
        return Problem(status=status, code="server_error", detail=detail)
    return Problem(status=status, code="malformed_request", detail=_("The request could not be read."))
