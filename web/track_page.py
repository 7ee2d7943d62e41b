"""The page behind a tracking link: whoever holds the link may read it and write on it, nobody else."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django.views.defaults import page_not_found

from web.for_map import for_map
from web.messages import place_messages
from web.saying import AnswerForm, FeedbackForm, PhotosForm
from web.tracking import find_tracked


def form_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Takes a form of the page; whoever only reads the address, as after a form that was refused, is led to the page.

    The token in the address is the right to: no cookie takes part.
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def door(request: HttpRequest, reference: str, token: str) -> HttpResponse:
        if request.method == "POST":
            return view(request, reference, token)
        response = HttpResponseRedirect(reverse("web:track", args=[reference, token]))
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return door


@require_safe
def track(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """The page; no cache keeps it."""
    return track_page(request, reference, token)


def track_page(
    request: HttpRequest, reference: str, token: str, *, form: Form | None = None, status: int = 200
) -> HttpResponse:
    """The page, with what was wrong in a form that was sent from it."""
    language = get_language() or settings.LANGUAGE_CODE
    tracked = find_tracked(reference=reference, token=token, language=language, at=timezone.now())
    if tracked is None:
        response: HttpResponse = page_not_found(request, Http404())
    else:
        content = {
            "report": tracked,
            "wrong": _first_error(form),
            "for_script": for_map() | {"messages": place_messages()},
            "answer_form": form if isinstance(form, AnswerForm) else AnswerForm(),
            "feedback_form": form if isinstance(form, FeedbackForm) else FeedbackForm(),
            "photos_form": form if isinstance(form, PhotosForm) else PhotosForm(),
        }
        response = render(request, "web/track.html", content, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _first_error(form: Form | None) -> str:
    """What was wrong, for the head of the page: the form lies far below it, or is offered no more."""
    errors = [error for field in form.errors.values() for error in field] if form else []
    return str(errors[0]) if errors else ""
