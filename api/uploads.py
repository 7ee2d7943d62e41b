"""Files as forms send them (multipart/form-data, RFC 7578): counted and measured while they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser, DataAndFiles

from api.errors import Problem
from reports.photos import CutShort, Malformed, NotTaken, StorageAway, TooManyAtOnce, read_parts, sentences

FRAME: Final = 65_536  # bytes around the files: boundaries, headers, small fields


class PhotosParser(BaseParser):
    """A form with photos; raises Problem with what is wrong, before more is read than is taken."""

    media_type = "multipart/form-data"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        """The fields, and the files by the names of their parts."""
        request: HttpRequest = (parser_context or {})["request"]._request
        length = content_length(request)
        if length > settings.PHOTOS_PER_REQUEST * settings.PHOTO_MAX_BYTES + settings.MAX_BODY_BYTES + FRAME:
            raise too_large()
        try:
            parsed = read_parts(meta=request.META, stream=stream, length=length)
        except Malformed as error:
            raise malformed() from error
        except CutShort as error:
            raise cut_short() from error
        except (NotTaken, TooManyAtOnce, StorageAway) as error:
            raise _refused(error) from error
        return DataAndFiles(*parsed)


def _refused(error: Exception) -> Problem:
    """What the handler stopped at."""
    if isinstance(error, NotTaken):
        return too_large()
    return storage_away() if isinstance(error, StorageAway) else too_many_files()


def content_length(request: HttpRequest) -> int:
    """The length of the body that the client has said; raises Problem where it said none."""
    try:
        return int(request.META["CONTENT_LENGTH"])
    except (KeyError, ValueError) as error:
        detail = _("Send the body's length as Content-Length.")
        raise Problem(status=411, code="length_required", detail=detail) from error


def malformed() -> Problem:
    """The refusal of a body that is no form, or has a part that nobody can read."""
    detail = _(
        "The body is not a form with files: send multipart/form-data with its boundary, "
        "each part with its name, and all text in UTF-8."
    )
    return Problem(status=400, code="malformed_multipart", detail=detail)


def cut_short() -> Problem:
    """The refusal of a body that ended early."""
    return Problem(status=400, code="body_cut_short", detail=_("The body ended early: send it again."))


def too_many_files() -> Problem:
    """The refusal of a request with too many files."""
    return Problem(status=413, code="too_many_files", detail=sentences.too_many_at_once())


def too_large() -> Problem:
    """The refusal of a file that is too large."""
    return Problem(status=413, code="photo_too_large", detail=sentences.sentence_of("photo_too_large"))


def storage_away() -> Problem:
    """The answer while the storage does not do its part."""
    return Problem(status=503, code="storage_away", detail=sentences.storage_away(), headers={"Retry-After": "60"})
