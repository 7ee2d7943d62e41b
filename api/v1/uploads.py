"""Photos that arrive in pieces: tus 1.0.0 (core protocol, creation, expiration, termination)."""

import base64
import binascii
import re
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import count_photos
from api.errors import Problem
from api.negotiation import PlainJSONRenderer
from api.permissions import Public
from api.uploads import content_length, storage_away, too_large
from api.v1 import photo_schema
from api.v1.photo_access import asking_about
from api.v1.photo_parts import KEEP, KIND, flag, kind_of, not_taken, too_many, too_slow
from persian.normalize import NOT_TEXT
from reports import photos
from reports.models import Photo, PhotoUpload
from reports.photos import uploads

VERSION: Final = "1.0.0"
PIECE: Final = "application/offset+octet-stream"
FILETYPE: Final = "filetype"
_NUMBER: Final = re.compile(r"[0-9]{1,12}\Z", re.ASCII)


class TusView(APIView):
    """Every answer names the version of the protocol; requests but OPTIONS must."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse another version."""
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            detail = _("Send the header Tus-Resumable: 1.0.0.")
            code = "unsupported_tus_version"
            raise Problem(status=412, code=code, detail=detail, headers={"Tus-Version": VERSION})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Name the version."""
        done = super().finalize_response(request, response, *args, **kwargs)
        done["Tus-Resumable"], done["Cache-Control"] = VERSION, "no-store"
        return done

    @extend_schema(exclude=True)
    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What of the protocol there is."""
        headers = {
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,expiration,termination",
            "Tus-Max-Size": str(settings.PHOTO_MAX_BYTES),
        }
        return Response(status=204, headers=headers)


class UploadsView(TusView):
    """The door for photos in pieces."""

    @extend_schema(
        operation_id="beginUpload", parameters=photo_schema.TUS_BEGIN, request=None, responses={201: photo_schema.BEGUN}
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Begin the upload of a photo for a report; `Location` is where its bytes go, for a day.

        For whoever may add photos. Whoever has the address of the upload may go on with it.
        """
        at = timezone.now()
        asking = asking_about(request, reference)
        asking.may_add()
        length = _number(request, "Upload-Length", code="invalid_upload_length")
        if length > settings.PHOTO_MAX_BYTES:
            raise too_large()
        told = _metadata(request.headers.get("Upload-Metadata", ""))
        kind = kind_of(told.get(KIND, "before"))
        asking.may_add_kind(kind)
        if not asking.is_staff:
            count_photos(request, number=1, at=at)
        upload = uploads.begin(
            report=asking.report,
            length=length,
            mime=told.get(FILETYPE, ""),
            kind=kind,
            keeps_original=flag(told.get(KEEP, "false"), KEEP),
            at=at,
            by=asking.viewer.user,
            from_reporter=not asking.is_staff,
            documents=asking.may_handle,
        )
        address = request.build_absolute_uri(f"/api/v1/uploads/{upload.key}")
        return HttpResponse(status=201, headers={"Location": address} | _where(upload))


class UploadView(TusView):
    """One photo on its way."""

    @extend_schema(operation_id="readUpload", parameters=photo_schema.TUS, responses={200: photo_schema.STANDS})
    def head(self, request: Request, key: str) -> HttpResponse:
        """Tell how far the upload has come (`Upload-Offset`): from there it goes on."""
        upload = _found(key, at=timezone.now())
        return HttpResponse(headers=_where(upload) | {"Upload-Length": str(upload.length)})

    @extend_schema(
        operation_id="continueUpload",
        parameters=photo_schema.TUS_PIECE,
        request={PIECE: photo_schema.PIECE},
        responses={204: photo_schema.STANDS},
    )
    def patch(self, request: Request, key: str) -> HttpResponse:
        """Send the next bytes, all or some of them; what comes before a connection breaks is kept.

        With the last of them the photo is made, and `Content-Location` names it; one that is not taken is refused
        then, as it is in a form.
        """
        at = timezone.now()
        if request.content_type != PIECE:
            detail = _("Send the body as %(types)s.") % {"types": PIECE}
            raise Problem(status=415, code="unsupported_media_type", detail=detail)
        content_length(request._request)
        upload = _found(key, at=at)
        offset = _number(request, "Upload-Offset", code="wrong_offset", least=0)
        upload = _appended(upload, request, offset=offset, at=at)
        headers = _where(upload)
        if upload.received == upload.length:
            photo = _finished(upload, at=at)
            headers["Content-Location"] = f"/api/v1/reports/{upload.report.reference}/photos/{photo.number}"
        return HttpResponse(status=204, headers=headers)

    @extend_schema(operation_id="endUpload", parameters=photo_schema.TUS, responses={204: None})
    def delete(self, request: Request, key: str) -> HttpResponse:
        """Give up the upload; a photo that was made of it stays."""
        at = timezone.now()
        uploads.forget(upload=_found(key, at=at), at=at)
        return HttpResponse(status=204)


def _found(key: str, *, at: datetime) -> PhotoUpload:
    upload = uploads.find(key, at=at)
    if upload is None:
        raise Problem(status=404, code="not_found", detail=_("There is no such upload, or its time is over."))
    return upload


def _appended(upload: PhotoUpload, request: Request, *, offset: int, at: datetime) -> PhotoUpload:
    try:
        return uploads.append(upload=upload, offset=offset, stream=request._request, at=at)  # type: ignore[arg-type]
    except uploads.WrongOffset as error:
        detail = _("The upload stands elsewhere: ask by HEAD, and go on from there.")
        raise Problem(status=409, code="wrong_offset", detail=detail) from error
    except uploads.TooLong as error:
        detail = _("These bytes reach beyond the length of the upload.")
        raise Problem(status=413, code="upload_too_long", detail=detail) from error
    except uploads.TooManyPieces as error:
        detail = _("The upload comes in too many pieces: begin it anew with larger ones.")
        raise Problem(status=409, code="upload_in_too_many_pieces", detail=detail) from error
    except photos.StorageAway as error:
        raise storage_away() from error


def _finished(upload: PhotoUpload, *, at: datetime) -> Photo:
    try:
        return uploads.finish(upload=upload, at=at)
    except photos.NotTaken as error:
        raise not_taken(error, field="") from error
    except photos.TooManyPhotos as error:
        raise too_many() from error
    except photos.StorageAway as error:
        raise storage_away() from error
    except photos.NotThere as error:
        raise too_slow() from error


def _where(upload: PhotoUpload) -> dict[str, str]:
    """How far it is, and when its time is over."""
    return {"Upload-Offset": str(upload.received), "Upload-Expires": http_date(upload.expires_at.timestamp())}


def _number(request: Request, name: str, *, code: str, least: int = 1) -> int:
    value = request.headers.get(name, "")
    if not _NUMBER.match(value) or int(value) < least:
        detail = _("Send the header %(name)s: a number of bytes.") % {"name": name}
        raise Problem(status=400, code=code, detail=detail)
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """What is told of the file: names, each with a value in Base64, parted by commas; raises Problem."""
    told = {}
    for pair in header.split(",") if header.strip() else []:
        name, _space, value = pair.strip().partition(" ")
        try:
            told[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise _unreadable_metadata() from error
        if NOT_TEXT.search(told[name]):
            raise _unreadable_metadata()
    return told


def _unreadable_metadata() -> Problem:
    detail = _("Write Upload-Metadata as names, each with a value in Base64, parted by commas.")
    return Problem(status=400, code="invalid_upload_metadata", detail=detail)
