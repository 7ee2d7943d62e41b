"""The WSGI application that `script/server` serves."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from persian.encoding import InUtf8, is_readable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(InUtf8, WSGIRequest):
    """A request whose address is in UTF-8."""


class Handler(WSGIHandler):
    """Django's, with requests of ours."""

    request_class = Request

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The answer; of a body whose type cannot be read nothing is known."""
        if not is_readable(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = ""
        return super().__call__(environ, start_response)


django.setup(set_prefix=False)
application = Handler()
