"""Photos: added to a report, looked at by whoever may, decided upon by the staff, and served."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import count_photos, viewer_of
from api.conditional import FOR_ONE
from api.errors import Fault, Problem, not_found, refusal
from api.negotiation import PlainJSONRenderer
from api.parsers import StrictJSONParser
from api.permissions import Public
from api.uploads import PhotosParser, content_length, storage_away
from api.v1 import photo_schema
from api.v1.bodies import StrictSerializer, validated
from api.v1.fields import FlagField
from api.v1.photo_access import Asking, asking_about, no_such_photo
from api.v1.photo_parts import (
    KEEP,
    KIND,
    PHOTO,
    known_parts,
    not_taken,
    read_photos,
    stored_photos,
    too_many,
    too_slow,
)
from api.v1.photo_shapes import ORIGINAL, THUMBNAIL, VIEW, photo_for, photos_for
from people.access import Right
from reports import photos
from reports.models import Mime, Photo, Refusal
from reports.models.photo import SMALL
from reports.photos.files import is_key, names_of, read

ENDINGS = {Mime.JPEG: "jpg", Mime.PNG: "png", Mime.WEBP: "webp", Mime.HEIC: "heic", Mime.PDF: "pdf"}
# Browsers keep what they have shown; what stands between them and us asks again soon, so that what is hidden, covered
# or removed is not handed out for long.
SHARED = "public, max-age=31536000, s-maxage=300, immutable"


@extend_schema_field({"type": "array", "items": {"type": "array", "items": {"type": "number"}}})
class RectanglesField(serializers.Field[list[list[float]], Any, list[list[float]], Any]):
    """Rectangles as parts of the picture; what they must be, the verb knows."""

    default_error_messages = {
        "null": gettext_lazy("This may be left out, but not null."),
        "invalid_rectangles": gettext_lazy(
            "Write rectangles as [x, y, width, height], parts from 0 to 1 of the upright picture, at most 50."
        ),
    }

    def to_internal_value(self, data: Any) -> list[list[float]]:
        """Lists of four numbers."""
        if not isinstance(data, list) or not all(isinstance(each, list) and _are_numbers(each) for each in data):
            self.fail("invalid_rectangles")
        return data

    def to_representation(self, value: list[list[float]]) -> list[list[float]]:
        """The rectangles."""
        return value


def _are_numbers(values: list[Any]) -> bool:
    return len(values) == 4 and all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)


class DecisionSerializer(StrictSerializer):
    """What the public is to see of a photo."""

    is_public = FlagField(required=False)
    redactions = RectanglesField(required=False)


class PhotosView(APIView):
    """The photos of a report."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]
    parser_classes = [PhotosParser]

    @extend_schema(operation_id="listPhotos", parameters=photo_schema.KEYS, responses=photo_schema.PHOTOS)
    def get(self, request: Request, reference: str) -> Response:
        """List the photos of a report as the viewer may see them: the public's, its reporter's or its staff's."""
        asking = asking_about(request, reference)
        return Response({"photos": asking.shapes()}, headers={"Cache-Control": FOR_ONE})

    @extend_schema(
        operation_id="addPhotos",
        parameters=photo_schema.KEYS,
        request=photo_schema.FORM,
        responses={201: photo_schema.PHOTOS},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Add photos, in parts named `photo`; they are stored before the answer, and decoded after it.

        For the holder of the tracking link, or the staff (`handle`, or `file_for_caller` for photos of before). The
        same file again is the photo that is there.
        """
        at = timezone.now()
        content_length(request._request)
        asking = asking_about(request, reference)
        asking.may_add()
        known_parts(request, {PHOTO, KIND, KEEP})
        if not request.FILES.getlist(PHOTO):
            detail = _("Send at least one file in a part named “photo”.")
            raise refusal([Fault(field=PHOTO, code="photo_missing", detail=detail)])
        incoming = read_photos(request, documents=asking.may_handle)
        asking.may_add_kind(incoming[0].kind)
        with transaction.atomic():  # one commit for both
            announced = photos.announce(incoming, at=at)
            if not asking.is_staff:  # last: from here to the commit an address's requests wait for each other
                count_photos(request, number=len(incoming), at=at)
        stored = stored_photos(announced, at=at)
        try:
            with photos.or_gone(stored, at=at):
                made = photos.add_photos(
                    report=asking.report,
                    stored=stored,
                    at=at,
                    by=asking.viewer.user,
                    from_reporter=not asking.is_staff,
                )
        except photos.TooManyPhotos as error:
            raise too_many() from error
        except photos.NotThere as error:
            raise too_slow() from error
        found = photos_for(made, reference=asking.report.reference, staff=asking.is_staff)
        return Response({"photos": found}, status=201, headers={"Cache-Control": FOR_ONE})


class PhotoView(APIView):
    """One photo of a report."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]
    parser_classes = [StrictJSONParser]

    @extend_schema(operation_id="readPhoto", parameters=photo_schema.KEYS, responses=photo_schema.PHOTO)
    def get(self, request: Request, reference: str, number: int) -> Response:
        """Read what is known of one photo. For its reporter and its staff."""
        asking = asking_about(request, reference)
        return self._shown(asking, asking.insiders_photo(number))

    @extend_schema(operation_id="decidePhoto", request=DecisionSerializer, responses=photo_schema.PHOTO)
    def patch(self, request: Request, reference: str, number: int) -> Response:
        """Show a photo to the public or hide it (`is_public`), or cover rectangles of it. The right: `publish`.

        What is hidden or covered is gone from its public address at once; the covered copy follows under another.
        """
        asking = asking_about(request, reference)
        asking.must(Right.PUBLISH)
        photo = asking.insiders_photo(number)
        given = validated(DecisionSerializer(data=request.data))
        if not given:
            detail = _("Give is_public, redactions or both.")
            raise refusal([Fault(field="", code="required", detail=detail)])
        _decide(asking, photo, given)
        return self._shown(asking, asking.insiders_photo(number))

    @extend_schema(operation_id="removePhoto", parameters=photo_schema.KEYS, responses={204: None})
    def delete(self, request: Request, reference: str, number: int) -> Response:
        """Delete a photo with all its files: for the reporter who sent it, or the staff (`publish`)."""
        asking = asking_about(request, reference)
        photo = asking.insiders_photo(number)
        if not (asking.is_holder and photo.from_reporter):
            asking.must(Right.PUBLISH)
        try:
            photos.remove(photo=photo)
        except photos.PhotoGone as error:
            raise no_such_photo() from error
        return Response(status=204)

    def _shown(self, asking: Asking, photo: Photo) -> Response:
        shape = photo_for(photo, reference=asking.report.reference, staff=asking.is_staff)
        return Response(shape, headers={"Cache-Control": FOR_ONE})


def _decide(asking: Asking, photo: Photo, given: dict[str, Any]) -> None:
    at, by = timezone.now(), asking.viewer.user
    try:
        # Covered first: what is shown by the same request is never shown uncovered.
        if "redactions" in given:
            photos.cover(photo=photo, rectangles=given["redactions"], at=at)
        if "is_public" in given:
            (photos.show if given["is_public"] else photos.hide)(photo=photo, at=at, by=by)
    except photos.PhotoGone as error:
        raise no_such_photo() from error
    except photos.NoRectangles as error:
        detail = RectanglesField.default_error_messages["invalid_rectangles"]
        raise refusal([Fault(field="redactions", code="invalid_rectangles", detail=str(detail))]) from error
    except photos.NotForThePublic as error:
        detail = _("This photo cannot be shown: it is not ready, is no picture, or its category is never public.")
        raise Problem(status=409, code="not_for_the_public", detail=detail) from error


class PhotoFileView(APIView):
    """The files of a photo for its reporter and its staff."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readPhotoFile", parameters=photo_schema.FILE_KEYS, responses=photo_schema.FILE)
    def get(self, request: Request, reference: str, number: int, file: str) -> HttpResponse:
        """Read a photo's `view` or `thumbnail` (JPEG), or for the staff (`see_contact`) its `original` as it came."""
        asking = asking_about(request, reference)
        photo = asking.insiders_photo(number)
        if file == ORIGINAL:
            asking.must(Right.SEE_CONTACT)
        return file_of(photo, file)


class PhotoHashView(APIView):
    """What a photo looks like, for asking whether a report like it is there already."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]
    parser_classes = [PhotosParser]

    @extend_schema(operation_id="hashPhoto", request=photo_schema.ONE_PHOTO, responses=photo_schema.HASH)
    def post(self, request: Request) -> Response:
        """Compute the perceptual hash of one photo, which `findSimilar` takes as `photo_hash`; nothing is stored.

        `null` where the photo tells nothing, being of a single tone. It counts among the photos of the address.
        """
        content_length(request._request)
        known_parts(request, {PHOTO})
        files = request.FILES.getlist(PHOTO)
        if len(files) != 1:
            detail = _("Send one file in a part named “photo”.")
            raise refusal([Fault(field=PHOTO, code="photo_missing", detail=detail)])
        if viewer_of(request).user is None:
            count_photos(request, number=1, at=timezone.now())
        value = _hash_of(files[0])
        return Response({"photo_hash": None if value is None else f"{value % (1 << 64):016x}"})


def _hash_of(file: Any) -> int | None:
    try:
        return photos.hash_of(file, declared=file.content_type or "")
    except photos.NotTaken as error:
        raise not_taken(error, field=PHOTO) from error
    except photos.Refused as error:
        code = "not_only_a_photo" if error.why == Refusal.NOT_ONLY_A_PHOTO else "photo_refused"
        fault = Fault(field=PHOTO, code=code, detail=str(error.why.label))
        raise refusal([fault], status=422) from error
    except photos.Unfinished as error:
        raise storage_away() from error


class PublicPhotoView(APIView):
    """Public renditions, under names that nobody guesses."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readPublicPhoto", responses=photo_schema.FILE)
    def get(self, request: Request, name: str) -> HttpResponse:
        """Read a public rendition, or its thumbnail; gone as soon as the photo or its report is hidden."""
        key = name.removesuffix(SMALL)
        if not is_key(key) or not Photo.objects.public().filter(public_rendition=key).exists():
            raise not_found()
        response = _file(names_of(key, public=True)[key != name])
        response["Cache-Control"] = SHARED
        return response


def file_of(photo: Photo, file: str) -> HttpResponse:
    """One of a photo's own files, for one viewer; an original only to be saved. Raises Problem."""
    response: HttpResponse | None = None
    if file == ORIGINAL and photo.original:
        response = _file(photo.original, mime=photo.mime)
        name = f"photo-{photo.number}.{ENDINGS[Mime(photo.mime)]}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    elif file in {VIEW, THUMBNAIL} and photo.rendition:
        response = _file(names_of(photo.rendition, public=False)[file == THUMBNAIL])
    if response is None:
        raise not_found()
    response["Cache-Control"] = FOR_ONE
    return response


def _file(name: str, *, mime: str = Mime.JPEG) -> HttpResponse:
    try:
        content = read(name)
    except photos.StorageAway as error:
        raise storage_away() from error
    return HttpResponse(content, content_type=str(mime), headers={"X-Content-Type-Options": "nosniff"})
