"""Views with nothing in them but the statement that ours runs for the same address: the limit of Django here."""

import json
import os
import tempfile
from functools import cache
from typing import Final

from django.http import HttpRequest, HttpResponse

from bench.statements import Recording, run, saved

JSON = "application/json"
PIECE: Final = 1_048_576

recordings = cache(saved)


def null(request: HttpRequest) -> HttpResponse:
    """No work at all."""
    return HttpResponse(b"{}", content_type=JSON)


def rows(request: HttpRequest, address: str) -> HttpResponse:
    """The statement and nothing else, the names of its columns and its rows as JSON."""
    found = run(_recorded(request, address).main)
    return HttpResponse(json.dumps(found, default=str), content_type=JSON)


def page(request: HttpRequest, address: str) -> HttpResponse:
    """The page's statement and nothing else: the text of its features, with a collection around it."""
    _names, [[_total, text, *_ends]] = run(_recorded(request, address).main, as_bytes=True)
    body = b'{"type":"FeatureCollection","features":[%s]}' % (text or b"")
    return HttpResponse(body, content_type="application/geo+json")


def packed(request: HttpRequest, address: str) -> HttpResponse:
    """The tile's statement and nothing else: the bytes of places and of references, as they come."""
    _names, [[places, references]] = run(_recorded(request, address).main, as_bytes=True)
    return HttpResponse([places or b"", b"\n", references or b""], content_type="application/octet-stream")


def taken(request: HttpRequest) -> HttpResponse:
    """A body received, and thrown away without a look."""
    while request.read(PIECE):
        pass
    return HttpResponse(b"{}", content_type=JSON, status=201)


def flushed(request: HttpRequest) -> HttpResponse:
    """A body received, written to a file without a look, and flushed to the disk."""
    with tempfile.NamedTemporaryFile(dir=os.environ["PHOTO_FOLDER"]) as file:
        while piece := request.read(PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return HttpResponse(b"{}", content_type=JSON, status=201)


def _recorded(request: HttpRequest, address: str) -> Recording:
    query = request.META["QUERY_STRING"]
    return recordings()[f"/{address}?{query}" if query else f"/{address}"]
