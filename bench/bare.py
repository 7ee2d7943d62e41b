"""Views with nothing in them but the statement that ours runs for the same query string: the limit of Django here."""

import json
from functools import cache

from django.http import HttpRequest, HttpResponse

from bench.questions import PAGE
from bench.statements import Recording, run, saved

JSON = "application/json"

recordings = cache(saved)


def null(request: HttpRequest) -> HttpResponse:
    """No work at all."""
    return HttpResponse(b"{}", content_type=JSON)


def route(request: HttpRequest) -> HttpResponse:
    """The routing statement and nothing else, its rows as JSON."""
    names, rows = run(_recorded(request).main)
    return HttpResponse(
        json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str), content_type=JSON
    )


def reports(request: HttpRequest) -> HttpResponse:
    """The page's statement and nothing else: its texts, with commas between and a collection around them."""
    _names, rows = run(_recorded(request).main)
    texts = ",".join(row[-1] for row in rows[:PAGE])
    return HttpResponse(f'{{"type":"FeatureCollection","features":[{texts}]}}', content_type="application/geo+json")


def _recorded(request: HttpRequest) -> Recording:
    return recordings()[request.META["QUERY_STRING"]]
