"""Forms that broke off on their way are refused: half an answer, or half the number of a report, is none."""

from collections.abc import Callable
from typing import Any, Final, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.translation import gettext as _

from persian.encoding import is_utf8
from reports.photos import sentences
from web.language import API

FORM: Final = "application/x-www-form-urlencoded"
FORM_WITH_FILES: Final = "multipart/form-data"
STAFF: Final = "/admin/"  # the tracking page takes its forms with files apart itself: see web.photo_forms
FRAME: Final = 65_536  # bytes around the files of a form


class WholeFormMiddleware:
    """Reads the forms of pages to their end before anything is done with them.

    The server ends a body where its connection broke, and such a form has no end of its own by which to tell, or one
    that Django does without.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path, kind = request.path_info, request.content_type
        if kind in {FORM, FORM_WITH_FILES} and not path.startswith(API) and not _is_in_utf8(request):
            return _said(_("Send the form in UTF-8; no other encoding is read."), status=415)
        if kind == FORM_WITH_FILES and path.startswith(STAFF):
            if length_of(request) > most_bytes():
                return _said(sentences.sentence_of("photo_too_large"), status=413)
            whole = _files_are_whole(request)
        else:
            whole = kind != FORM or path.startswith(API) or _is_whole(request)
        return self.get_response(request) if whole else _said(_("The body ended early: send it again."), status=400)


def _is_in_utf8(request: HttpRequest) -> bool:
    """Whether it says so, or nothing else."""
    return is_utf8((request.content_params or {}).get("charset", "utf-8"))


def length_of(request: HttpRequest) -> int:
    """How many bytes the body says that it has."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() else 0


def most_bytes() -> int:
    """The largest form with files, of as many as are taken at once."""
    return int(settings.PHOTOS_PER_REQUEST * settings.PHOTO_MAX_BYTES + FRAME)


def _is_whole(request: HttpRequest) -> bool:
    try:
        return len(request.body) == length_of(request)
    except RequestDataTooBig:  # refused in its own words by whoever reads it
        return True
    except UnreadablePostError:
        return False


def _files_are_whole(request: HttpRequest) -> bool:
    """Whether the form came to its end: Django takes it apart here, and has then read all that came."""
    try:
        request.POST  # noqa: B018 - read now
    except UnreadablePostError:
        return False
    return int(cast(Any, request)._stream._pos) == length_of(request)  # what its LimitedStream counts


def _said(words: str, *, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
