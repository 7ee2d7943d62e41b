"""What pages keep of their reader from one request to the next; the API reads no cookie, and is spared the work."""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from web.language import API


class _PagesOnly(MiddlewareMixin):
    """Leaves requests below /api/ as they are."""

    def __call__(self, request: HttpRequest) -> Any:
        handle = self.get_response if request.path_info.startswith(API) else super().__call__
        return handle(request)


class PageSessionMiddleware(_PagesOnly, SessionMiddleware):
    """The reader's session."""

    def process_request(self, request: HttpRequest) -> None:
        """As Django finds it; a cookie may hold a NUL, by which no database finds anything."""
        if "\x00" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        super().process_request(request)


class PageAuthenticationMiddleware(_PagesOnly, AuthenticationMiddleware):
    """The member of staff who has signed in."""


class PageMessageMiddleware(_PagesOnly, MessageMiddleware):
    """What the next page has to say."""
