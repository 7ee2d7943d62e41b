"""Photos on the tracking page, for the holder of the link alone; and those that messages lead to."""

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from people.access import Viewer
from people.models import PhotoWindow
from people.visitors import NoRoom, take
from persian.display import digits
from reports import photos
from reports.models import Photo, Report
from reports.photos import sentences
from reports.photos.files import names_of, read
from reports.references import as_reference, opens
from web.saying import PhotosForm
from web.track_page import form_door, track_page

FRAME = 65_536  # bytes around the files of a form
FILES = ("view", "thumbnail")
REFUSALS = (
    NoRoom,
    photos.NotTaken,
    photos.NotThere,
    photos.StorageAway,
    photos.TooManyAtOnce,
    photos.TooManyPhotos,
)


@form_door
def add_photos(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Photos for the report; the page again, with what is wrong, where one is not taken, and none is stored then."""
    report = Report.objects.filter(reference=reference).first() if opens(reference=reference, token=token) else None
    if report is None:
        return track_page(request, reference, token)
    form = PhotosForm({}, {})
    try:
        form = _received(request)
        if not form.is_valid():
            return track_page(request, reference, token, form=form, status=400)
        _add(report, form, request)
    except REFUSALS as error:
        return _again(request, reference, token, form, error)
    response = HttpResponseRedirect(f"{reverse('web:track', args=[reference, token])}#photos")
    response.status_code = 303
    return response


def _received(request: HttpRequest) -> PhotosForm:
    """The form as it was sent; raises what `photos.PhotoHandler` does, before anything is read where it is too much."""
    if _is_too_large(request):
        raise photos.NotTaken("photo_too_large")
    handler = photos.PhotoHandler()
    request.upload_handlers = [handler]
    try:
        return PhotosForm(request.POST, request.FILES)
    except BaseException:
        handler.close_all()
        raise


def _add(report: Report, form: PhotosForm, request: HttpRequest) -> None:
    at, keep = timezone.now(), form.cleaned_data["keep_original"]
    incoming = [
        photos.look_at(each, declared=each.content_type or "", keeps_original=keep)
        for each in form.cleaned_data["photo"]
    ]
    with transaction.atomic():  # one commit for what is counted and announced
        most = settings.ANONYMOUS_PHOTOS_PER_HOUR
        take(window=PhotoWindow, request=request, more=len(incoming), most=most, at=at)
        announced = photos.announce(incoming, at=at)
    stored = photos.store(announced, at=at)
    with photos.or_gone(stored, at=at):
        photos.add_photos(report=report, stored=stored, at=at)


def _is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or ""
    return length.isdigit() and int(length) > settings.PHOTOS_PER_REQUEST * settings.PHOTO_MAX_BYTES + FRAME


def _again(request: HttpRequest, reference: str, token: str, form: PhotosForm, error: Exception) -> HttpResponse:
    sentence, status = _why(error)
    form.errors.clear()
    form.add_error("photo", digits(sentence))
    response = track_page(request, reference, token, form=form, status=status)
    if isinstance(error, NoRoom):
        response.headers["Retry-After"] = str(error.wait_s)
    return response


def _why(error: Exception) -> tuple[str, int]:
    """The sentence, and the status of the answer."""
    if isinstance(error, photos.NotTaken):
        return sentences.sentence_of(error.code), 413 if error.code == "photo_too_large" else 400
    if isinstance(error, NoRoom):
        return sentences.TOO_MANY_WITHIN_THE_HOUR % {"minutes": error.minutes}, 429
    if isinstance(error, photos.TooManyAtOnce):
        return sentences.too_many_at_once(), 413
    return (sentences.too_many(), 409) if isinstance(error, photos.TooManyPhotos) else (sentences.storage_away(), 503)


@require_safe
def public_photo(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What messages lead to: a public photo, wherever its copy is now; a word where it is still being prepared."""
    rows = Photo.objects.public_soon().filter(report__reference=as_reference(reference), number=number)
    photo = rows.only("public_rendition").first()
    if photo is None:
        response: HttpResponse = page_not_found(request, Http404())
    elif photo.public_rendition:
        response = HttpResponseRedirect(reverse("v1:photo", args=[photo.public_rendition]))
    else:
        response = render(request, "web/photo_soon.html")
        response.headers["Refresh"] = "15"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_safe
def photo_file(request: HttpRequest, reference: str, token: str, number: int, file: str) -> HttpResponse:
    """A photo of the page, for the holder of the link alone."""
    photo = _photo(reference, token, number) if file in FILES else None
    if photo is None or not photo.rendition:
        return page_not_found(request, Http404())
    try:
        content = read(names_of(photo.rendition, public=False)[file == "thumbnail"])
    except photos.StorageAway:
        return HttpResponse(status=503)
    headers = {
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
    return HttpResponse(content, content_type="image/jpeg", headers=headers)


def _photo(reference: str, token: str, number: int) -> Photo | None:
    if not opens(reference=reference, token=token):
        return None
    holder = Viewer(tracked=frozenset({reference}))
    return Photo.objects.visible_to(holder).filter(report__reference=reference, number=number).first()
