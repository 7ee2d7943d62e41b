"""Photos as they are sent: the parts of a form looked at and stored, each refusal with what to do about it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.errors import Fault, Problem, refusal
from api.parsers import read_object
from api.uploads import storage_away, too_large, too_many_files
from reports import photos
from reports.models import PhotoKind
from reports.photos import sentences

PHOTO, KIND, KEEP, REPORT = "photo", "kind", "keep_original", "report"


def is_form(request: Request) -> bool:
    """Whether the body is a form with files."""
    return str(request.content_type or "").partition(";")[0].strip().lower() == "multipart/form-data"


def read_report(request: Request) -> dict[str, Any]:
    """The report among the parts: one JSON object. Raises Problem."""
    known_parts(request, {REPORT, PHOTO, KEEP})
    parts = [*request.POST.getlist(REPORT), *request.FILES.getlist(REPORT)]
    if len(parts) != 1:
        detail = _("Send the report once, as JSON in a part named “report”.")
        raise refusal([Fault(field=REPORT, code="required", detail=detail)])
    content = parts[0].encode() if isinstance(parts[0], str) else parts[0].read()
    return read_object(content)


def known_parts(request: Request, known: set[str]) -> None:
    """Refuse, with a Problem, parts that nobody would read."""
    for name in sorted({*request.POST, *request.FILES} - known):
        detail = _("There is no such member; known are: {known}.").format(known=", ".join(sorted(known)))
        raise refusal([Fault(field=name[:50], code="unknown_member", detail=detail)])


def read_photos(request: Request, *, documents: bool = False, kind: PhotoKind | None = None) -> list[photos.Incoming]:
    """The files in parts named `photo`, each looked at; raises Problem that names the first that is not taken."""
    keep = flag(request.POST.get(KEEP, "false"), KEEP)
    kind = kind or kind_of(request.POST.get(KIND, PhotoKind.BEFORE))
    if any(request.POST.getlist(PHOTO)):
        detail = _("Send each photo as a file: its part is to have a filename.")
        raise refusal([Fault(field=PHOTO, code="photo_missing", detail=detail)])
    sent = request.FILES.getlist(PHOTO)
    if len(sent) > settings.PHOTOS_PER_REQUEST:
        raise too_many_files()
    found = []
    for place, file in enumerate(sent):
        try:
            found.append(
                photos.look_at(
                    file, declared=file.content_type or "", documents=documents, kind=kind, keeps_original=keep
                )
            )
        except photos.NotTaken as error:
            raise not_taken(error, field=f"{PHOTO}[{place}]") from error
    return found


def flag(value: str, name: str) -> bool:
    """`true` or `false`; raises Problem."""
    if value not in {"true", "false"}:
        raise refusal([Fault(field=name, code="wrong_type", detail=_("Write true or false here."))])
    return value == "true"


def kind_of(value: str) -> PhotoKind:
    """The kind by its name; raises Problem."""
    if value not in PhotoKind.values:
        detail = _("Choose one of: {known}.").format(known=", ".join(PhotoKind.values))
        raise refusal([Fault(field=KIND, code="unknown_value", detail=detail)])
    return PhotoKind(value)


def stored_photos(announced: Sequence[photos.Stored], *, at: datetime) -> list[photos.Stored]:
    """Announced files in the storage; raises Problem (503)."""
    try:
        return photos.store(announced, at=at)
    except photos.StorageAway as error:
        raise storage_away() from error


def digest_of(incoming: Sequence[photos.Incoming]) -> list[str]:
    """What tells one set of photos from another."""
    return [f"{each.sha256} {each.kind} {json.dumps(each.keeps_original)}" for each in incoming]


def not_taken(error: photos.NotTaken, *, field: str) -> Problem:
    """The refusal of one file."""
    if error.code == "photo_too_large":
        return too_large()
    statuses = {"empty_file": 400, "not_only_a_photo": 422, "documents_only_from_staff": 403}
    fault = Fault(field=field, code=error.code, detail=sentences.sentence_of(error.code))
    return refusal([fault], status=statuses.get(error.code, 415))


def too_many() -> Problem:
    """The refusal of one photo more than a report may have."""
    return Problem(status=409, code="too_many_photos", detail=sentences.too_many())


def too_slow() -> Problem:
    """The answer where files were not kept in time."""
    detail = _("The photo was not kept in time; please send it again.")
    return Problem(status=503, code="photo_away", detail=detail, headers={"Retry-After": "1"})
