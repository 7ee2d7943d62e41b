"""Forms that broke off on their way are refused: half an answer, or half the number of a report, is none."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.translation import gettext as _

from web.language import API

FORM = "application/x-www-form-urlencoded"


class WholeFormMiddleware:
    """Reads the forms of pages to their end before anything is done with them.

    The server ends a body where its connection broke, and such a form has no end of its own by which to tell.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_form = request.content_type == FORM and not request.path_info.startswith(API)
        if is_form and not _is_whole(request):
            words = _("The body ended early: send it again.")
            return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


def _is_whole(request: HttpRequest) -> bool:
    try:
        return len(request.body) == int(request.META.get("CONTENT_LENGTH") or 0)
    except RequestDataTooBig:  # refused in its own words by whoever reads it
        return True
    except UnreadablePostError:
        return False
