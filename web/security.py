"""What a page of ours may load, run and reach: its Content Security Policy."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

HEADER = "Content-Security-Policy"
# Pages made by libraries whose templates carry styles of their own. No page of ours carries a script of its own.
STYLED_INSIDE = ("/api/docs",)


class ContentSecurityPolicyMiddleware:
    """Sends the policy with each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers[HEADER] = policy(inline_styles=request.path_info.startswith(STYLED_INSIDE))
        return response


def policy(*, inline_styles: bool = False) -> str:
    """The policy: everything from this host; that of the base map and that of live events as well, where set."""
    return _policy(settings.BASEMAP_STYLE_URL, settings.LIVE_URL, inline_styles=inline_styles)


@lru_cache(maxsize=8)
def _policy(basemap_url: str, live_url: str, *, inline_styles: bool) -> str:
    basemap = _origin(basemap_url)
    directives: dict[str, tuple[str, ...]] = {
        "default-src": ("'self'",),
        "style-src": ("'self'", *(["'unsafe-inline'"] if inline_styles else [])),
        "img-src": ("'self'", "data:", "blob:", *basemap),
        "connect-src": ("'self'", *basemap, *_origin(live_url)),
        "worker-src": ("'self'", "blob:"),
        "object-src": ("'none'",),
        "base-uri": ("'none'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


def _origin(url: str) -> tuple[str, ...]:
    """Scheme and host of an absolute address; nothing for an empty one or one on this host."""
    parts = urlsplit(url)
    return (f"{parts.scheme}://{parts.netloc}",) if parts.scheme and parts.netloc else ()
