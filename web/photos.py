"""Photos on the tracking page, for the holder of the link alone; and those that messages lead to."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from people.access import Viewer
from reports import photos
from reports.models import Photo
from reports.photos.files import names_of, read
from reports.references import as_reference, opens

FILES = ("view", "thumbnail")


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
