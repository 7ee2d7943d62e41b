"""The WSGI application that `script/server` serves."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from persian.encoding import InUtf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(InUtf8, WSGIRequest):
    """A request whose address is in UTF-8."""


class Handler(WSGIHandler):
    """Django's, with requests of ours."""

    request_class = Request


django.setup(set_prefix=False)
application = Handler()
