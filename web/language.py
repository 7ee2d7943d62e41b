"""Which language an answer is in, and the switch that remembers a reader's choice."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import escape_leading_slashes
from django.utils.translation.trans_real import parse_accept_lang_header

API = "/api/"
SWITCH = "lang"  # the query parameter of the switch, on any page
A_YEAR_S = 365 * 24 * 60 * 60


class LanguageMiddleware:
    """Activates the language of each request, and names it in Content-Language.

    The API follows Accept-Language. Pages follow the reader's choice, kept in the language cookie, and are in
    LANGUAGE_CODE until there is one, whatever the browser prefers: most browsers here were never told their
    owner's language. `?lang=en` on any page makes the choice and leads back to that page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_api = request.path_info.startswith(API)
        chosen = "" if is_api else request.GET.get(SWITCH, "")
        if not is_api and request.method in {"GET", "HEAD"} and chosen in codes():
            return _remember(request, chosen)
        language = accepted(request.headers.get("Accept-Language", "")) if is_api else _chosen(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not is_api:
            patch_vary_headers(response, ["Cookie"])
        elif response.status_code >= 400:  # what succeeds says the same in every language, and one copy is kept of it
            patch_vary_headers(response, ["Accept-Language"])
        return response


def codes() -> list[str]:
    """The codes of the languages there are."""
    return [code for code, _name in settings.LANGUAGES]


def accepted(header: str) -> str:
    """The language an Accept-Language header likes best among ours, else LANGUAGE_CODE."""
    for wish, weight in parse_accept_lang_header(header.lower()):
        if weight <= 0 or wish == "*":
            continue
        base = wish.partition("-")[0]
        if base in codes():
            return base
    return str(settings.LANGUAGE_CODE)


def _chosen(request: HttpRequest) -> str:
    choice = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return choice if choice in codes() else str(settings.LANGUAGE_CODE)


def _remember(request: HttpRequest, language: str) -> HttpResponseRedirect:
    """Lead back to the same page without the switch, and keep the choice for a year.

    The way back is made of this request's own path and query: nothing a link brings can name another host.
    """
    query = request.GET.copy()
    del query[SWITCH]
    path = escape_leading_slashes(request.path)
    response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=A_YEAR_S,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    add_never_cache_headers(response)
    return response
