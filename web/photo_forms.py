"""Photos in forms of the tracking page: read, counted against their sender's address, stored; and why they are not."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any, TypeVar, cast

from django import forms
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from people.models import PhotoWindow
from people.visitors import NoRoom, take
from persian.display import digits
from reports import photos
from reports.photos import sentences
from web.whole import FORM_WITH_FILES, length_of, most_bytes

Form = TypeVar("Form", bound=forms.Form)


class Unreadable(Exception):
    """What was sent is no form, or has more in its fields than is read."""


REFUSALS = (
    NoRoom,
    Unreadable,
    photos.NotTaken,
    photos.NotThere,
    photos.StorageAway,
    photos.TooManyAtOnce,
    photos.TooManyPhotos,
)


def read_form(request: HttpRequest, form: type[Form]) -> Form:
    """The form as it was sent; raises one of REFUSALS. Where it is too much, before anything is read."""
    length = length_of(request)
    if length > most_bytes():
        raise photos.NotTaken("photo_too_large")
    try:
        if request.content_type != FORM_WITH_FILES:
            return form(request.POST, request.FILES)
        parts = photos.read_parts(meta=request.META, stream=cast(IO[bytes], request), length=length)
        request._post, request._files = parts  # type: ignore[attr-defined]  # the files are closed with the request
        return form(*parts)
    except (photos.CutShort, photos.Malformed, SuspiciousOperation) as error:
        raise Unreadable from error


def store(request: HttpRequest, files: Sequence[Any], *, keep: bool, at: datetime) -> list[photos.Stored]:
    """Files of a form in the storage, for photos to be made of them; raises one of REFUSALS, and stores none then."""
    incoming = [photos.look_at(each, declared=each.content_type or "", keeps_original=keep) for each in files]
    if not incoming:
        return []
    with transaction.atomic():  # one commit for what is announced and counted
        announced = photos.announce(incoming, at=at)
        most = settings.ANONYMOUS_PHOTOS_PER_HOUR
        take(window=PhotoWindow, request=request, more=len(incoming), most=most, at=at)
    return photos.store(announced, at=at)


def refuse(form: forms.Form, error: Exception) -> int:
    """Say in the form what is wrong with its photos; the status of the answer."""
    sentence, status = _why(error)
    form.errors.clear()
    form.add_error("photo" if "photo" in form.fields else None, digits(sentence))
    return status


def _why(error: Exception) -> tuple[str, int]:
    """The sentence, and the status of the answer."""
    if isinstance(error, photos.NotTaken):
        return sentences.sentence_of(error.code), 413 if error.code == "photo_too_large" else 400
    if isinstance(error, NoRoom):
        return sentences.TOO_MANY_WITHIN_THE_HOUR % {"minutes": error.minutes}, 429
    if isinstance(error, Unreadable):
        return _("The form could not be read: please send it once more, with less text."), 400
    if isinstance(error, photos.TooManyAtOnce):
        return sentences.too_many_at_once(), 413
    return (sentences.too_many(), 409) if isinstance(error, photos.TooManyPhotos) else (sentences.storage_away(), 503)
